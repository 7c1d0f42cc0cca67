//! Signals as an operator sends them: this test runs itself again as a child process and signals it.
#![cfg(test)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use runtime::Encerramento;

const FILHO: &str = "COBRANCA_TESTE_FILHO";
const PRAZO: Duration = Duration::from_secs(30);

/// Not a fact of its own: what the child does. Without the variable there is no child and nothing to do but say so.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the child learns its part from the environment")]
async fn child() {
    let Some(papel) = std::env::var_os(FILHO) else {
        assert!(!Encerramento::new().pedido());
        return;
    };
    let token = Encerramento::new();
    token.ouvir_sinais().unwrap();
    println!("pronto");
    tokio::time::timeout(PRAZO, token.aguardar()).await.unwrap();
    println!("pedido");
    if papel == "teimoso" {
        tokio::time::timeout(PRAZO, std::future::pending::<()>()).await.ok();
    }
}

struct Filho {
    processo: Child,
    linhas: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Drop for Filho {
    fn drop(&mut self) {
        self.processo.kill().ok();
        self.processo.wait().ok();
    }
}

impl Filho {
    fn start(papel: &str) -> Self {
        let mut processo = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(FILHO, papel)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let linhas = BufReader::new(processo.stdout.take().unwrap()).lines();
        let mut filho = Self { processo, linhas };
        filho.wait_for("pronto");
        filho
    }

    fn wait_for(&mut self, texto: &str) {
        assert!(self.linhas.any(|linha| linha.unwrap().contains(texto)), "the child never said {texto}");
    }

    fn signal(&self, sinal: &str) {
        let id = self.processo.id().to_string();
        assert!(Command::new("kill").args([sinal, &id]).status().unwrap().success());
    }

    fn code(&mut self) -> Option<i32> {
        self.processo.wait().unwrap().code()
    }
}

#[test]
fn each_signal_asks_for_an_orderly_end() {
    for sinal in ["-TERM", "-INT"] {
        let mut filho = Filho::start("cordato");
        filho.signal(sinal);
        filho.wait_for("pedido");
        assert_eq!(filho.code(), Some(0), "{sinal}");
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let mut filho = Filho::start("teimoso");
    filho.signal("-TERM");
    filho.wait_for("pedido");
    filho.signal("-TERM");
    assert_eq!(filho.code(), Some(130));
}
