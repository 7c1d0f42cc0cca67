//! The binary: what it refuses to start without, and how it starts and ends.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::Value;
use testkit::Http;

fn binary(ambiente: &[(&str, &str)]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_regua-engine"))
        .env_clear()
        .envs([("COBRANCA_HTTP__PORTA", "0"), ("COBRANCA_LOG__FORMATO", "json")])
        .envs(ambiente.iter().copied())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The address in the one line that names it.
fn address(erros: &mut BufReader<ChildStderr>) -> String {
    let enderecos = erros.lines().map(|linha| serde_json::from_str::<Value>(&linha.unwrap()).unwrap());
    let mut enderecos = enderecos.filter_map(|evento| evento["http.endereco"].as_str().map(str::to_owned));
    enderecos.next().expect("a line with the address")
}

#[test]
fn without_a_database_it_says_what_is_missing() {
    let saida = binary(&[]).wait_with_output().unwrap();
    assert!(!saida.status.success());
    let texto = String::from_utf8(saida.stderr).unwrap();
    assert!(texto.contains("defina DATABASE_URL"), "{texto}");
}

#[tokio::test]
async fn it_serves_says_where_and_ends_when_asked_to() {
    let banco = testkit::Banco::new();
    let mut processo = binary(&[("DATABASE_URL", banco.url())]);
    let mut erros = BufReader::new(processo.stderr.take().unwrap());
    let http = Http::new(&format!("http://{}", address(&mut erros)));
    assert_eq!(http.get("/readyz").await.expect(200).json["estado"], "pronto");
    assert_eq!(http.get("/v1/reguas").await.status, 401);
    let pid = processo.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(processo.wait().unwrap().success());
}
