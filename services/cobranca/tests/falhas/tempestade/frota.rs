//! The dispatchers of a storm, and what is done to them.

use std::time::Duration;

use runtime::{Cronometro, cronometro};
use testkit::Processo;

use crate::casa::{Casa, PRAZO_DO_FIM};
use crate::sorte::Sorte;

const AJUSTES: [(&str, &str); 7] = [
    ("COBRANCA_DISPATCHER__LEASE_S", "10"),
    ("COBRANCA_DISPATCHER__FILA_S", "5"),
    ("COBRANCA_DISPATCHER__VARREDURA_S", "1"),
    // Little at a time, so that there is something everywhere that can be hit.
    ("COBRANCA_DISPATCHER__PREFETCH", "2"),
    ("COBRANCA_DISPATCHER__CONCORRENCIA", "2"),
    ("COBRANCA_DISPATCHER__NA_FILA", "100"),
    ("COBRANCA_BANCO__CONEXOES", "3"),
];
/// Longer than the lease.
const SONO: Duration = Duration::from_secs(12);

pub(super) struct Frota {
    ativos: Vec<Ativo>,
    /// Asked to end, and still at it.
    saindo: Vec<Processo>,
}

struct Ativo {
    processo: Processo,
    dorme: Option<Cronometro>,
}

impl Ativo {
    fn start(casa: &Casa) -> Self {
        Self { processo: casa.dispatcher(&AJUSTES), dorme: None }
    }
}

impl Frota {
    pub(super) fn start(casa: &Casa, quantos: usize) -> Self {
        Self { ativos: (0..quantos).map(|_| Ativo::start(casa)).collect(), saindo: Vec::new() }
    }

    /// SIGKILL of one, whatever it is doing; another one starts in its place.
    pub(super) fn kill(&mut self, casa: &Casa, sorte: &mut Sorte) {
        let qual = sorte.below(self.ativos.len());
        self.ativos[qual].processo.kill();
        self.ativos[qual] = Ativo::start(casa);
    }

    /// SIGTERM of one that is awake; another one starts while it puts down what it holds. Whether there was one.
    pub(super) fn terminate(&mut self, casa: &Casa, sorte: &mut Sorte) -> bool {
        let Some(qual) = self.awake(sorte) else { return false };
        let Ativo { processo, .. } = std::mem::replace(&mut self.ativos[qual], Ativo::start(casa));
        processo.terminate();
        self.saindo.push(processo);
        true
    }

    /// SIGSTOP of one that is awake, for longer than the lease. Whether there was one, and another to go on.
    pub(super) fn put_to_sleep(&mut self, sorte: &mut Sorte) -> bool {
        if self.ativos.iter().any(|ativo| ativo.dorme.is_some()) {
            return false;
        }
        let Some(qual) = self.awake(sorte) else { return false };
        self.ativos[qual].processo.pause();
        self.ativos[qual].dorme = Some(cronometro());
        true
    }

    fn awake(&self, sorte: &mut Sorte) -> Option<usize> {
        let acordados: Vec<usize> =
            (0..self.ativos.len()).filter(|n| self.ativos[*n].dorme.is_none()).collect();
        (!acordados.is_empty()).then(|| acordados[sorte.below(acordados.len())])
    }

    /// Who has slept past its lease goes on.
    pub(super) fn wake(&mut self) {
        for ativo in &mut self.ativos {
            if ativo.dorme.is_some_and(|desde| desde.decorrido() > SONO) {
                ativo.processo.resume();
                ativo.dorme = None;
            }
        }
    }

    /// Whether nobody sleeps.
    pub(super) fn is_awake(&self) -> bool {
        self.ativos.iter().all(|ativo| ativo.dorme.is_none())
    }

    /// Who was asked to end has ended, in order and in time.
    pub(super) async fn all_left(&mut self) {
        for mut processo in self.saindo.drain(..) {
            let fim = processo.ended(PRAZO_DO_FIM).await;
            assert!(fim.success(), "{fim}:\n{}", processo.log());
        }
    }
}
