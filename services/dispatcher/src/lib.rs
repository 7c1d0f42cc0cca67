//! The service that carries actions out: relay, consumers per channel, sweep, and what the API shows of executions.
//!
//! `disparo.execucao` is the truth and a message only says "look": see `relay` (publishes what is ripe), `consumer`
//! (claims under a fence right before the provider call), `email` (renders, sends, judges) and `sweeper`.

mod api;
mod consumer;
mod conteudo;
mod email;
mod processo;
mod relay;
mod sweeper;

use std::sync::Arc;
use std::time::Duration;

use bus::Bus;
use domain::execucao::Canal;
use providers::email::ClienteSmtp;
use runtime::{Encerramento, Relogio, supervise};
use store::{Banco, StoreError};

pub use api::{CODIGOS, Contexto, configure, routes};
pub use processo::{INFO, RunError, mail_client, readiness, run};

/// What can be chosen about a dispatcher.
#[derive(Clone, Debug)]
pub struct Ajustes {
    /// Channels that it relays and sends on.
    pub canais: Vec<Canal>,
    /// How long a claimed execution is its worker's; longer than the slowest provider call.
    pub lease: Duration,
    /// How long a hint may stay unclaimed before it is taken for lost.
    pub fila: Duration,
    /// Pause between two sweeps.
    pub varredura: Duration,
    /// Hints taken from the bus ahead of time.
    pub prefetch: u16,
    /// Provider calls at a time.
    pub concorrencia: u16,
    /// Domain of the Message-ID.
    pub dominio: String,
}

impl Ajustes {
    /// The choices that the configuration makes.
    ///
    /// # Errors
    /// It names a channel that does not exist, or one that nothing here sends on: its executions would be published
    /// for nobody.
    pub fn from_config(config: &runtime::Config) -> Result<Self, CanalError> {
        let canais =
            config.dispatcher.canais.iter().map(|canal| sendable(canal)).collect::<Result<_, _>>()?;
        Ok(Self {
            canais,
            lease: Duration::from_secs(config.dispatcher.lease_s.into()),
            fila: Duration::from_secs(config.dispatcher.fila_s.into()),
            varredura: Duration::from_secs(config.dispatcher.varredura_s.into()),
            prefetch: config.dispatcher.prefetch,
            concorrencia: concurrency(config),
            dominio: config.smtp.remetente_dominio.clone(),
        })
    }
}

/// Provider calls at a time: as many as were asked for, and no more than the mail server is to see sessions. A claimed
/// execution must never wait for a session, because a payment that arrives meanwhile would be too late (rule j05).
pub(crate) fn concurrency(config: &runtime::Config) -> u16 {
    config.dispatcher.concorrencia.min(config.smtp.max_sessoes).max(1)
}

/// A channel that cannot be configured.
#[derive(Debug, thiserror::Error)]
pub enum CanalError {
    /// There is no such channel.
    #[error(transparent)]
    Desconhecido(#[from] domain::CodigoDesconhecido),
    /// There is, and this version does not send on it.
    #[error("esta versão ainda não envia por {0}")]
    SemEnvio(Canal),
}

fn sendable(canal: &str) -> Result<Canal, CanalError> {
    match Canal::parse(canal)? {
        Canal::Email => Ok(Canal::Email),
        outro @ (Canal::Sms | Canal::Carta | Canal::Enriquecimento | Canal::Negativacao) => {
            Err(CanalError::SemEnvio(outro))
        }
    }
}

/// A dispatcher: what it works with.
pub struct Dispatcher {
    banco: Banco,
    bus: Arc<dyn Bus>,
    correio: ClienteSmtp,
    relogio: Relogio,
    ajustes: Ajustes,
}

/// Why a loop has to start over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Falha {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The thread that asked the database died.
    #[error("a database call was cut off")]
    Interrompida(#[from] tokio::task::JoinError),
}

impl Dispatcher {
    /// Puts a dispatcher together; [`Dispatcher::run`] starts it.
    #[must_use]
    pub fn new(
        banco: Banco,
        bus: Arc<dyn Bus>,
        correio: ClienteSmtp,
        relogio: Relogio,
        ajustes: Ajustes,
    ) -> Arc<Self> {
        Arc::new(Self { banco, bus, correio, relogio, ajustes })
    }

    /// Relays, sends and sweeps until the end is asked for, and puts down what is in flight.
    pub async fn run(self: Arc<Self>, fim: Encerramento) {
        let relay = {
            let (d, fim) = (Arc::clone(&self), fim.clone());
            move || relay::run(Arc::clone(&d), fim.clone())
        };
        let sweeper = {
            let (d, fim) = (Arc::clone(&self), fim.clone());
            move || sweeper::run(Arc::clone(&d), fim.clone())
        };
        let consumers = self.ajustes.canais.iter().copied().map(|canal| {
            let (d, fim) = (Arc::clone(&self), fim.clone());
            let fim_do_laco = fim.clone();
            async move {
                supervise("consumidor", &fim, move || {
                    consumer::run(Arc::clone(&d), canal, fim_do_laco.clone())
                })
                .await;
            }
        });
        tokio::join!(
            supervise("relay", &fim, relay),
            supervise("varredura", &fim, sweeper),
            futures_util::future::join_all(consumers),
        );
        self.correio.close().await;
    }

    /// Runs a database call on a thread that may block.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Falha> {
        let this = Arc::clone(self);
        Ok(tokio::task::spawn_blocking(move || work(&this)).await??)
    }
}
