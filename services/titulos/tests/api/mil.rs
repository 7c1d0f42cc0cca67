#![cfg(test)]
//! A thousand equal requests at the same time: one effect, and a clear answer to each.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::{Http, Resposta, Sql};
use tokio::task::JoinSet;

use crate::apoio::{Servico, titulo};
use crate::importacoes::{CSV, ended, lines};

const MIL: usize = 1_000;

async fn push_at_once(http: &Http, corpo: &Value) -> Vec<Resposta> {
    let mut todas = JoinSet::new();
    for _ in 0..MIL {
        let (http, corpo) = (http.clone(), corpo.clone());
        todas.spawn(async move { http.put("/v1/titulos", &corpo).await });
    }
    todas.join_all().await
}

fn by_status(respostas: &[Resposta]) -> BTreeMap<u16, usize> {
    let mut vistas = BTreeMap::new();
    for resposta in respostas {
        *vistas.entry(resposta.status).or_default() += 1;
    }
    vistas
}

fn rows(s: &Servico, tabela: &str) -> i64 {
    Sql::connect(s.banco.url()).number(&format!("SELECT count(*) FROM cadastro.{tabela}"))
}

/// Whoever was answered was answered the same: who came first made it, and the others changed nothing.
fn assert_one_effect(s: &Servico, respostas: &[Resposta], itens: usize) {
    let vistas = by_status(respostas);
    assert!(vistas.keys().all(|status| [200, 503].contains(status)), "{vistas:?}");
    let contas = |campo: &str| -> u64 {
        let boas = respostas.iter().filter(|resposta| resposta.status == 200);
        boas.map(|resposta| resposta.json[campo].as_u64().unwrap()).sum()
    };
    let (feitas, itens) = (u64::try_from(vistas[&200]).unwrap(), u64::try_from(itens).unwrap());
    let esperadas = [itens, 0, itens * (feitas - 1), 0];
    assert_eq!(["criados", "atualizados", "inalterados", "recusados"].map(contas), esperadas, "{vistas:?}");
    let itens = i64::try_from(itens).unwrap();
    for tabela in ["titulo", "devedor", "devedor_codigo"] {
        assert_eq!(rows(s, tabela), itens, "{tabela}");
    }
    assert_eq!(rows(s, "titulo_historico"), 0, "nobody changed anything");
    assert_told_to_come_again(respostas);
}

/// On a machine that is busy with other things some find no connection in time.
fn assert_told_to_come_again(respostas: &[Resposta]) {
    for adiada in respostas.iter().filter(|resposta| resposta.status == 503) {
        assert!(adiada.headers.contains_key("retry-after"), "{adiada:?}");
        assert_eq!(adiada.json["codigo"], "indisponivel");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_equal_pushes_at_once_each_titulo_is_made_once() {
    let s = Servico::new();
    let corpo = json!((0..3).map(|n| titulo(&format!("T{n}"))).collect::<Vec<_>>());
    assert_one_effect(&s, &push_at_once(&s.http, &corpo).await, 3);
}

/// A PUT needs no key, and one that has it is no different.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_equal_pushes_with_one_idempotency_key_each_titulo_is_made_once() {
    let s = Servico::new();
    let http = s.http.with_header("idempotency-key", "a-carga-da-noite");
    assert_one_effect(&s, &push_at_once(&http, &json!([titulo("T")])).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_equal_files_with_one_key_one_is_imported() {
    let s = Servico::new();
    s.start_importer();
    let http = s.http.with_header("idempotency-key", "arquivo-da-noite");
    let mut todas = JoinSet::new();
    for _ in 0..MIL {
        let http = http.clone();
        todas.spawn(async move { http.upload("/v1/importacoes", CSV, lines(1, 5, "10,00")).await });
    }
    let respostas = todas.join_all().await;
    let vistas = by_status(&respostas);
    assert!(vistas.keys().all(|status| [202, 409, 503].contains(status)), "{vistas:?}");
    assert_told_to_come_again(&respostas);
    let aceita = respostas.iter().find(|resposta| resposta.status == 202).expect("um arquivo foi aceito");
    let feita = ended(&s.http, aceita.headers["location"].to_str().unwrap()).await;
    assert_eq!((feita["criados"].as_i64(), rows(&s, "importacao"), rows(&s, "titulo")), (Some(5), 1, 5));
    assert_eq!(rows(&s, "importacao_parte"), 0, "what came in beside it is not kept");
    let iguais = |resposta: &&Resposta| resposta.status == 202 && resposta.json["id"] != feita["id"];
    assert_eq!(respostas.iter().filter(iguais).count(), 0, "a replay names the import that there is");
}
