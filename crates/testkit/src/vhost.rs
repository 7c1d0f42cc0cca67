//! A vhost per test.

use reqwest::Url;
use uuid::Uuid;

use crate::ambiente::address;
use crate::gestao::Gestao;

/// A vhost of the run's RabbitMQ that only this value knows of; deleted with it, and with it queues and connections.
#[derive(Debug)]
pub struct Vhost {
    gestao: Gestao,
    name: String,
    amqp_url: String,
    /// Whether it was made here, and goes with this value.
    ours: bool,
}

impl Vhost {
    /// Makes the vhost.
    ///
    /// # Panics
    /// Outside `make test`, or when RabbitMQ refuses.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it does I/O and may panic: never an implicit default")]
    pub fn new() -> Self {
        let amqp = address("COBRANCA_TESTE_AMQP");
        let gestao = Gestao::new(address("COBRANCA_TESTE_AMQP_HTTP"));
        let name = format!("t-{}", Uuid::new_v4().simple());
        gestao.create_vhost(&name);
        let amqp_url = at(&amqp, &name);
        Self { gestao, name, amqp_url, ours: true }
    }

    /// One that is there, and stays.
    pub(crate) fn standing(gestao: Gestao, name: &str, amqp_url: &str) -> Self {
        Self { gestao, name: name.to_owned(), amqp_url: amqp_url.to_owned(), ours: false }
    }

    /// `amqp://` address of the vhost, with the login.
    #[must_use]
    pub fn amqp_url(&self) -> &str {
        &self.amqp_url
    }

    /// Its name in the broker, `t-` and 32 hexadecimal digits.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the broker has it. False only after somebody deleted it.
    #[must_use]
    pub fn exists(&self) -> bool {
        self.gestao.has_vhost(&self.name)
    }

    /// The broker closes every connection to this vhost, as in a failover. Answers how many there were; a connection
    /// made within the last second may not be known to the broker's list yet, so poll for the number expected.
    pub fn close_connections(&self) -> usize {
        self.gestao.close_connections(&self.name)
    }

    /// Deletes every queue with its messages, as if the broker's disk were lost. Answers their names.
    pub fn delete_queues(&self) -> Vec<String> {
        self.gestao.delete_queues(&self.name)
    }

    /// From now on keeps a copy of every message of this exchange.
    pub fn tap(&self, exchange: &str) {
        self.gestao.tap(&self.name, exchange);
    }

    /// The messages kept since [`Vhost::tap`], as the broker describes them.
    #[must_use]
    pub fn tapped(&self) -> Vec<String> {
        self.gestao.tapped(&self.name).iter().map(ToString::to_string).collect()
    }

    /// Publishes these bytes, whatever they are; answers whether there was a queue for them. When it answers they are kept.
    #[must_use]
    pub fn publish(&self, exchange: &str, routing_key: &str, bytes: &[u8]) -> bool {
        self.gestao.publish(&self.name, exchange, routing_key, bytes)
    }

    /// Messages in a queue, those in a consumer's hands too; none while there is no such queue. At most a second old.
    #[must_use]
    pub fn depth(&self, queue: &str) -> u64 {
        self.gestao.depth(&self.name, queue)
    }

    /// The first 64 kB of every message in a queue, which stay there.
    #[must_use]
    pub fn peek(&self, queue: &str) -> Vec<String> {
        self.gestao.peek(&self.name, queue)
    }

    /// Deletes the vhost with exchanges, queues, messages and connections, and makes it again, empty: a broker whose
    /// data directory was lost.
    pub fn lose_everything(&self) {
        self.gestao.delete_vhost(&self.name);
        self.gestao.create_vhost(&self.name);
    }
}

impl Drop for Vhost {
    fn drop(&mut self) {
        if self.ours {
            self.gestao.delete_vhost(&self.name);
        }
    }
}

fn at(amqp: &Url, vhost: &str) -> String {
    let mut url = amqp.clone();
    url.set_path(vhost);
    url.into()
}
