//! The binary: what it refuses to start without, and how it starts and ends.

use std::path::Path;
use std::time::Duration;

use testkit::{Http, Processo};

/// Longer than any wait of these tests; only a test that fails waits this long.
const PRAZO: Duration = Duration::from_mins(1);

fn binary(ambiente: &[(&str, &str)]) -> Processo {
    Processo::start(Path::new(env!("CARGO_BIN_EXE_regua-engine")), &[], ambiente)
}

#[tokio::test]
async fn without_a_database_it_says_what_is_missing() {
    let mut processo = binary(&[]);
    assert!(!processo.ended(PRAZO).await.success());
    assert!(processo.log().contains("defina DATABASE_URL"), "{}", processo.log());
}

#[tokio::test]
async fn it_serves_says_where_and_ends_when_asked_to() {
    let banco = testkit::Banco::new();
    let mut processo = binary(&[("DATABASE_URL", banco.url())]);
    let http = Http::new(&processo.url().await);
    assert_eq!(http.get("/readyz").await.expect(200).json["estado"], "pronto");
    assert_eq!(http.get("/v1/reguas").await.status, 401);
    processo.terminate();
    assert!(processo.ended(PRAZO).await.success());
}
