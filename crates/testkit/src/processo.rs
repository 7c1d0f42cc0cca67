//! A service as the operating system sees it: a process that is started, asked to end, or killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;

use crate::wait::{wait_for, wait_until};

/// Longer than a start takes while every core builds or tests something else.
const START: Duration = Duration::from_mins(1);

/// Lines of the log that a failed test shows.
const LAST_WORDS: usize = 40;

/// A running process of ours; killed, by its id, when it is dropped.
#[derive(Debug)]
pub struct Processo {
    child: Child,
    lines: Lines,
    reader: Option<JoinHandle<()>>,
}

/// What it has written to standard error so far.
#[derive(Debug, Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Processo {
    /// Starts a binary with nothing in its environment but `environment`, a free HTTP port, and a log of JSON lines.
    ///
    /// # Panics
    /// When there is no such binary.
    #[must_use]
    pub fn start(binary: &Path, args: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(binary)
            .args(args)
            .env_clear()
            .envs([("COBRANCA_HTTP__PORTA", "0"), ("COBRANCA_LOG__FORMATO", "json")])
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|e| panic!("{} não pôde ser iniciado: {e}", binary.display()));
        let lines = Lines::default();
        let reader = lines.follow(child.stderr.take().expect("stderr is piped"));
        Self { child, lines, reader: Some(reader) }
    }

    /// Where it listens, `http://…`, once it has said so.
    ///
    /// # Panics
    /// With its log, when it ends instead, or never says.
    pub async fn url(&mut self) -> String {
        let url = wait_for(START, async || {
            let url = self.lines.address();
            if url.is_none()
                && let Some(status) = self.child.try_wait().expect("a child can be asked")
            {
                panic!("o processo terminou ({status}) antes de atender:\n{}", self.log());
            }
            url
        });
        url.await
    }

    /// Its number in the operating system.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.lines.text()
    }

    /// Asks it to end, in good order (SIGTERM).
    ///
    /// # Panics
    /// When the process is not there any more; as do the two below.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    /// It stands still in whatever it is doing (SIGSTOP), and knows nothing of it, until [`Processo::resume`].
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// It goes on (SIGCONT).
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let asked = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(asked.is_ok_and(|status| status.success()), "o processo já não existe:\n{}", self.log());
    }

    /// Kills it (SIGKILL): it has no chance to put anything down.
    ///
    /// # Panics
    /// When the operating system refuses.
    pub fn kill(&mut self) {
        self.child.kill().expect("our own child can be killed");
        self.child.wait().expect("a child can be waited for");
        self.read_to_the_end();
    }

    /// How it ended.
    ///
    /// # Panics
    /// When it has not after `deadline`.
    pub async fn ended(&mut self, deadline: Duration) -> ExitStatus {
        let status = wait_for(deadline, async || self.child.try_wait().expect("a child can be asked")).await;
        self.read_to_the_end();
        status
    }

    /// Waits until it has logged `words`.
    ///
    /// # Panics
    /// When it has not after `deadline`.
    pub async fn logged(&self, deadline: Duration, words: &str) {
        wait_until(deadline, async || self.lines.text().contains(words)).await;
    }

    /// The last line of a process that has ended may still be on its way.
    fn read_to_the_end(&mut self) {
        if let Some(reader) = self.reader.take() {
            drop(reader.join());
        }
    }
}

impl Drop for Processo {
    fn drop(&mut self) {
        // It may have ended already, which is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
        if thread::panicking() {
            eprintln!("o processo {} disse por último:\n{}", self.child.id(), self.lines.last(LAST_WORDS));
        }
    }
}

impl Lines {
    /// Reads to the end on a thread of its own, so that the process never waits for us.
    fn follow(&self, stderr: ChildStderr) -> JoinHandle<()> {
        let lines = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                lines.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
            }
        })
    }

    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
    }

    fn last(&self, count: usize) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n")
    }

    /// The address in the one line that names it.
    fn address(&self) -> Option<String> {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().find_map(|line| {
            let event: Value = serde_json::from_str(line).ok()?;
            event.get("http.endereco")?.as_str().map(|address| format!("http://{address}"))
        })
    }
}
