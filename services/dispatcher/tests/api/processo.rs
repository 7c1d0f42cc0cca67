//! The binary: what it refuses to start without, and how it starts and ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;
use testkit::Http;

use crate::apoio::PRAZO;

fn binary(ambiente: &[(&str, &str)]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_dispatcher"))
        .env_clear()
        .envs([("COBRANCA_HTTP__PORTA", "0"), ("COBRANCA_LOG__FORMATO", "json")])
        .envs(ambiente.iter().copied())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The address in the one line that names it.
fn address(erros: &mut BufReader<ChildStderr>) -> String {
    let eventos = erros.lines().map(|linha| serde_json::from_str::<Value>(&linha.unwrap()).unwrap());
    let mut enderecos = eventos.filter_map(|evento| evento["http.endereco"].as_str().map(str::to_owned));
    enderecos.next().expect("a line with the address")
}

#[test]
fn it_says_what_is_missing_and_does_not_start() {
    let (banco, amqp, smtp) =
        (("DATABASE_URL", "postgres://x"), ("AMQP_URL", "amqp://x"), ("COBRANCA_SMTP__HOST", "x"));
    for (ambiente, falta) in [
        (vec![amqp, smtp], "defina DATABASE_URL"),
        (vec![banco, smtp], "defina AMQP_URL"),
        (vec![banco, amqp], "COBRANCA_SMTP__HOST"),
        (vec![banco, amqp, smtp, ("COBRANCA_DISPATCHER__CANAIS", "fax")], "dispatcher.canais"),
    ] {
        let saida = binary(&ambiente).wait_with_output().unwrap();
        assert!(!saida.status.success());
        let texto = String::from_utf8(saida.stderr).unwrap();
        assert!(texto.contains(falta), "{texto}");
    }
}

#[tokio::test]
async fn it_serves_says_where_and_ends_when_asked_to() {
    let (banco, vhost) = (testkit::Banco::new(), testkit::Vhost::new());
    let mut processo = binary(&[
        ("DATABASE_URL", banco.url()),
        ("AMQP_URL", vhost.amqp_url()),
        ("COBRANCA_SMTP__HOST", "127.0.0.1"),
        ("COBRANCA_SMTP__TLS", "nenhum"),
    ]);
    let mut erros = BufReader::new(processo.stderr.take().unwrap());
    let http = Http::new(&format!("http://{}", address(&mut erros)));
    testkit::wait_until(PRAZO, async || http.get("/readyz").await.status == 200).await;
    assert_eq!(http.get("/v1/execucoes").await.status, 401);
    let pid = processo.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(processo.wait().unwrap().success());
}
