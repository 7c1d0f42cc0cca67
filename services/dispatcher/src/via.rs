//! A way out: what a channel is sent with, how many at a time, and whether its provider is being left alone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::execucao::{Canal, Disjuntor, Passe, Veredito};
use runtime::{Cronometro, cronometro};
use tokio::sync::Notify;
use tokio::sync::Semaphore;
use tokio::sync::futures::OwnedNotified;

use crate::canais::Saida;

pub(crate) struct Via {
    pub(crate) saida: Saida,
    /// Places for provider calls.
    pub(crate) lugares: usize,
    /// Those that are free.
    pub(crate) vagas: Arc<Semaphore>,
    disjuntor: Mutex<Disjuntor>,
    /// Told when the provider comes to be left alone, or not any more.
    mudanca: Arc<Notify>,
    desde: Cronometro,
}

impl Via {
    /// With no more provider calls at a time than `concorrencia`.
    pub(crate) fn new(saida: Saida, concorrencia: u16) -> Self {
        let lugares = saida.concorrencia(concorrencia).into();
        Self {
            saida,
            lugares,
            vagas: Arc::new(Semaphore::new(lugares)),
            disjuntor: Mutex::default(),
            mudanca: Arc::default(),
            desde: cronometro(),
        }
    }

    pub(crate) fn canal(&self) -> Canal {
        self.saida.canal()
    }

    /// Whether a message may be sent now.
    pub(crate) fn passe(&self) -> Passe {
        self.disjuntor().pode(self.desde.decorrido())
    }

    /// The turn of the probe that [`Via::passe`] just allowed.
    pub(crate) fn sonda(self: &Arc<Self>) -> Sonda {
        Sonda(Arc::clone(self))
    }

    /// Whether the provider is being left alone.
    pub(crate) fn fechada(&self) -> bool {
        self.disjuntor().aberto()
    }

    /// Ends when the provider comes to be left alone or not any more, from this call on.
    pub(crate) fn mudou(&self) -> OwnedNotified {
        Arc::clone(&self.mudanca).notified_owned()
    }

    /// Learns how a call ended.
    pub(crate) fn soube(&self, veredito: Veredito) {
        let (antes, depois) = {
            let mut disjuntor = self.disjuntor();
            let antes = disjuntor.aberto();
            disjuntor.soube(veredito, self.desde.decorrido());
            (antes, disjuntor.aberto())
        };
        if antes == depois {
            return;
        }
        self.mudanca.notify_waiters();
        let canal = self.canal().as_str();
        metrics::gauge!("disjuntor_aberto", "canal" => canal).set(u8::from(depois));
        if depois {
            tracing::warn!(canal, "o provedor não atende; os envios esperam");
        } else {
            tracing::info!(canal, "o provedor voltou a atender");
        }
    }

    /// Whoever died while holding it left a whole value behind: no step of it can stop half way.
    fn disjuntor(&self) -> MutexGuard<'_, Disjuntor> {
        self.disjuntor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The probe's turn. However it ends, and were it by a message that could not even be written, somebody else may be the next.
pub(crate) struct Sonda(Arc<Via>);

impl Drop for Sonda {
    fn drop(&mut self) {
        self.0.disjuntor().desistir_da_sonda();
        self.0.mudanca.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_probe_that_ends_wakes_whoever_waits_for_the_next_one() {
        let via = Arc::new(Via::new(Saida::Nenhuma, 8));
        let (sonda, mudou) = (via.sonda(), via.mudou());
        tokio::pin!(mudou);
        assert!(futures_util::poll!(&mut mudou).is_pending());
        drop(sonda);
        assert!(futures_util::poll!(&mut mudou).is_ready());
    }
}
