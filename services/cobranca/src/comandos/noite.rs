//! `cobranca noite`: asks for a night and shows how it goes until it is over.

use std::time::Duration;

use chrono::NaiveDate;
use reqwest::Method;
use serde_json::{Value, json};

use crate::cliente::Cliente;
use crate::progresso::Progresso;
use crate::{Resultado, terminal};

/// How often the night is asked about.
const OLHAR: Duration = Duration::from_millis(200);

/// Runs the night of `data`, or of today in the company's zone; one that is under way or over is only shown.
///
/// # Errors
/// The API refused, or does not answer.
pub async fn run(api: &Cliente, data: Option<NaiveDate>) -> Resultado {
    let mut noite = api.call(Method::POST, "/v1/noites", Some(&json!({ "data": data }))).await?;
    let endereco =
        format!("/v1/noites/{}", noite.get("id").and_then(Value::as_str).ok_or("a noite veio sem id")?);
    let mut progresso = Progresso::new("devedores", number(&noite, "previstos"));
    let mut vistos = 0;
    while text(&noite, "estado") == "andando" {
        tokio::time::sleep(OLHAR).await;
        noite = api.call(Method::GET, &endereco, None).await?;
        let agora = number(&noite, "devedores");
        progresso.advance(agora.saturating_sub(vistos));
        vistos = agora;
    }
    progresso.finish();
    terminal::line(&format!(
        "noite de {} {}: {} devedores olhados em {} lotes, {} ações devidas",
        text(&noite, "data"),
        text(&noite, "estado"),
        number(&noite, "devedores"),
        number(&noite, "lotes"),
        number(&noite, "acoes"),
    ));
    Ok(())
}

fn text<'v>(noite: &'v Value, campo: &str) -> &'v str {
    noite.get(campo).and_then(Value::as_str).unwrap_or_default()
}

fn number(noite: &Value, campo: &str) -> u64 {
    noite.get(campo).and_then(Value::as_u64).unwrap_or_default()
}
