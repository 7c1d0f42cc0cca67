//! The bus inside one process: the embedded default, where all services share it and no broker is needed.
//!
//! Same promises as RabbitMQ while the process lives; when it ends the messages are gone, which costs nothing because
//! the rows are still `enfileirada` and the sweeper publishes them again. Memory is bounded by [`CAPACIDADE`].

use std::collections::{BTreeMap, VecDeque};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures_util::future::BoxFuture;
use tokio::sync::Notify;

use crate::consumo::{Consumo, Entrega, Fim, Fonte, Nada};
use crate::{Bus, LIMITE_DEVOLUCOES, Mensagem, PublishError, canal_conhecido};

/// Messages of one canal, waiting or unacked; further ones are refused, as RabbitMQ does with `reject-publish`. Full
/// messages take about 2 kB, so a canal is never more than 20 MB. The relay keeps the rest in the database.
pub const CAPACIDADE: usize = 10_000;

/// The in-process bus. Clones share the same queues.
#[derive(Clone, Default)]
pub struct Local {
    centro: Arc<Centro>,
}

#[derive(Default)]
struct Centro {
    estado: Mutex<Estado>,
    mudou: Notify,
}

#[derive(Default)]
struct Estado {
    filas: BTreeMap<&'static str, Fila>,
    fechado: bool,
}

#[derive(Default)]
struct Fila {
    prontas: VecDeque<Guardada>,
    em_voo: usize,
}

struct Guardada {
    mensagem: Mensagem,
    devolucoes: u32,
}

/// One consumer: it never holds more than `prefetch` at a time.
struct FonteLocal {
    centro: Arc<Centro>,
    canal: &'static str,
    prefetch: usize,
    em_voo: Arc<AtomicUsize>,
}

impl Local {
    /// An empty bus.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Bus for Local {
    fn publish<'a>(&'a self, mensagens: &'a [Mensagem]) -> BoxFuture<'a, Vec<Result<(), PublishError>>> {
        let resultados = self.centro.publish(mensagens);
        Box::pin(std::future::ready(resultados))
    }

    fn consume(&self, canal: &str, prefetch: u16) -> Consumo {
        let Some(canal) = canal_conhecido(canal) else {
            tracing::error!(bus.canal = canal, "there is no such canal to consume");
            return Consumo::new(Nada);
        };
        Consumo::new(FonteLocal {
            centro: Arc::clone(&self.centro),
            canal,
            prefetch: usize::from(prefetch.max(1)),
            em_voo: Arc::default(),
        })
    }

    fn pronto(&self) -> bool {
        !self.centro.lock().fechado
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.centro.lock().fechado = true;
        self.centro.mudou.notify_waiters();
        Box::pin(std::future::ready(()))
    }
}

impl Centro {
    /// A panic while the lock was held leaves queues that are still consistent: every change is one push or one pop.
    fn lock(&self) -> MutexGuard<'_, Estado> {
        self.estado.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, mensagens: &[Mensagem]) -> Vec<Result<(), PublishError>> {
        let resultados = {
            let mut estado = self.lock();
            mensagens.iter().map(|mensagem| estado.store(mensagem)).collect()
        };
        self.mudou.notify_waiters();
        resultados
    }

    fn settle(&self, canal: &'static str, guardada: Guardada, fim: Fim) {
        self.lock().settle(canal, guardada, fim);
        self.mudou.notify_waiters();
    }
}

impl Estado {
    fn store(&mut self, mensagem: &Mensagem) -> Result<(), PublishError> {
        if self.fechado {
            return Err(PublishError::Fechado);
        }
        let canal = canal_conhecido(mensagem.canal()).ok_or(PublishError::NaoRoteada)?;
        let fila = self.filas.entry(canal).or_default();
        if fila.prontas.len() + fila.em_voo >= CAPACIDADE {
            return Err(PublishError::Recusada);
        }
        fila.prontas.push_back(Guardada { mensagem: mensagem.clone(), devolucoes: 0 });
        Ok(())
    }

    fn take(&mut self, canal: &'static str) -> Option<Guardada> {
        let fila = self.filas.get_mut(canal)?;
        let guardada = fila.prontas.pop_front()?;
        fila.em_voo += 1;
        Some(guardada)
    }

    fn settle(&mut self, canal: &'static str, mut guardada: Guardada, fim: Fim) {
        let fila = self.filas.entry(canal).or_default();
        fila.em_voo = fila.em_voo.saturating_sub(1);
        if fim == Fim::Feita {
            return;
        }
        guardada.devolucoes += 1;
        if guardada.devolucoes > LIMITE_DEVOLUCOES {
            metrics::counter!("bus_mortas_total", "canal" => canal).increment(1);
            tracing::error!(bus.canal = canal, mensagem.id = %guardada.mensagem.id(), "message came back too often, dropped");
            return;
        }
        fila.prontas.push_front(guardada);
    }
}

impl FonteLocal {
    fn entrega(&self, guardada: Guardada) -> Entrega {
        self.em_voo.fetch_add(1, Ordering::AcqRel);
        let (centro, em_voo, canal) = (Arc::clone(&self.centro), Arc::clone(&self.em_voo), self.canal);
        Entrega::new(guardada.mensagem.clone(), move |fim| {
            em_voo.fetch_sub(1, Ordering::AcqRel);
            centro.settle(canal, guardada, fim);
        })
    }

    fn poll(&self) -> Poll<Option<Entrega>> {
        let guardada = {
            let mut estado = self.centro.lock();
            if estado.fechado {
                return Poll::Ready(None);
            }
            if self.em_voo.load(Ordering::Acquire) >= self.prefetch {
                return Poll::Pending;
            }
            estado.take(self.canal)
        };
        guardada.map_or(Poll::Pending, |guardada| Poll::Ready(Some(self.entrega(guardada))))
    }
}

impl Fonte for FonteLocal {
    fn next(&mut self) -> BoxFuture<'_, Option<Entrega>> {
        Box::pin(async move {
            loop {
                let mut mudanca = pin!(self.centro.mudou.notified());
                // Registered before looking, so that a change in between is not missed.
                mudanca.as_mut().enable();
                if let Poll::Ready(resposta) = self.poll() {
                    return resposta;
                }
                mudanca.await;
            }
        })
    }
}
