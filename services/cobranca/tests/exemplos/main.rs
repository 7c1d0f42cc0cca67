//! The examples of `proto-docs/examples` do what they say: each is run against the whole system, and prints what stands in it
//! behind `#>`, or answers what its own tests expect.
#![cfg(test)]

mod colecao;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use cobranca::comandos::empresa::{Pedido, make};
use cobranca::sistema::{Lugar, Sistema};
use runtime::config::Segredo;
use runtime::{Config, Encerramento, Relogio};
use testkit::Banco;
use tokio::process::Command;

/// Longer than any of them takes on a busy machine.
const PRAZO: Duration = Duration::from_mins(2);

fn dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto-docs/examples")
}

fn scripts() -> Vec<PathBuf> {
    let todos = dir().read_dir().unwrap().map(|item| item.unwrap().path());
    let mut scripts: Vec<PathBuf> = todos
        .filter(|path| path.extension().is_some_and(|ext| ext == "sh") && !path.ends_with("api.sh"))
        .collect();
    scripts.sort();
    assert!(scripts.len() >= 4, "{scripts:?}");
    scripts
}

/// What the script says that it prints.
fn promised(script: &Path) -> Vec<String> {
    let texto = std::fs::read_to_string(script).unwrap();
    texto.lines().filter_map(|linha| linha.strip_prefix("#> ")).map(str::to_owned).collect()
}

async fn printed(script: &Path, url: &str, chave: &str) -> Vec<String> {
    let filho = Command::new("sh")
        .arg(script)
        .env("COBRANCA_URL", url)
        .env("COBRANCA_CHAVE", chave)
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let feito = tokio::time::timeout(PRAZO, filho).await.expect("an end").unwrap();
    let (saida, erro) = (String::from_utf8(feito.stdout).unwrap(), String::from_utf8_lossy(&feito.stderr));
    assert!(feito.status.success(), "{}: {saida}\n{erro}", script.display());
    saida.lines().map(str::to_owned).collect()
}

/// The whole system, with a company of its own.
struct Casa {
    sistema: Sistema,
    chave: String,
    _banco: Banco,
    _saida: tempfile::TempDir,
}

impl Casa {
    async fn new() -> Self {
        let banco = Banco::new();
        let saida = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.banco.url = Some(Segredo::new(banco.url()));
        config.sandbox.ativo = true;
        config.sandbox.saida_dir = saida.path().to_owned();
        config.arquivos.dir = saida.path().join("arquivos");
        let relogio = Relogio::sandbox("2026-03-10T15:00:00Z".parse().unwrap());
        let lugar = Lugar { relogio: relogio.clone(), listener: TcpListener::bind("127.0.0.1:0").unwrap() };
        let sistema = Sistema::start(&config, lugar, Encerramento::new()).await.unwrap();
        let pedido = Pedido {
            nome: "Escola Campoverde".to_owned(),
            documento: None,
            remetente: "cobranca@example.com".to_owned(),
        };
        let url = banco.url().to_owned();
        let feita = tokio::task::spawn_blocking(move || make(&url, &pedido, &relogio)).await.unwrap();
        Self { sistema, chave: feita.unwrap().1, _banco: banco, _saida: saida }
    }

    fn url(&self) -> String {
        format!("http://{}", self.sistema.addr())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_prints_what_it_says() {
    let casa = Casa::new().await;
    for script in scripts() {
        let promessa = promised(&script);
        assert!(!promessa.is_empty(), "{}", script.display());
        let dito = printed(&script, &casa.url(), &casa.chave).await;
        assert_eq!(dito, promessa, "{}", script.display());
    }
    casa.sistema.stop().await.unwrap();
}
