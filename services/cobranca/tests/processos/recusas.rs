//! What a process does not start without.
#![cfg(test)]

use testkit::Processo;

use crate::casa::{PRAZO_DO_FIM, binary};

const BANCO: (&str, &str) = ("DATABASE_URL", "postgres://127.0.0.1:1/nada");
const AMQP: (&str, &str) = ("AMQP_URL", "amqp://127.0.0.1:1/%2f");
const SMTP: (&str, &str) = ("COBRANCA_SMTP__HOST", "127.0.0.1");

/// Starts and ends; answers what it said.
async fn refusal(nome: &str, ambiente: &[(&str, &str)]) -> String {
    let args: &[&str] = if nome == "cobranca" { &["servir"] } else { &[] };
    let mut processo = Processo::start(&binary(nome), args, ambiente);
    let fim = processo.ended(PRAZO_DO_FIM).await;
    assert_eq!(fim.code(), Some(1), "{nome} {ambiente:?}");
    let texto = processo.log();
    assert!(!texto.contains("panicked"), "{texto}");
    texto
}

#[tokio::test]
async fn each_process_names_what_it_was_not_told() {
    for (nome, ambiente, falta) in [
        ("titulos", vec![], "defina DATABASE_URL"),
        ("regua-engine", vec![], "defina DATABASE_URL"),
        ("batch-action", vec![], "defina DATABASE_URL"),
        ("cartas", vec![], "defina DATABASE_URL"),
        ("dispatcher", vec![AMQP, SMTP], "defina DATABASE_URL"),
        ("dispatcher", vec![BANCO, SMTP], "defina AMQP_URL"),
        ("dispatcher", vec![BANCO, AMQP], "defina smtp.host (COBRANCA_SMTP__HOST)"),
        ("cobranca", vec![], "defina DATABASE_URL"),
    ] {
        let texto = refusal(nome, &ambiente).await;
        assert!(texto.contains(falta), "{nome}: {texto}");
    }
}

#[tokio::test]
async fn each_process_names_the_value_that_cannot_be_used() {
    for nome in ["titulos", "regua-engine", "batch-action", "dispatcher", "cartas", "cobranca"] {
        let texto = refusal(nome, &[BANCO, AMQP, SMTP, ("COBRANCA_BANCO__CONEXOES", "0")]).await;
        assert!(texto.contains("banco.conexoes deve estar entre 1 e 64"), "{nome}: {texto}");
        let texto = refusal(nome, &[BANCO, AMQP, SMTP]).await;
        assert!(texto.contains("o banco de dados não pôde ser usado"), "{nome}: {texto}");
    }
}
