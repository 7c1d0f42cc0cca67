//! Engines for one test alone, that may be stopped, killed and started again.

use std::time::Duration;

use reqwest::Url;

use crate::banco::Banco;
use crate::gestao::Gestao;
use crate::motores::Motores;
use crate::vhost::Vhost;

/// The vhost of a new node.
const VHOST: &str = "/";

/// Twice the half second after which the node writes the name of a new quorum queue to its directory of Raft members.
const RA_FLUSH: Duration = Duration::from_secs(1);

/// A RabbitMQ node of one test, on ports that stay the same over `stop` and `start`. Costs five seconds and 150 MB, so
/// only for tests about the broker going away; the others take a [`crate::Vhost`].
#[derive(Debug)]
pub struct RabbitPrivado {
    motores: Motores,
    amqp_url: String,
    vhost: Vhost,
}

impl RabbitPrivado {
    /// Starts the node and waits until it takes connections.
    ///
    /// # Panics
    /// When RabbitMQ is not installed or does not start.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "it starts a server and may panic: never an implicit default"
    )]
    pub fn new() -> Self {
        let told = ["COBRANCA_TESTE_AMQP", "COBRANCA_TESTE_AMQP_HTTP"];
        let (motores, [amqp_url, http]) = Motores::start("rabbit", &["--so-rabbit", "--teste"], told);
        let gestao = Gestao::new(http.parse().expect("deploy/engines prints a URL"));
        let vhost = Vhost::standing(gestao, VHOST, &amqp_url);
        Self { motores, amqp_url, vhost }
    }

    /// `amqp://` address of the node's only vhost, with the login.
    #[must_use]
    pub fn amqp_url(&self) -> &str {
        &self.amqp_url
    }

    /// The node's only vhost. It says nothing while the node is away.
    #[must_use]
    pub fn vhost(&self) -> &Vhost {
        &self.vhost
    }

    /// Stops the node in order (some seven seconds); its data stays.
    pub async fn stop(&self) {
        self.motores.engines("stop", &[]).await;
    }

    /// The node dies without a goodbye to anybody; its data stays.
    ///
    /// Waits one second first: a quorum queue declared within half a second of a SIGKILL comes back without a leader,
    /// for good (RabbitMQ 3.10), and that is not what these tests are about.
    pub async fn kill(&self) {
        tokio::time::sleep(RA_FLUSH).await;
        self.motores.engines("stop", &["--kill"]).await;
    }

    /// Starts the stopped node again, with its data and at the same address.
    pub async fn start(&self) {
        self.motores.engines("start", &[]).await;
    }

    /// The stopped node's disk is lost: what starts next knows of nothing.
    pub async fn lose_disk(&self) {
        self.motores.engines("esquecer", &[]).await;
    }

    /// Says that memory is short, or no longer: while it is, the node reads nothing of who publishes.
    pub async fn set_alarm(&self, on: bool) {
        self.motores.engines("alarme", &[if on { "liga" } else { "desliga" }]).await;
    }

    /// Deletes every queue with its messages, as if the disk were lost. Answers their names.
    pub fn delete_queues(&self) -> Vec<String> {
        self.vhost.delete_queues()
    }

    /// The broker closes every connection. Answers how many it knew of.
    pub fn close_connections(&self) -> usize {
        self.vhost.close_connections()
    }
}

/// A PostgreSQL server of one test, on a port that stays the same over `kill` and `start`. What it said is committed is still
/// there after a `kill`.
#[derive(Debug)]
pub struct PostgresPrivado {
    motores: Motores,
    admin: Url,
}

impl PostgresPrivado {
    /// Starts the server and waits until it takes connections.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or does not start.
    #[must_use]
    #[expect(
        clippy::new_without_default,
        reason = "it starts a server and may panic: never an implicit default"
    )]
    pub fn new() -> Self {
        let (motores, [url]) = Motores::start("pg", &["--teste", "--duravel"], ["COBRANCA_TESTE_PG"]);
        Self { motores, admin: url.parse().expect("deploy/engines prints a URL") }
    }

    /// A fresh database in it. It must not outlive the server.
    #[must_use]
    pub fn banco(&self) -> Banco {
        Banco::on(&self.admin)
    }

    /// The server and its sessions die at once, in whatever they are doing.
    pub async fn kill(&self) {
        self.motores.engines("stop", &["--kill"]).await;
    }

    /// Starts it again; it recovers by itself.
    pub async fn start(&self) {
        self.motores.engines("start", &[]).await;
    }
}
