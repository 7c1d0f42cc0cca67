//! The publishing side: confirms pipelined in a window, unroutable messages told apart, nothing ever hanging.
//!
//! A channel belongs to one call of `publish` at a time. Confirms are numbered per channel in the order of publishing,
//! and the client attaches a returned message to *some* confirm of the channel, not to its own (acks of "all before"
//! are taken in no order): only with the channel to itself can a call know that every return it sees is one of its own.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::{FuturesOrdered, StreamExt};
use lapin::message::BasicReturnMessage;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions};
use lapin::types::ShortString;
use lapin::{BasicProperties, Channel, Confirmation, Connection, Event};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::time::timeout;
use uuid::Uuid;

use super::ligacao::Parada;
use super::supervisor::{Queda, VIGIA, in_time};
use super::topologia::EXCHANGE;
use crate::{Mensagem, PublishError};

/// Unconfirmed messages of one call. Ten times the rate of one at a time (measured: 4.3 k/s, 42.8 k/s with 2,000).
const JANELA: usize = 2_000;

/// How long a publish waits for a connection that is not there, and for a channel on it.
const ESPERA_CONEXAO: Duration = Duration::from_secs(4);

/// How long nothing at all may be confirmed before the connection is taken for dead.
const ESPERA_CONFIRMACAO: Duration = Duration::from_secs(5);

/// Calls of `publish` that work at the same time; further ones wait their turn.
const CANAIS_AMQP: usize = 16;

/// Delivery mode "persistent". A quorum queue always is; said for whoever reads the message elsewhere.
const PERSISTENTE: u8 = 2;

/// What [`super::Amqp`] and the supervisor of its publishing connection share.
pub(super) struct Publicador {
    estado: watch::Sender<Estado>,
    vagas: Semaphore,
}

#[derive(Clone, Default)]
enum Estado {
    #[default]
    Desligado,
    Ligado(Arc<Sessao>),
    Fechado,
}

/// One connection's worth of publishing.
struct Sessao {
    conexao: Arc<Connection>,
    livres: Mutex<Vec<Channel>>,
    queda: Notify,
}

/// What came of one message, before the returns of the whole call are known.
enum Saida {
    Confirmada,
    Recusada,
    SemConfirmacao,
    Invalida(crate::MensagemError),
}

/// What came of one call.
struct Lote {
    saidas: Vec<Saida>,
    devolvidas: HashSet<Devolvida>,
}

/// Which message came back, `None` if it does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Devolvida(Option<Uuid>);

impl Default for Publicador {
    fn default() -> Self {
        Self { estado: watch::Sender::default(), vagas: Semaphore::new(CANAIS_AMQP) }
    }
}

impl Publicador {
    /// Nothing is published from now on.
    pub(super) fn close(&self) {
        self.estado.send_replace(Estado::Fechado);
    }

    /// One connection's worth: lets publishers use it until told to stop or until anything goes wrong.
    pub(super) async fn serve(&self, conexao: &Arc<Connection>, mut parada: Parada) -> Result<(), Queda> {
        let sessao =
            Arc::new(Sessao { conexao: Arc::clone(conexao), livres: Mutex::default(), queda: Notify::new() });
        self.replace(Estado::Ligado(Arc::clone(&sessao)));
        let fim = tokio::select! {
            () = parada.requested() => Ok(()),
            queda = sessao.broken() => Err(queda),
        };
        self.replace(Estado::Desligado);
        fim
    }

    pub(super) async fn publish(&self, mensagens: &[Mensagem]) -> Vec<Result<(), PublishError>> {
        if mensagens.is_empty() {
            return Vec::new();
        }
        let Ok(vaga) = timeout(ESPERA_CONEXAO, self.acquire()).await else {
            return vec![Err(PublishError::Desconectado); mensagens.len()];
        };
        let (_vaga, sessao, canal) = match vaga {
            Ok(vaga) => vaga,
            Err(erro) => return vec![Err(erro); mensagens.len()],
        };
        let lote = Lote::send(&canal, mensagens).await;
        sessao.after(&lote, canal);
        lote.results(mensagens)
    }

    /// A turn, the connection, and a channel of one's own.
    async fn acquire(
        &self,
    ) -> Result<(tokio::sync::SemaphorePermit<'_>, Arc<Sessao>, Channel), PublishError> {
        let Ok(vaga) = self.vagas.acquire().await else {
            return Err(PublishError::Fechado);
        };
        let mut estado = self.estado.subscribe();
        let Ok(ligado) =
            estado.wait_for(|estado| !matches!(estado, Estado::Desligado)).await.map(|e| e.clone())
        else {
            return Err(PublishError::Fechado);
        };
        match ligado {
            Estado::Ligado(sessao) => {
                let canal = sessao.channel().await?;
                Ok((vaga, sessao, canal))
            }
            Estado::Desligado => Err(PublishError::Desconectado),
            Estado::Fechado => Err(PublishError::Fechado),
        }
    }

    /// Closed stays closed.
    fn replace(&self, novo: Estado) {
        self.estado.send_modify(|estado| {
            if !matches!(estado, Estado::Fechado) {
                *estado = novo;
            }
        });
    }
}

impl Sessao {
    /// Resolves when the connection is of no more use.
    async fn broken(&self) -> Queda {
        let mut eventos = self.conexao.events_listener();
        let mut vigia = tokio::time::interval(VIGIA);
        loop {
            tokio::select! {
                () = self.queda.notified() => return Queda::Pedida,
                evento = eventos.next() => if let Some(Event::Error(erro)) = evento {
                    return Queda::Broker(erro);
                },
                _ = vigia.tick() => if !self.conexao.status().connected() {
                    return Queda::Desligada;
                },
            }
        }
    }

