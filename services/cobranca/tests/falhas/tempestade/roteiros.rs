//! Providers that fail now and then, as the seed says: by the message and how often it came, so that the order of arrival
//! changes nothing.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use providers::caixa::{Fala as FalaDoServidor, Fase as Verbo, Roteiro as RoteiroDoServidor};
use providers::operadora::{Como, Fala, Fase, Roteiro};

use crate::provedores::{bomb, html, refusal};
use crate::sorte::digest;

/// In how many of a hundred messages the first attempt fails, and the second.
const FALHAM: [u64; 2] = [15, 5];

/// What both scripts look at.
#[derive(Debug, Default)]
pub(super) struct Ceu {
    semente: u64,
    /// From here on nothing fails.
    calmo: AtomicBool,
    /// How often something did.
    pub(super) falhas: AtomicU64,
    vezes: Mutex<HashMap<String, usize>>,
}

impl Ceu {
    pub(super) fn new(semente: u64) -> Arc<Self> {
        Arc::new(Self { semente, ..Self::default() })
    }

    pub(super) fn clear_up(&self) {
        self.calmo.store(true, Ordering::SeqCst);
    }

    /// How often this came before.
    fn came(&self, quem: &str) -> usize {
        let mut vezes = self.vezes.lock().unwrap();
        let antes = vezes.entry(quem.to_owned()).or_default();
        *antes += 1;
        *antes - 1
    }

    fn times(&self, quem: &str) -> usize {
        self.vezes.lock().unwrap().get(quem).copied().unwrap_or_default()
    }

    /// Which of so many failures this attempt meets, if any.
    fn failure(&self, quem: &str, tentativa: usize, quantas: usize) -> Option<usize> {
        if self.calmo.load(Ordering::SeqCst) {
            return None;
        }
        let sorte = digest(self.semente, &format!("{quem}#{tentativa}"));
        let limite = FALHAM.get(tentativa).copied().unwrap_or_default();
        (sorte % 100 < limite).then(|| usize::try_from(sorte / 100).unwrap() % quantas)
    }

    fn note<T>(&self, falha: T) -> T {
        self.falhas.fetch_add(1, Ordering::SeqCst);
        falha
    }
}

/// Failures of a mail server: at which step, and how.
fn of_mail() -> Vec<(Verbo, FalaDoServidor)> {
    use FalaDoServidor as F;
    vec![
        (Verbo::Rcpt, F::Responder(450)),
        (Verbo::Rcpt, F::Responder(550)),
        (Verbo::Rcpt, F::Cortar),
        (Verbo::Data, F::Responder(451)),
        (Verbo::Data, F::Responder(554)),
        (Verbo::Data, F::Cortar),
        (Verbo::Data, F::CortarDepois),
        (Verbo::Corpo, F::Responder(421)),
        (Verbo::Corpo, F::Responder(452)),
        (Verbo::Corpo, F::Responder(552)),
        (Verbo::Corpo, F::Cortar),
        (Verbo::Corpo, F::CortarDepois),
        (Verbo::Corpo, F::Bruto("2x0 ?\r\n")),
    ]
}

/// The mail server: what fails is decided where a recipient is named.
pub(super) fn mail(ceu: &Arc<Ceu>) -> RoteiroDoServidor {
    let (ceu, falhas) = (Arc::clone(ceu), of_mail());
    RoteiroDoServidor::new(move |momento| {
        let Some(para) = momento.para else { return FalaDoServidor::Normal };
        let tentativa =
            if momento.fase == Verbo::Rcpt { ceu.came(para) } else { ceu.times(para).saturating_sub(1) };
        match ceu.failure(para, tentativa, falhas.len()).map(|n| &falhas[n]) {
            Some((fase, fala)) if *fase == momento.fase => ceu.note(fala.clone()),
            Some(_) | None => FalaDoServidor::Normal,
        }
    })
}

/// Failures of a carrier: whether it takes the message, and how it answers.
fn of_carrier() -> Vec<Fala> {
    let duvidas = vec![
        html(500),
        html(502),
        refusal(408, &[]),
        refusal(409, &[]),
        refusal(302, &[("location", "http://169.254.169.254/latest/meta-data/")]),
        Como::json(200, r#"{"erro": "DESCONHECIDO"}"#),
        html(200),
        refusal(200, &[]),
        Como::json(200, r#"{"situacao": "acei"#),
        bomb(),
        Como::Bruto(b"HTTP/1.1 200 Ok\r\ncontent-length: 4000\r\n\r\n{".to_vec()),
        Como::Cortar,
        Como::Resetar,
    ];
    let certas = vec![
        refusal(503, &[("retry-after", "1")]),
        refusal(429, &[]),
        refusal(429, &[("retry-after", "2")]),
        refusal(425, &[]),
        Como::json(400, r#"{"erro": "NUMERO_INVALIDO"}"#),
    ];
    let duvidas =
        duvidas.into_iter().flat_map(|como| [Fala::guardando(como.clone()), Fala::sem_guardar(como)]);
    duvidas.chain(certas.into_iter().map(Fala::sem_guardar)).collect()
}

pub(super) fn carrier(ceu: &Arc<Ceu>) -> Roteiro {
    let (ceu, falhas) = (Arc::clone(ceu), of_carrier());
    Roteiro::new(move |momento| {
        let Some(para) = momento.para.filter(|_| momento.fase == Fase::Pedido) else { return Fala::normal() };
        let tentativa = ceu.came(para);
        ceu.failure(para, tentativa, falhas.len()).map_or_else(Fala::normal, |n| ceu.note(falhas[n].clone()))
    })
}
