//! The message bus: what travels, the port, and its two adapters.
//!
//! **The row is the truth, the message is a hint.** A message says "look at these execuções of this empresa"; losing one
//! or seeing one twice changes nothing but the moment, because the row decides. So the bus promises *at least once* and
//! nothing more, and never carries personal data: ids only.
//!
//! - [`Mensagem`]: the versioned envelope, 1 to 100 execução ids of one empresa and one canal;
//! - [`Bus`]: the port; [`Consumo`] and [`Entrega`] are what a consumer holds;
//! - [`amqp::Amqp`]: RabbitMQ, quorum queues, publisher confirms, a supervisor per connection;
//! - [`local::Local`]: the same promises inside one process, for the embedded default.
//!
//! Relay and sweeper (which rows are published, and when again) are not here: they know the database, the bus does not.

pub mod amqp;
mod consumo;
pub mod local;
mod mensagem;

pub use consumo::{Consumo, Entrega};
pub use futures_util::future::BoxFuture;
pub use mensagem::{MAX_BYTES, MAX_EXECUCOES, Mensagem, MensagemError, VERSAO};

/// Every canal there is a queue for. A message of another canal cannot be built, so it can never be unroutable by a typo.
pub const CANAIS: [&str; 5] = ["email", "sms", "carta", "enriquecimento", "negativacao"];

/// How often a message may come back unacked before it is dead-lettered instead of delivered again. One message whose
/// handler always dies must not spin forever; its execuções are found again by the sweeper.
pub const LIMITE_DEVOLUCOES: u32 = 5;

/// What the services know of messaging. Used as `dyn Bus`.
pub trait Bus: Send + Sync {
    /// Publishes all of `mensagens`, pipelined; the answer has one result per message, in the order given.
    ///
    /// `Ok` means that the bus has the message safely in the queue of its canal. Any error means "publish it again
    /// later": it may or may not have arrived. Never hangs, whatever the broker does.
    fn publish<'a>(&'a self, mensagens: &'a [Mensagem]) -> BoxFuture<'a, Vec<Result<(), PublishError>>>;

    /// Starts to consume one of [`CANAIS`], with at most `prefetch` (at least 1) deliveries unacked at a time.
    ///
    /// The [`Consumo`] survives whatever happens to the broker. For an unknown canal, or after [`Bus::close`], it is
    /// already at its end.
    fn consume(&self, canal: &str, prefetch: u16) -> Consumo;

    /// Whether publishing and every live [`Consumo`] are attached right now (readiness, not a promise).
    fn pronto(&self) -> bool;

    /// Ends every [`Consumo`], sends the acks given so far, and refuses what is published afterwards. Deliveries that
    /// were not acked go back to their queue.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// Why a message is not known to be in its queue. Each of them means: leave the row as it is, publish again later.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// There is no connection to the broker, and none came up in time. Nothing was sent.
    #[error("the bus is not connected")]
    Desconectado,
    /// The broker refuses publishers for now: a memory or disk alarm.
    #[error("the broker blocks publishers (resource alarm)")]
    Bloqueado,
    /// It was sent, and no answer came: it may be in the queue.
    #[error("the broker did not confirm the message")]
    SemConfirmacao,
    /// The broker returned it: no queue is bound for its canal. The topology is being declared again.
    #[error("the broker has no queue for the message")]
    NaoRoteada,
    /// The queue refused it: it is full.
    #[error("the queue refused the message")]
    Recusada,
    /// It cannot be written as JSON.
    #[error("the message cannot be written")]
    Invalida(#[source] MensagemError),
    /// [`Bus::close`] was called.
    #[error("the bus is closed")]
    Fechado,
}

/// The entry of [`CANAIS`] that is called `nome`.
pub(crate) fn canal_conhecido(nome: &str) -> Option<&'static str> {
    CANAIS.into_iter().find(|canal| *canal == nome)
}
