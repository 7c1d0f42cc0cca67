//! The service that carries actions out: relay, consumers per channel, sweep, and what the API shows of executions.
//!
//! `disparo.execucao` is the truth and a message only says "look": see `relay` (publishes what is ripe), `consumer`
//! (claims under a fence right before the provider call), `envio` and `canais` (render, send, judge), `escritor` (keeps what came
//! of it) and `sweeper`.

mod api;
mod canais;
mod consumer;
mod descadastro;
mod envio;
mod escritor;
mod negativacao;
mod processo;
mod relay;
mod ritmo;
mod sweeper;
mod via;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bus::Bus;
use domain::execucao::{Canal, Taxa};
use providers::email::avisos::{self, Aviso};
use providers::enriquecimento::ClienteEnriquecimento;
use providers::sms::Recibo;
use providers::{Chamada, ReciboInvalido};
use runtime::{Deposito, Encerramento, Relogio, supervise};
pub(crate) use servico::lacos::Falha;
use store::disparos::Prazos;
use store::{Banco, StoreError};
use via::Via;

pub use api::{CODIGOS, Contexto, PUBLICAS, configure, routes};
pub use canais::{Remetente, Saida};
pub use descadastro::{Descadastro, DescadastroError};
pub use negativacao::AjustesBureau;
pub use processo::{CanalError, INFO, RunError, readiness, remetente, run, saidas};

/// Consumers of a channel: while one waits for the database to keep its claims, the other makes its own.
const CONSUMIDORES: usize = 2;

/// What can be chosen about a dispatcher.
#[derive(Clone, Debug)]
pub struct Ajustes {
    /// How long a claimed execution is its worker's; longer than the slowest provider call.
    pub lease: Duration,
    /// How long a hint may stay unclaimed, and a doubt unsettled.
    pub prazos: Prazos,
    /// Pause between two sweeps.
    pub varredura: Duration,
    /// Hints taken from the bus ahead of time.
    pub prefetch: u16,
    /// Provider calls at a time, on each channel.
    pub concorrencia: u16,
    /// Executions of a company that may wait on the queue of a channel.
    pub na_fila: i32,
    /// How many messages a second each provider's account takes; those without one as many as there are.
    pub taxas: BTreeMap<Canal, Taxa>,
    /// Where the bytes of files are.
    pub arquivos: Deposito,
    /// What is chosen about bureaus.
    pub bureau: AjustesBureau,
}

impl Ajustes {
    /// The choices that the configuration makes.
    #[must_use]
    pub fn from_config(config: &runtime::Config) -> Self {
        let secao = &config.dispatcher;
        Self {
            lease: Duration::from_secs(secao.lease_s.into()),
            prazos: Prazos {
                fila: Duration::from_secs(secao.fila_s.into()),
                revisao: Duration::from_secs(secao.revisao_s.into()),
            },
            varredura: Duration::from_secs(secao.varredura_s.into()),
            prefetch: secao.prefetch,
            concorrencia: secao.concorrencia,
            na_fila: secao.na_fila.into(),
            arquivos: Deposito::new(&config.arquivos.dir),
            bureau: AjustesBureau::from_config(config),
            taxas: [
                (Canal::Email, config.smtp.por_segundo),
                (Canal::Sms, config.sms.as_ref().and_then(|sms| sms.por_segundo)),
                (Canal::Enriquecimento, config.enriquecimento.as_ref().and_then(|secao| secao.por_segundo)),
            ]
            .into_iter()
            .filter_map(|(canal, por_segundo)| Some((canal, Taxa::new(por_segundo?)?)))
            .collect(),
        }
    }
}

/// A dispatcher: what it works with.
pub struct Dispatcher {
    banco: Banco,
    bus: Arc<dyn Bus>,
    vias: Vec<Arc<Via>>,
    relogio: Relogio,
    ajustes: Ajustes,
}

impl Dispatcher {
    /// Puts a dispatcher together; [`Dispatcher::run`] starts it. It relays and sends on the channels of `saidas`.
    #[must_use]
    pub fn new(
        banco: Banco,
        bus: Arc<dyn Bus>,
        saidas: Vec<Saida>,
        relogio: Relogio,
        ajustes: Ajustes,
    ) -> Arc<Self> {
        let via = |saida: Saida| Arc::new(Via::new(saida, ajustes.concorrencia));
        let vias = saidas.into_iter().map(via).collect();
        Arc::new(Self { banco, bus, vias, relogio, ajustes })
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
        let bureaus = {
            let (d, fim) = (Arc::clone(&self), fim.clone());
            move || negativacao::run(Arc::clone(&d), fim.clone())
        };
        let consumers = self.vias.iter().flat_map(|via| [via; CONSUMIDORES]).map(|via| {
            let (d, via, fim) = (Arc::clone(&self), Arc::clone(via), fim.clone());
            let fim_do_laco = fim.clone();
            async move {
                supervise("consumidor", &fim, move || {
                    consumer::run(Arc::clone(&d), Arc::clone(&via), fim_do_laco.clone())
                })
                .await;
            }
        });
        tokio::join!(
            supervise("relay", &fim, relay),
            supervise("varredura", &fim, sweeper),
            supervise("bureaus", &fim, bureaus),
            futures_util::future::join_all(consumers),
        );
        for via in &self.vias {
            via.saida.close().await;
        }
    }

    /// What a call that claims to come from a provider tells, and the provider's name; `None` when nothing is sent with it.
    pub(crate) fn recibos(
        &self,
        provedor: &str,
        chamada: &Chamada<'_>,
    ) -> Option<(&'static str, Result<Vec<Recibo>, ReciboInvalido>)> {
        self.vias.iter().find_map(|via| match &via.saida {
            Saida::Sms { cliente } if cliente.nome() == provedor => {
                Some((cliente.nome(), cliente.recibos(chamada)))
            }
            Saida::Sms { .. }
            | Saida::Email { .. }
            | Saida::Nenhuma
            | Saida::Carta
            | Saida::Negativacao
            | Saida::Enriquecimento { .. } => None,
        })
    }

    /// Whom debtors are asked about by, if it is the one of this name.
    pub(crate) fn enriquecimento(&self, provedor: &str) -> Option<&ClienteEnriquecimento> {
        self.vias.iter().find_map(|via| match &via.saida {
            Saida::Enriquecimento { cliente } if cliente.nome() == provedor => Some(cliente),
            Saida::Enriquecimento { .. }
            | Saida::Sms { .. }
            | Saida::Email { .. }
            | Saida::Nenhuma
            | Saida::Carta
            | Saida::Negativacao => None,
        })
    }

    /// What a call that claims to bring a report about an e-mail tells; `None` when no e-mails are sent.
    pub(crate) fn aviso(&self, chamada: &Chamada<'_>) -> Option<Result<Option<Aviso>, ReciboInvalido>> {
        let remetente = self.remetente()?;
        Some(avisos::receive(chamada, remetente.avisos.as_ref(), &remetente.dominio))
    }

    /// As whom e-mails are sent.
    pub(crate) fn remetente(&self) -> Option<&Remetente> {
        self.vias.iter().find_map(|via| match &via.saida {
            Saida::Email { remetente, .. } => Some(&**remetente),
            Saida::Sms { .. }
            | Saida::Nenhuma
            | Saida::Carta
            | Saida::Negativacao
            | Saida::Enriquecimento { .. } => None,
        })
    }

    /// Runs a database call on a thread that may block.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Falha> {
        servico::lacos::blocking(self, work).await
    }
}
