#![cfg(test)]
//! `Idempotency-Key`: what is asked twice is done once.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Http, Resposta, Sql};
use tokio::task::JoinSet;

use crate::apoio::Servico;

const LISTA: &str = "/v1/chaves-api";

fn chave(nome: &str) -> Value {
    json!({"nome": nome, "escopos": ["titulos:ler"]})
}

fn keyed(http: &Http, chave: &str) -> Http {
    http.with_header("Idempotency-Key", chave)
}

fn replayed(resposta: &Resposta) -> bool {
    resposta.headers.get("idempotency-replayed").is_some_and(|valor| valor == "true")
}

async fn named(s: &Servico, nome: &str) -> usize {
    let lista = s.http.get(LISTA).await.expect(200).json;
    lista["itens"].as_array().unwrap().iter().filter(|chave| chave["nome"] == nome).count()
}

#[tokio::test]
async fn a_repeated_request_is_answered_as_the_first_and_does_nothing() {
    let s = Servico::new();
    let http = keyed(&s.http, "pedido-1");
    let primeira = http.post(LISTA, &chave("ERP")).await.expect(201);
    let antes = s.banco.observer().look();
    let segunda = keyed(&s.http, "\"pedido-1\"").post(LISTA, &chave("ERP")).await.expect(201);
    assert!(!replayed(&primeira) && replayed(&segunda));
    assert_eq!(s.banco.observer().look(), antes);
    assert_eq!(primeira.headers["location"], segunda.headers["location"]);
    assert_eq!(segunda.json, json!({"id": primeira.json["id"], "chave": null}));
    let segredo = primeira.json["chave"].as_str().unwrap().rsplit_once('_').unwrap().1;
    assert_eq!(s.banco.observer().holding(segredo), Vec::<String>::new(), "o segredo não é guardado");
    assert_eq!(s.banco.observer().holding("pedido-1"), ["cadastro.idempotencia"]);
    let _sem_chave = s.http.post(LISTA, &chave("ERP")).await.expect(201);
    assert_eq!(named(&s, "ERP").await, 2);
}

/// Whoever repeats a creation reads from the answer where the thing is and in which version it was made.
#[tokio::test]
async fn a_replay_has_the_status_the_address_and_the_version_of_the_first_answer() {
    let s = Servico::new();
    let (http, credor) = (keyed(&s.http, "credor-1"), json!({"codigo_integracao": "C", "nome": "Colégio"}));
    let primeira = http.post("/v1/credores", &credor).await.expect(201);
    let mudado =
        s.http.patch(primeira.headers["location"].to_str().unwrap(), &json!({"nome": "Outro"})).await;
    assert_ne!(mudado.expect(200).headers["etag"], primeira.headers["etag"]);
    let segunda = http.post("/v1/credores", &credor).await.expect(201);
    assert!(replayed(&segunda));
    for nome in ["location", "etag"] {
        assert_eq!(primeira.headers[nome], segunda.headers[nome], "{nome}");
    }
    assert_eq!(primeira.json, segunda.json);
}

#[tokio::test]
async fn a_key_belongs_to_one_request_of_one_company() {
    let s = Servico::new();
    let _primeira = keyed(&s.http, "k").post(LISTA, &chave("a")).await.expect(201);
    let outro_corpo = keyed(&s.http, "k").post(LISTA, &chave("b")).await.expect(422);
    let outra_consulta = keyed(&s.http, "k").post(&format!("{LISTA}?x=1"), &chave("a")).await.expect(422);
    for recusa in [outro_corpo, outra_consulta] {
        assert_eq!(recusa.json["codigo"], "idempotencia_de_outro_pedido", "{}", recusa.text);
    }
    let alheia = keyed(&s.other_company(), "k").post(LISTA, &chave("a")).await.expect(201);
    assert!(!replayed(&alheia));
    let ruim = keyed(&s.http, "com espaço").post(LISTA, &chave("c")).await.expect(400);
    assert_eq!(ruim.json["codigo"], "idempotencia_invalida");
    let _leitura = keyed(&s.http, "com espaço").get(LISTA).await.expect(200);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let s = Servico::new();
    let http = keyed(&s.http, "k");
    let nenhuma = json!({"nome": "", "escopos": ["titulos:ler"]});
    let _recusada = http.post(LISTA, &nenhuma).await.expect(422);
    let ninguem = "/v1/titulos/00000000-0000-0000-0000-000000000000/cancelamento";
    let _nada = http.post(ninguem, &json!({})).await.expect(404);
    assert!(!replayed(&http.post(LISTA, &chave("a")).await.expect(201)));
}

#[tokio::test]
async fn a_request_whose_first_is_under_way_is_told_to_wait() {
    let s = Servico::new();
    let http = keyed(&s.http, "k");
    let mut sql = Sql::connect(s.banco.url());
    sql.run("BEGIN; LOCK TABLE cadastro.chave_api IN EXCLUSIVE MODE");
    let mut duas = JoinSet::new();
    for _ in 0..2 {
        let http = http.clone();
        duas.spawn(async move { http.post(LISTA, &chave("a")).await });
    }
    let barrada = duas.join_next().await.unwrap().unwrap().expect(409);
    assert_eq!(barrada.json["codigo"], "idempotencia_em_andamento");
    assert_eq!(barrada.headers["retry-after"], "1");
    sql.run("COMMIT");
    let feita = duas.join_next().await.unwrap().unwrap().expect(201);
    assert!(!replayed(&feita));
    assert!(replayed(&http.post(LISTA, &chave("a")).await.expect(201)));
    assert_eq!(named(&s, "a").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_equal_requests_at_once_one_is_done() {
    let s = Servico::new();
    let http = keyed(&s.http, "mil");
    let mut todas = JoinSet::new();
    for _ in 0..1_000 {
        let http = http.clone();
        todas.spawn(async move { http.post(LISTA, &chave("mil")).await });
    }
    let mut vistas = BTreeMap::<u16, usize>::new();
    for resposta in todas.join_all().await {
        *vistas.entry(resposta.status).or_default() += 1;
    }
    assert!(vistas.keys().all(|status| [201, 409, 503].contains(status)), "{vistas:?}");
    assert!(vistas.contains_key(&201), "{vistas:?}");
    assert_eq!(named(&s, "mil").await, 1, "{vistas:?}");
}

#[tokio::test]
async fn a_key_is_free_again_after_thirty_days_and_what_it_answered_is_gone() {
    let s = Servico::new();
    let dia = Duration::from_hours(24);
    let velha = keyed(&s.http, "outra").post(LISTA, &chave("b")).await.expect(201);
    let _primeira = keyed(&s.http, "k").post(LISTA, &chave("a")).await.expect(201);
    s.pass((dia * 30).saturating_sub(Duration::from_secs(1)));
    assert!(replayed(&keyed(&s.http, "k").post(LISTA, &chave("a")).await.expect(201)));
    s.pass(Duration::from_secs(1));
    assert!(!replayed(&keyed(&s.http, "k").post(LISTA, &chave("c")).await.expect(201)));
    let guardadas = Sql::connect(s.banco.url()).number("SELECT count(*) FROM cadastro.idempotencia");
    assert_eq!(guardadas, 1, "o que respondeu a {} não é mais de ninguém", velha.json["id"]);
}
