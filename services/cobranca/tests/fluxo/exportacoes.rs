//! Lists of batch actions that are kept: asked for, found with the other files, fetched, and let go of after their time.
#![cfg(test)]

use serde_json::{Value, json};
use testkit::wait_for;

use crate::apoio::{Cenario, PRAZO, Titulo, date, text};

const DIA: &str = "2026-03-10";

async fn in_state(c: &Cenario, estado: &str) -> Value {
    let achado = wait_for(PRAZO, async || {
        let lista = c.http.get("/v1/arquivos?tipo=exportacoes").await.expect(200).json;
        let itens = lista["itens"].as_array().unwrap().clone();
        itens.into_iter().find(|item| item["estado"] == estado)
    });
    achado.await
}

#[tokio::test]
async fn b11_c02_a_list_is_kept_and_fetched_and_goes_after_its_time() {
    let c = Cenario::on(DIA).await;
    c.push(&[
        Titulo::new("T1", "2026-02-10").of("ana").valor("100.00"),
        Titulo::new("T2", "2026-02-11").of("bruno").valor("200.00"),
        Titulo::new("T3", "2026-02-13").of("davi").emails(&[]),
    ])
    .await;
    let nova = c.http.post("/v1/acoes-em-lote", &json!({"tipo": "email"})).await.expect(201).json;
    let acao = format!("/v1/acoes-em-lote/{}", text(&nova["acao"], "id"));
    let filtro = json!({"filtro": {"titulo": {"dias_vencido_de": 1}}});
    let _feita = c.http.put(&format!("{acao}/selecao"), &filtro).await.expect(200);
    let pedida = c.http.post(&format!("{acao}/lista?formato=csv"), &json!({})).await.expect(202);
    let arquivo = pedida.headers["location"].to_str().unwrap().to_owned();
    let pronto = in_state(&c, "pronto").await;
    assert_eq!(arquivo, format!("/v1/arquivos/{}", text(&pronto, "id")));
    assert_eq!((&pronto["itens"], &pronto["data"]), (&json!(2), &json!(DIA)));
    assert_eq!(pronto["acao_id"], nova["acao"]["id"]);

    let outra = c.another_company("Outra").await;
    assert_eq!(outra.http.get(&format!("{arquivo}/conteudo")).await.status, 404);
    let csv = c.http.get(&format!("{arquivo}/conteudo")).await.expect(200);
    assert_eq!(csv.headers["etag"], format!("\"{}\"", text(&pronto, "sha256")));
    let nomes: Vec<&str> = csv.text.lines().skip(1).map(|linha| linha.split(';').nth(2).unwrap()).collect();
    assert_eq!((nomes.len(), nomes.contains(&"ana"), nomes.contains(&"bruno")), (2, true, true), "{nomes:?}");
    let lido = c.http.get(&arquivo).await.expect(200).json;
    assert_eq!(lido["downloads"].as_array().unwrap().len(), 1);
    assert!(lido["downloads"][0]["autor"]["nome"].is_string());

    c.set_clock(&(date(DIA) + chrono::Days::new(366)).to_string(), "12:00").await;
    in_state(&c, "expurgado").await;
    assert_eq!(
        c.http.get(&format!("{arquivo}/conteudo")).await.expect(410).json["codigo"],
        "arquivo_expurgado"
    );
    assert_eq!(c.http.get(&arquivo).await.expect(200).json["downloads"].as_array().unwrap().len(), 1);
}
