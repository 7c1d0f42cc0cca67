//! Laws that hold for any fault script.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use providers::caixa::{Fala, Fase, Roteiro};
use providers::email::{ClienteSmtp, Resultado};
use tokio::runtime::Runtime;

use crate::apoio::{Posta, config, mensagem_para, message_id, posta, until};

/// What happens before a message is sent.
#[derive(Debug, Clone, Copy)]
enum Antes {
    Nada,
    Queda { com_aviso: bool },
}

/// To whom the n-th message goes: to one, to two, to three, in turn.
fn recipients(n: u32) -> &'static [&'static str] {
    match n % 3 {
        0 => &["a@exemplo.com.br"],
        1 => &["a@exemplo.com.br", "b@exemplo.com.br"],
        _ => &["a@exemplo.com.br", "b@exemplo.com.br", "c@exemplo.com.br"],
    }
}

/// One answer out of the ordinary, at the n-th time the mailbox speaks.
type Falha = (usize, Fala);

fn fala() -> impl Strategy<Value = Fala> {
    prop_oneof![
        3 => prop::sample::select(vec![421, 450, 451, 452]).prop_map(Fala::Responder),
        3 => prop::sample::select(vec![500, 550, 552, 554]).prop_map(Fala::Responder),
        1 => prop::sample::select(vec![220, 250, 354]).prop_map(Fala::Responder),
        3 => Just(Fala::Cortar),
        3 => Just(Fala::CortarDepois),
        1 => Just(Fala::Segurar),
        1 => prop::sample::select(vec!["banana\r\n", "250 a\r\n250 b\r\n", "421 bye\r\n", "250-\r\n", "\r\n"])
            .prop_map(Fala::Bruto),
        1 => prop::sample::select(vec![451, 554]).prop_map(Fala::GuardarEResponder),
    ]
}

fn antes() -> impl Strategy<Value = Antes> {
    prop_oneof![
        4 => Just(Antes::Nada),
        1 => any::<bool>().prop_map(|com_aviso| Antes::Queda { com_aviso }),
    ]
}

/// The answers that were out of the ordinary while one message was being sent.
#[derive(Default)]
struct Ditas(Mutex<(usize, Vec<(Fase, Fala)>)>);

fn script(falhas: Vec<Falha>, ditas: Arc<Ditas>) -> Roteiro {
    Roteiro::new(move |momento| {
        let mut ditas = ditas.0.lock().unwrap();
        let vez = ditas.0;
        ditas.0 += 1;
        let falha = falhas.iter().find(|(quando, _)| *quando == vez).map(|(_, fala)| fala.clone());
        if let Some(fala) = &falha {
            ditas.1.push((momento.fase, fala.clone()));
        }
        falha.unwrap_or(Fala::Normal)
    })
}

fn impatient(posta: &Posta) -> ClienteSmtp {
    let mut config = config(posta);
    config.tempos.verbo = Duration::from_millis(300);
    config.tempos.corpo = Duration::from_millis(300);
    ClienteSmtp::new(config).unwrap()
}

async fn run(falhas: Vec<Falha>, envios: Vec<Antes>) -> Result<(), TestCaseError> {
    let ditas = Arc::new(Ditas::default());
    let posta = posta(script(falhas, Arc::clone(&ditas))).await;
    let cliente = impatient(&posta);
    let mut resultados = Vec::new();
    for (n, antes) in (0..).zip(envios) {
        if let Antes::Queda { com_aviso } = antes {
            posta.caixa.derrubar(com_aviso);
            tokio::task::yield_now().await;
        }
        ditas.0.lock().unwrap().1.clear();
        let resultado = cliente.send(&mensagem_para(n, recipients(n))).await;
        resultados.push((n, resultado, ditas.0.lock().unwrap().1.clone()));
    }
    drop(cliente);
    posta.caixa.liberar();
    until(|| posta.caixa.abertas() == 0).await;
    for (n, resultado, ditas) in resultados {
        check(posta.caixa.copias(&message_id(n)), &resultado, &ditas)?;
        check_recipients(&posta, n, &resultado)?;
    }
    Ok(())
}

/// Rule m11: what was accepted went to each recipient that was not refused, and to nobody else.
fn check_recipients(posta: &Posta, n: u32, resultado: &Resultado) -> Result<(), TestCaseError> {
    let Resultado::Aceita { recusas, .. } = resultado else { return Ok(()) };
    let aceitos = recipients(n).iter().copied();
    let aceitos: Vec<_> = aceitos.filter(|e| recusas.iter().all(|r| r.endereco() != *e)).collect();
    let recebidas = posta.caixa.recebidas();
    let recebida = recebidas.iter().find(|r| r.message_id.as_deref() == Some(&message_id(n)));
    prop_assert_eq!(&recebida.unwrap().para, &aceitos);
    Ok(())
}

fn check(copias: usize, resultado: &Resultado, ditas: &[(Fase, Fala)]) -> Result<(), TestCaseError> {
    let mentiu =
        ditas.iter().any(|(fase, fala)| *fase == Fase::Corpo && matches!(fala, Fala::GuardarEResponder(_)));
    prop_assert!(copias <= 1, "two copies: {:?} {:?}", resultado, ditas);
    match resultado {
        Resultado::Aceita { .. } => prop_assert_eq!(copias, 1, "accepted by nobody: {:?}", ditas),
        Resultado::Temporaria { .. } | Resultado::Permanente { .. } => {
            prop_assert!(copias == 0 || mentiu, "{:?}, and the ledger has it: {:?}", resultado, ditas);
        }
        Resultado::Incerta { .. } => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// Never `Aceita` without the ledger, never a definite failure with it, never two copies of one send.
    #[test]
    fn for_any_fault_script_the_client_says_what_the_ledger_says(
        falhas in prop::collection::vec((0_usize..30, fala()), 0..6),
        envios in prop::collection::vec(antes(), 1..6),
    ) {
        Runtime::new().unwrap().block_on(run(falhas, envios))?;
    }
}
