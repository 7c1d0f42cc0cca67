#![cfg(test)]
//! What a file changes is changed as by a request: by somebody, and for the night to see; what came after it is not its business.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Sql;

use crate::apoio::{Servico, titulo};
use crate::importacoes::{CSV, counts, ended, import, lines};

async fn found(s: &Servico, codigo: &str) -> Value {
    let lista = s.http.get(&format!("/v1/titulos?codigo_integracao={codigo}")).await.expect(200).json;
    lista["itens"][0].clone()
}

/// What changed in a título, with the name of the key that changed it.
async fn told(s: &Servico, codigo: &str) -> Vec<(String, String)> {
    let id = found(s, codigo).await["id"].as_str().unwrap().to_owned();
    let historia = s.http.get(&format!("/v1/titulos/{id}/historico")).await.expect(200).json["itens"].clone();
    let text = |valor: &Value| valor.as_str().unwrap_or("-").to_owned();
    let mudancas = historia.as_array().unwrap().iter();
    mudancas.map(|m| (text(&m["autor"]["nome"]), text(&m["mudancas"][0]["depois"]))).collect()
}

#[tokio::test]
async fn what_a_file_changes_and_cancels_was_changed_by_the_key_that_it_came_with() {
    let s = Servico::new();
    s.start_importer();
    assert_eq!(counts(&import(&s.http, "", CSV, lines(1, 20, "10,00")).await)[0], 20);
    s.pass(Duration::from_mins(1));
    let chave = json!({"nome": "carga da noite", "escopos": ["titulos:escrever", "titulos:ler"]});
    let chave = s.http.post("/v1/chaves-api", &chave).await.expect(201).json;
    let dela = s.with_key(chave["chave"].as_str().unwrap());
    let feita = import(&dela, "?modo=completo", CSV, lines(1, 19, "11,00")).await;
    assert_eq!(counts(&feita), [0, 19, 0, 0, 0, 1], "{feita}");
    let dela = "carga da noite".to_owned();
    assert_eq!(told(&s, "T1").await, [(dela.clone(), "11.00".to_owned())]);
    assert_eq!(told(&s, "T20").await, [(dela, "cancelado".to_owned())]);
}

#[tokio::test]
async fn whoever_loses_a_titulo_to_a_full_file_is_seen_by_the_night() {
    let s = Servico::new();
    s.start_importer();
    assert_eq!(counts(&import(&s.http, "", CSV, lines(1, 20, "10,00")).await)[0], 20);
    let mut sql = Sql::connect(s.banco.url());
    sql.run("UPDATE regua.agenda SET proxima = NULL");
    s.pass(Duration::from_mins(1));
    assert_eq!(counts(&import(&s.http, "?modo=completo", CSV, lines(1, 18, "10,00")).await)[5], 2);
    assert_eq!(sql.number("(SELECT count(*) FROM regua.agenda WHERE proxima = '-infinity')"), 2);
}

/// A full file says what there was when it was sent.
#[tokio::test]
async fn what_came_after_a_full_file_is_not_absent_from_it() {
    let s = Servico::new();
    let velho = s.stored("VELHO").await;
    s.pass(Duration::from_mins(1));
    let consulta = "/v1/importacoes?modo=completo&limite_cancelamento=100";
    let pedida = s.http.upload(consulta, CSV, lines(1, 3, "10,00")).await.expect(202);
    s.pass(Duration::from_mins(1));
    assert_eq!(s.push(&[titulo("NOVO")]).await["criados"], 1);
    s.start_importer();
    let feita = ended(&s.http, pedida.headers["location"].to_str().unwrap()).await;
    assert_eq!(
        (feita["estado"].as_str(), counts(&feita)),
        (Some("concluida"), [3, 0, 0, 0, 0, 1]),
        "{feita}"
    );
    assert_eq!(found(&s, "NOVO").await["status"], "aberto");
    let velho = s.http.get(&format!("/v1/titulos/{velho}")).await.expect(200).json;
    assert_eq!(velho["status"], "cancelado");
}
