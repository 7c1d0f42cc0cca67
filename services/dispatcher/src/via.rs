//! A way out: what a channel is sent with, how many at a time, and whether its provider is being left alone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::execucao::{Canal, Disjuntor, Passe, Veredito};
use runtime::{Cronometro, cronometro};
use tokio::sync::Semaphore;

use crate::canais::Saida;

pub(crate) struct Via {
    pub(crate) saida: Saida,
    /// Free places for provider calls.
    pub(crate) vagas: Arc<Semaphore>,
    disjuntor: Mutex<Disjuntor>,
    desde: Cronometro,
}

impl Via {
    /// With no more provider calls at a time than `concorrencia`.
    pub(crate) fn new(saida: Saida, concorrencia: u16) -> Self {
        let vagas = Arc::new(Semaphore::new(saida.concorrencia(concorrencia).into()));
        Self { saida, vagas, disjuntor: Mutex::default(), desde: cronometro() }
    }

    pub(crate) fn canal(&self) -> Canal {
        self.saida.canal()
    }

    /// Whether a message may be sent now.
    pub(crate) fn passe(&self) -> Passe {
        self.disjuntor().pode(self.desde.decorrido())
    }

    /// Whether the provider is being left alone.
    pub(crate) fn fechada(&self) -> bool {
        self.disjuntor().aberto()
    }

    /// The probe was not sent after all.
    pub(crate) fn desistir_da_sonda(&self) {
        self.disjuntor().desistir_da_sonda();
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
