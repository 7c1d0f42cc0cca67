//! Rule b01: messages to a sheet of bare addresses, from the sheet to what arrives.
#![cfg(test)]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::wait_for;

use crate::apoio::{Cenario, PRAZO, Titulo, subjects, text};

const DIA: &str = "2026-03-10";

#[tokio::test]
async fn b01_a_sheet_of_bare_addresses_is_sent_and_is_in_the_query() {
    let c = Cenario::on(DIA).await;
    c.push(&[Titulo::new("T1", "2026-02-10").of("ana")]).await;
    c.set_clock(DIA, "12:00").await;
    let corpo = json!({"canal": "email", "nome": "Convite", "assunto": "Convite a #NOME|padrao=você#",
        "corpo": "Olá, #NOME|padrao=cliente#. Fale conosco: #CREDOR#, #EMPRESA_EMAIL#."});
    let template = text(&c.http.post("/v1/templates", &corpo).await.expect(201).json, "id");
    let nova = c.http.post("/v1/acoes-em-lote", &json!({"tipo": "email"})).await.expect(201);
    let acao = format!("/v1/acoes-em-lote/{}", text(&nova.json["acao"], "id"));
    let csv = "email;nome\nana@example.com;Ana\nzoe@example.com;Zoé\nZOE@example.com;\nleo@example.com;\n";
    let selecao =
        c.http.put_bytes(&format!("{acao}/planilha?avulso=true"), "text/csv", csv).await.expect(200).json;
    assert_eq!(selecao["selecao"]["com_contato"], 3);
    let _feito = c.http.put(&format!("{acao}/mensagem"), &json!({"template_id": template})).await.expect(200);
    let resumo = c.http.get(&format!("{acao}/confirmacao")).await.expect(200).json["resumo"].clone();
    let _feito = c.http.post(&format!("{acao}/confirmacao"), &json!({"resumo": resumo})).await.expect(202);
    let fim = wait_for(PRAZO, async || {
        let lida = c.http.get(&acao).await.expect(200).json;
        (lida["status"] == "concluida").then_some(lida)
    });
    assert_eq!(fim.await["andamento"], json!([{"status": "enviada", "quantidade": 3}]));

    let emails = c.emails();
    assert_eq!(emails.len(), 3);
    let assuntos: BTreeSet<_> = subjects(&emails).into_iter().collect();
    assert_eq!(assuntos, BTreeSet::from(["Convite a Ana", "Convite a Zoé", "Convite a você"]));
    let lidas = c.http.get("/v1/execucoes?canal=email").await.expect(200).json;
    let lidas = lidas["itens"].as_array().unwrap().clone();
    assert_eq!(lidas.len(), 3);
    for lida in lidas {
        assert_eq!((&lida["devedor_id"], &lida["titulos"]), (&Value::Null, &json!([])));
        let mensagem = c.http.get(&format!("/v1/execucoes/{}", text(&lida, "id"))).await.expect(200);
        assert!(mensagem.text.contains("@example.com"), "{}", mensagem.text);
    }
    // It says nothing of Ana's debt, and is no part of her history.
    let devedores = c.http.get("/v1/devedores").await.expect(200).json;
    let ana = text(&devedores["itens"][0], "id");
    let linha = c.http.get(&format!("/v1/devedores/{ana}/linha-do-tempo")).await.expect(200).text;
    assert!(!linha.contains("Convite"), "{linha}");
}
