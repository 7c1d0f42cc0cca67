#![cfg(test)]
//! API keys.

use std::time::Duration;

use serde_json::{Value, json};
use web::Escopo;

use crate::apoio::{Servico, agora, refused};

#[tokio::test]
async fn a_key_is_shown_once_and_works_at_once() {
    let s = Servico::new();
    let criada =
        s.http.post("/v1/chaves-api", &json!({"nome": "ERP", "escopos": ["titulos:ler"]})).await.expect(201);
    let (id, texto) = (criada.json["id"].as_str().unwrap(), criada.json["chave"].as_str().unwrap());
    assert_eq!(criada.headers["location"], format!("/v1/chaves-api/{id}"));
    let _lida = s.with_key(texto).get("/v1/titulos").await.expect(200);
    let _recusada = s.with_key(texto).get("/v1/empresa").await.expect(403);
    let lista = s.http.get("/v1/chaves-api").await.expect(200);
    let segredo = texto.rsplit_once('_').unwrap().1;
    assert!(!lista.text.contains(segredo) && !lista.text.contains("hash"), "{}", lista.text);
    let esperada = json!({"id": id, "nome": "ERP", "escopos": ["titulos:ler"], "criada_em": agora(), "expira_em": null, "revogada_em": null});
    assert!(lista.json["itens"].as_array().unwrap().contains(&esperada), "{}", lista.text);
}

#[tokio::test]
async fn a_key_gives_no_more_than_it_has() {
    let s = Servico::new();
    let pouca = s.with_scopes(&[Escopo::ChavesAdministrar, Escopo::TitulosLer]);
    let pedido = |escopos: Value| json!({"nome": "x", "escopos": escopos});
    let problema = pouca
        .post("/v1/chaves-api", &pedido(json!(["titulos:ler", "titulos:escrever", "reguas:ler"])))
        .await
        .expect(422)
        .json;
    assert_eq!(refused(&problema), ["/escopos/1 valor_invalido", "/escopos/2 valor_invalido"]);
    let _igual =
        pouca.post("/v1/chaves-api", &pedido(json!(["titulos:ler", "chaves:administrar"]))).await.expect(201);
    let sem_chaves = s.with_scopes(&[Escopo::TitulosLer, Escopo::TitulosEscrever]);
    let _recusada = sem_chaves.post("/v1/chaves-api", &pedido(json!(["titulos:ler"]))).await.expect(403);
}

#[tokio::test]
async fn every_fault_of_a_new_key_is_told_at_once() {
    let s = Servico::new();
    let pouca = s.with_scopes(&[Escopo::ChavesAdministrar]);
    let corpo = json!({"nome": "", "escopos": ["titulos:ler", "titulos:apagar", 7, "chaves:administrar"], "expira_em": "amanhã", "id": 1});
    let antes = s.banco.observer().look();
    assert_eq!(
        refused(&pouca.post("/v1/chaves-api", &corpo).await.expect(422).json),
        [
            "/escopos/0 valor_invalido",
            "/escopos/1 valor_invalido",
            "/escopos/2 tipo_invalido",
            "/expira_em formato_invalido",
            "/id desconhecido",
            "/nome tamanho_invalido",
        ]
    );
    let vazia = json!({"nome": "", "escopos": []});
    let ditas = refused(&s.http.post("/v1/chaves-api", &vazia).await.expect(422).json);
    assert_eq!(ditas, ["/escopos tamanho_invalido", "/nome tamanho_invalido"]);
    assert_eq!(s.banco.observer().look(), antes);
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_from_that_moment() {
    let s = Servico::new();
    let criada = s
        .http
        .post("/v1/chaves-api", &json!({"nome": "x", "escopos": ["titulos:ler"]}))
        .await
        .expect(201)
        .json;
    let (caminho, dela) = (
        format!("/v1/chaves-api/{}", criada["id"].as_str().unwrap()),
        s.with_key(criada["chave"].as_str().unwrap()),
    );
    let _antes = dela.get("/v1/titulos").await.expect(200);
    let _alheia = s.other_company().delete(&caminho).await.expect(404);
    let _ainda = dela.get("/v1/titulos").await.expect(200);
    let revogada = s.http.delete(&caminho).await.expect(204);
    assert_eq!(revogada.text, "");
    assert_eq!(dela.get("/v1/titulos").await.expect(401).json["codigo"], "nao_autenticado");
    let antes = s.banco.observer().look();
    s.pass(Duration::from_mins(1));
    let _de_novo = s.http.delete(&caminho).await.expect(204);
    assert_eq!(s.banco.observer().look(), antes, "a hora é a da primeira vez");
    let _nenhuma = s.http.delete("/v1/chaves-api/00000000-0000-0000-0000-000000000000").await.expect(404);
}

#[tokio::test]
async fn a_key_expires_at_its_instant() {
    let s = Servico::new();
    let ate = agora() + Duration::from_mins(1);
    let corpo = json!({"nome": "x", "escopos": ["titulos:ler"], "expira_em": ate});
    let criada = s.http.post("/v1/chaves-api", &corpo).await.expect(201).json;
    let dela = s.with_key(criada["chave"].as_str().unwrap());
    s.pass(Duration::from_secs(59));
    let _ainda = dela.get("/v1/titulos").await.expect(200);
    s.pass(Duration::from_secs(1));
    let _vencida = dela.get("/v1/titulos").await.expect(401);
}

#[tokio::test]
async fn r02_a_company_sees_its_own_keys_only() {
    let s = Servico::new();
    let outra = s.other_company();
    let lista = outra.get("/v1/chaves-api").await.expect(200).json;
    assert_eq!(lista["itens"].as_array().unwrap().len(), 1, "{lista}");
}
