//! What a consumer holds: the stream of deliveries, and one delivery.

use futures_util::future::BoxFuture;

use crate::Mensagem;

/// The deliveries of one canal, endless until the bus closes. Dropping it stops the consumer; what it had not acked goes
/// back to the queue.
pub struct Consumo {
    fonte: Box<dyn Fonte>,
}

/// One message, owned until it is acked. Dropped without [`Entrega::ack`], it is delivered again.
#[must_use = "a delivery dropped without ack comes back"]
pub struct Entrega {
    /// What was published.
    pub mensagem: Mensagem,
    acerto: Option<Acerto>,
}

/// Where an adapter's deliveries come from. `next` must be cancel-safe: a delivery is either returned or still there.
pub(crate) trait Fonte: Send {
    fn next(&mut self) -> BoxFuture<'_, Option<Entrega>>;
}

/// How a delivery ended for its consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fim {
    Feita,
    Devolvida,
}

type Acerto = Box<dyn FnOnce(Fim) + Send + Sync>;

impl Consumo {
    pub(crate) fn new(fonte: impl Fonte + 'static) -> Self {
        Self { fonte: Box::new(fonte) }
    }

    /// The next delivery, or `None` once the bus is closed. Waits through broker restarts. Cancel-safe.
    pub async fn next(&mut self) -> Option<Entrega> {
        self.fonte.next().await
    }
}

impl Entrega {
    pub(crate) fn new(mensagem: Mensagem, acerto: impl FnOnce(Fim) + Send + Sync + 'static) -> Self {
        Self { mensagem, acerto: Some(Box::new(acerto)) }
    }

    /// Done: the message leaves its queue. There is nothing to wait for (AMQP does not confirm an ack, and acks that
    /// come together travel together); if the connection is lost right now the message comes again.
    pub fn ack(mut self) {
        self.settle(Fim::Feita);
    }

    fn settle(&mut self, fim: Fim) {
        if let Some(acerto) = self.acerto.take() {
            acerto(fim);
        }
    }
}

impl Drop for Entrega {
    fn drop(&mut self) {
        self.settle(Fim::Devolvida);
    }
}

/// A source that is already at its end.
pub(crate) struct Nada;

impl Fonte for Nada {
    fn next(&mut self) -> BoxFuture<'_, Option<Entrega>> {
        Box::pin(std::future::ready(None))
    }
}
