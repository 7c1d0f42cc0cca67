//! The binary: what it refuses to start without, and how it starts and ends.

use std::path::Path;

use testkit::{Http, Processo};

use crate::apoio::PRAZO;

fn binary(ambiente: &[(&str, &str)]) -> Processo {
    Processo::start(Path::new(env!("CARGO_BIN_EXE_dispatcher")), &[], ambiente)
}

#[tokio::test]
async fn it_says_what_is_missing_and_does_not_start() {
    let (banco, amqp, smtp) =
        (("DATABASE_URL", "postgres://x"), ("AMQP_URL", "amqp://x"), ("COBRANCA_SMTP__HOST", "x"));
    for (ambiente, falta) in [
        (vec![amqp, smtp], "defina DATABASE_URL"),
        (vec![banco, smtp], "defina AMQP_URL"),
        (vec![banco, amqp], "COBRANCA_SMTP__HOST"),
        (vec![banco, amqp, smtp, ("COBRANCA_DISPATCHER__CANAIS", "fax")], "dispatcher.canais"),
    ] {
        let mut processo = binary(&ambiente);
        assert!(!processo.ended(PRAZO).await.success());
        assert!(processo.log().contains(falta), "{}", processo.log());
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
    let http = Http::new(&processo.url().await);
    testkit::wait_until(PRAZO, async || http.get("/readyz").await.status == 200).await;
    assert_eq!(http.get("/v1/execucoes").await.status, 401);
    processo.terminate();
    assert!(processo.ended(PRAZO).await.success());
}