    /// A channel in confirm mode that nobody else uses.
    async fn channel(&self) -> Result<Channel, PublishError> {
        if self.conexao.status().blocked() {
            return Err(PublishError::Bloqueado);
        }
        let livre = self.livres.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match livre {
            Some(canal) if canal.status().connected() => Ok(canal),
            Some(_) | None => self.open_channel().await.map_err(|queda| {
                tracing::debug!(bus.causa = %queda, "no channel to publish on");
                self.queda.notify_one();
                PublishError::Desconectado
            }),
        }
    }

    async fn open_channel(&self) -> Result<Channel, Queda> {
        let canal = in_time(self.conexao.create_channel()).await?;
        in_time(canal.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(canal)
    }

    /// Keeps the channel of a call that went through. After any doubt the connection is given up, also when a message
    /// was returned: building it again declares the missing queue. A blocked connection is only waiting, and one more
    /// would wait beside it: it stays.
    fn after(&self, lote: &Lote, canal: Channel) {
        if lote.is_sound() {
            self.livres.lock().unwrap_or_else(PoisonError::into_inner).push(canal);
        } else if !self.conexao.status().blocked() {
            self.queda.notify_one();
        }
    }
}

impl Lote {
    async fn send(canal: &Channel, mensagens: &[Mensagem]) -> Self {
        let mut lote = Self { saidas: Vec::with_capacity(mensagens.len()), devolvidas: HashSet::new() };
        let mut a_enviar = mensagens.iter();
        let mut respostas = FuturesOrdered::new();
        loop {
            while respostas.len() < JANELA
                && let Some(mensagem) = a_enviar.next()
            {
                respostas.push_back(send_one(canal, mensagem));
            }
            let Ok(Some((saida, devolvida))) = timeout(ESPERA_CONFIRMACAO, respostas.next()).await else {
                break;
            };
            lote.saidas.push(saida);
            lote.devolvidas.extend(devolvida);
        }
        lote.saidas.resize_with(mensagens.len(), || Saida::SemConfirmacao);
        lote
    }

    /// All were answered, and none had nowhere to go.
    fn is_sound(&self) -> bool {
        self.devolvidas.is_empty() && self.all_answered()
    }

    fn all_answered(&self) -> bool {
        self.saidas.iter().all(|saida| !matches!(saida, Saida::SemConfirmacao))
    }

    /// With an answer missing, a return may have been attached to it and be lost too; then none of the confirms is
    /// known to mean a queue, and neither when a return does not say whose it is. Publishing again is harmless, a silent
    /// success is not.
    fn results(self, mensagens: &[Mensagem]) -> Vec<Result<(), PublishError>> {
        let duvida = !self.devolvidas.is_empty()
            && (!self.all_answered() || self.devolvidas.contains(&Devolvida(None)));
        let Self { saidas, devolvidas } = self;
        let results = saidas.into_iter().zip(mensagens).map(|(saida, mensagem)| match saida {
            Saida::Invalida(erro) => Err(PublishError::Invalida(erro)),
            Saida::Confirmada | Saida::Recusada if devolvidas.contains(&Devolvida(Some(mensagem.id()))) => {
                Err(PublishError::NaoRoteada)
            }
            Saida::Recusada => Err(PublishError::Recusada),
            Saida::Confirmada if !duvida => Ok(()),
            Saida::Confirmada | Saida::SemConfirmacao => Err(PublishError::SemConfirmacao),
        });
        results.collect()
    }
}

/// Publishes one message and waits for its confirm. The second answer is the id of a message of this call that was
/// returned, not necessarily this one.
async fn send_one(canal: &Channel, mensagem: &Mensagem) -> (Saida, Option<Devolvida>) {
    let corpo = match mensagem.to_json() {
        Ok(corpo) => corpo,
        Err(erro) => return (Saida::Invalida(erro), None),
    };
    let opcoes = BasicPublishOptions { mandatory: true, immediate: false };
    let envio =
        canal.basic_publish(EXCHANGE.into(), mensagem.tipo().into(), opcoes, &corpo, properties(mensagem));
    let resposta = match envio.await {
        Ok(confirmacao) => confirmacao.await,
        Err(erro) => Err(erro),
    };
    match resposta {
        Ok(Confirmation::Ack(devolvida)) => (Saida::Confirmada, devolvida.as_ref().map(Devolvida::of)),
        Ok(Confirmation::Nack(devolvida)) => (Saida::Recusada, devolvida.as_ref().map(Devolvida::of)),
        Ok(Confirmation::NotRequested) | Err(_) => (Saida::SemConfirmacao, None),
    }
}

impl Devolvida {
    fn of(mensagem: &BasicReturnMessage) -> Self {
        let id = mensagem.delivery.properties.message_id().as_ref();
        Self(id.and_then(|id| Uuid::parse_str(id.as_str()).ok()))
    }
}

fn properties(mensagem: &Mensagem) -> BasicProperties {
    let propriedades = BasicProperties::default()
        .with_content_type("application/json".into())
        .with_delivery_mode(PERSISTENTE)
        .with_message_id(ShortString::from(mensagem.id().to_string()))
        .with_type(mensagem.tipo().into())
        .with_app_id("cobranca".into());
    match u64::try_from(mensagem.ocorrido_em().timestamp()) {
        Ok(segundos) => propriedades.with_timestamp(segundos),
        Err(_antes_de_1970) => propriedades,
    }
}
