//! An engine set of one test's own, kept by a `deploy/engines with …`.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use uuid::Uuid;

use crate::ambiente::checkout;

/// Engines that belong to a `deploy/engines with …` whose command ends when our end of a pipe closes: even a test process that
/// is killed leaves nothing running.
#[derive(Debug)]
pub(crate) struct Motores {
    name: String,
    keeper: Child,
    log: Log,
}

/// What `deploy/engines` says, shown only when it fails.
#[derive(Debug)]
struct Log {
    dir: TempDir,
}

impl Motores {
    /// Starts them with these options; answers what these variables of their environment say, in order.
    pub(crate) fn start<const N: usize>(
        kind: &str,
        options: &[&str],
        variables: [&str; N],
    ) -> (Self, [String; N]) {
        let name = format!("{kind}-{}", Uuid::new_v4().simple());
        let log = Log { dir: TempDir::new().expect("a temporary directory") };
        let tell = variables.map(|variable| format!(r#""${variable}""#)).join(" ");
        let tell_and_wait = format!(r"printf '%s\n' {tell}; exec cat >/dev/null");
        let mut keeper = engines()
            .args(["with", &name])
            .args(options)
            .args(["--", "sh", "-c", &tell_and_wait])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.file())
            .spawn()
            .expect("deploy/engines is in the checkout");
        let stdout = keeper.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let told = variables.map(|variable| {
            lines.next().unwrap_or_else(|| panic!("os motores não subiram ({variable}):\n{}", log.text()))
        });
        (Self { name, keeper, log }, told)
    }

    /// One command of `deploy/engines` about them, on a thread for blocking work: what the test watches goes on meanwhile.
    pub(crate) async fn engines(&self, command: &str, more: &[&str]) {
        let mut call = engines();
        call.args([command, &self.name]).args(more).stdin(Stdio::null()).stderr(self.log.file());
        let status =
            tokio::task::spawn_blocking(move || call.status()).await.expect("the call does not panic");
        let status = status.expect("deploy/engines is in the checkout");
        assert!(status.success(), "deploy/engines {command} {more:?}: {status}\n{}", self.log.text());
    }
}

impl Drop for Motores {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take()); // ends the command that keeps them
        let status = self.keeper.wait().expect("a child can be waited for");
        if !status.success() {
            eprintln!("os motores privados não desceram direito ({status}):\n{}", self.log.text());
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
