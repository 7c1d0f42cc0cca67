//! A whole broker for one test, that may be stopped, killed and started again.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use uuid::Uuid;

use crate::ambiente::checkout;
use crate::gestao::Gestao;

/// The vhost of a new node.
const VHOST: &str = "/";

/// Twice the half second after which the node writes the name of a new quorum queue to its directory of Raft members.
const RA_FLUSH: Duration = Duration::from_secs(1);

/// A RabbitMQ node of one test, on ports that stay the same over `stop` and `start`. Costs five seconds and 150 MB, so
/// only for tests about the broker going away; the others take a [`crate::Vhost`].
///
/// The node belongs to a `deploy/engines with …` whose command ends when our end of a pipe closes: even a test process
/// that is killed leaves nothing running.
#[derive(Debug)]
pub struct RabbitPrivado {
    name: String,
    keeper: Child,
    amqp_url: String,
    gestao: Gestao,
    log: Log,
}

/// What `deploy/engines` says, shown only when it fails.
#[derive(Debug)]
struct Log {
    dir: TempDir,
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
        let name = format!("rabbit-{}", Uuid::new_v4().simple());
        let log = Log { dir: TempDir::new().expect("a temporary directory") };
        let tell_and_wait =
            r#"printf '%s\n' "$COBRANCA_TESTE_AMQP" "$COBRANCA_TESTE_AMQP_HTTP"; exec cat >/dev/null"#;
        let mut keeper = engines()
            .args(["with", &name, "--so-rabbit", "--teste", "--", "sh", "-c", tell_and_wait])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.file())
            .spawn()
            .expect("deploy/engines is in the checkout");
        let stdout = keeper.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let (Some(amqp), Some(http)) = (lines.next(), lines.next()) else {
            panic!("o RabbitMQ privado não subiu:\n{}", log.text());
        };
        let gestao = Gestao::new(http.parse().expect("deploy/engines prints a URL"));
        Self { name, keeper, amqp_url: amqp, gestao, log }
    }

    /// `amqp://` address of the node's only vhost, with the login.
    #[must_use]
    pub fn amqp_url(&self) -> &str {
        &self.amqp_url
    }

    /// Stops the node in order (some seven seconds); its data stays.
    pub async fn stop(&self) {
        self.engines(&["stop", &self.name]).await;
    }

    /// The node dies without a goodbye to anybody; its data stays.
    ///
    /// Waits one second first: a quorum queue declared within half a second of a SIGKILL comes back without a leader,
    /// for good (RabbitMQ 3.10), and that is not what these tests are about.
    pub async fn kill(&self) {
        tokio::time::sleep(RA_FLUSH).await;
        self.engines(&["stop", &self.name, "--kill"]).await;
    }

    /// Starts the stopped node again, with its data and at the same address.
    pub async fn start(&self) {
        self.engines(&["start", &self.name]).await;
    }

    /// Deletes every queue with its messages, as if the disk were lost. Answers their names.
    pub fn delete_queues(&self) -> Vec<String> {
        self.gestao.delete_queues(VHOST)
    }

    /// The broker closes every connection. Answers how many it knew of.
    pub fn close_connections(&self) -> usize {
        self.gestao.close_connections(VHOST)
    }

    /// On a thread for blocking work: what the test watches goes on running meanwhile.
    async fn engines(&self, args: &[&str]) {
        let mut command = engines();
        command.args(args).stdin(Stdio::null()).stderr(self.log.file());
        let status =
            tokio::task::spawn_blocking(move || command.status()).await.expect("the call does not panic");
        let status = status.expect("deploy/engines is in the checkout");
        assert!(status.success(), "deploy/engines {args:?}: {status}\n{}", self.log.text());
    }
}

impl Drop for RabbitPrivado {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take()); // ends the command that keeps the node
        let status = self.keeper.wait().expect("a child can be waited for");
        if !status.success() {
            eprintln!("o RabbitMQ privado não desceu direito ({status}):\n{}", self.log.text());
        }
    }
}

impl Log {
    fn path(&self) -> PathBuf {
        self.dir.path().join("engines.log")
    }

    fn file(&self) -> File {
        File::options().create(true).append(true).open(self.path()).expect("a log in a temporary directory")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.path()).unwrap_or_default()
    }
}

fn engines() -> Command {
    Command::new(checkout().join("deploy/engines"))
}
