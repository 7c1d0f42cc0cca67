//! API keys.
#![cfg(test)]

use serde_json::{Value, json};
use testkit::Http;

use crate::apoio::{Cenario, at, text};

#[tokio::test]
async fn a_revoked_key_is_refused_at_once() {
    let c = Cenario::on("2026-03-10").await;
    let (id, erp) = key(&c, &json!({"nome": "ERP", "escopos": ["titulos:ler", "titulos:escrever"]})).await;
    let _lista = erp.get("/v1/titulos").await.expect(200);
    let _revogada = c.http.delete(&format!("/v1/chaves-api/{id}")).await.expect(204);
    let _recusa = erp.get("/v1/titulos").await.expect(401);
    let _recusa = erp.put("/v1/titulos", &json!([])).await.expect(401);
    let _outra_chave = c.http.get("/v1/titulos").await.expect(200);
}

#[tokio::test]
async fn an_expired_key_is_refused_from_the_instant_it_expires() {
    let c = Cenario::on("2026-03-10").await;
    let expira_em = at("2026-03-10", "12:00");
    let (_, erp) = key(&c, &json!({"nome": "ERP", "escopos": ["titulos:ler"], "expira_em": expira_em})).await;
    c.set_clock("2026-03-10", "11:59:59").await;
    let _lista = erp.get("/v1/titulos").await.expect(200);
    c.set_clock("2026-03-10", "12:00:00").await;
    let _recusa = erp.get("/v1/titulos").await.expect(401);
}

#[tokio::test]
async fn a_key_opens_what_its_scopes_say_in_every_service() {
    let c = Cenario::on("2026-03-10").await;
    let (_, erp) = key(&c, &json!({"nome": "ERP", "escopos": ["titulos:ler"]})).await;
    for caminho in [
        "/v1/reguas",
        "/v1/noites",
        "/v1/inscricoes",
        "/v1/execucoes",
        "/v1/empresa",
        "/v1/chaves-api",
        "/v1/relogio",
    ] {
        let _recusa = erp.get(caminho).await.expect(403);
        let _permitido = c.http.get(caminho).await.expect(200);
    }
    let _recusa = erp.put("/v1/titulos", &json!([])).await.expect(403);
}

/// Makes a key; answers its id and a caller with it.
async fn key(c: &Cenario, corpo: &Value) -> (String, Http) {
    let criada = c.http.post("/v1/chaves-api", corpo).await.expect(201).json;
    (text(&criada, "id"), c.http.with_key(&text(&criada, "chave")))
}
