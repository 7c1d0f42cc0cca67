//! Who gets in, and through which door.

use std::collections::BTreeMap;

use reqwest::Method;
use reqwest::header::AUTHORIZATION;
use serde_json::Value;
use uuid::Uuid;
use web::{ChaveNova, Escopo, documento, rotas_sem_escopo};

use crate::apoio::{INFO, amostra, answer, chave, chave_de, rotas, start};

/// Every operation of the sample under `/v1`, with the scope its document names.
fn operations() -> BTreeMap<(Method, String), Option<Escopo>> {
    let documento = serde_json::to_value(documento(INFO, rotas)).unwrap();
    let mut operacoes = BTreeMap::new();
    for (caminho, item) in documento["paths"].as_object().unwrap() {
        for (metodo, operacao) in item.as_object().unwrap() {
            let metodo: Method = metodo.to_uppercase().parse().unwrap();
            let escopo = operacao["security"][0]["chave_api"][0].as_str().map(|texto| texto.parse().unwrap());
            let caminho =
                caminho.replace("{id}", &Uuid::from_u128(9).to_string()).replace("{tipo}", "nenhuma");
            operacoes.insert((metodo, caminho), escopo);
        }
    }
    operacoes
}

#[tokio::test]
async fn every_operation_asks_for_a_key_and_then_for_its_scope() {
    let teste = start(|_| {});
    teste.portao.saida.add_permits(100);
    let desconhecida = ChaveNova::generate(Uuid::from_u128(150), [9; 32]).texto;
    let segredo_errado = ChaveNova::generate(Uuid::from_u128(0), [9; 32]).texto;
    let mut conferidas = 0;
    for ((metodo, caminho), escopo) in operations() {
        let Some(escopo) = escopo else { continue };
        let enviar = async |credencial: Option<String>| {
            let mut pedido = teste.anonymous(metodo.clone(), &caminho).json(&amostra());
            if let Some(credencial) = credencial {
                pedido = pedido.header(AUTHORIZATION, credencial);
            }
            answer(pedido.send().await.unwrap()).await
        };
        let sem_valor = [None, Some("Bearer".into()), Some("Bearer cob_x".into()), Some(chave(0).texto)];
        let negadas = [&desconhecida, &segredo_errado].map(|texto| Some(format!("Bearer {texto}")));
        for credencial in sem_valor.into_iter().chain(negadas) {
            let resposta = enviar(credencial.clone()).await;
            assert_eq!(resposta.problem(), "401 nao_autenticado", "{metodo} {caminho} {credencial:?}");
            assert_eq!(resposta.header("www-authenticate"), r#"Bearer realm="cobranca""#);
        }
        for outro in Escopo::TODOS {
            let resposta = enviar(Some(format!("Bearer {}", chave_de(*outro).texto))).await;
            if *outro == escopo {
                assert!(![401, 403].contains(&resposta.status), "{metodo} {caminho} {resposta:?}");
            } else {
                assert_eq!(resposta.problem(), "403 sem_escopo", "{metodo} {caminho} {outro}");
                assert!(resposta.corpo["detail"].as_str().unwrap().contains(escopo.as_str()));
            }
            conferidas += 1;
        }
    }
    assert_eq!(conferidas, 5 * Escopo::TODOS.len());
}

#[tokio::test]
async fn the_refusal_comes_before_anything_is_said_about_the_body() {
    let teste = start(|_| {});
    let caminho = format!("/v1/amostras/{}", Uuid::from_u128(9));
    let grande = vec![b'x'; 3 * 1024 * 1024];
    let anonimo = teste.anonymous(Method::PUT, &caminho).body(grande);
    assert_eq!(answer(anonimo.send().await.unwrap()).await.problem(), "401 nao_autenticado");
    let leitora = chave_de(Escopo::TitulosLer).texto;
    let sem_escopo = teste.anonymous(Method::PUT, &caminho).bearer_auth(leitora).body("{");
    assert_eq!(answer(sem_escopo.send().await.unwrap()).await.problem(), "403 sem_escopo");
}

#[tokio::test]
async fn under_v1_nothing_is_open_by_forgetting_and_no_spelling_gets_around_it() {
    let teste = start(|_| {});
    for caminho in ["/v1/esquecida", "/%76%31/esquecida", "/v%31/esquecida", "/v1/%65squecida", "/v1", "/v1/"]
    {
        let resposta = answer(teste.anonymous(Method::GET, caminho).send().await.unwrap()).await;
        assert_eq!(resposta.problem(), "401 nao_autenticado", "{caminho}");
    }
    assert_eq!(answer(teste.request(Method::GET, "/v1/esquecida").send().await.unwrap()).await.status, 200);
    for caminho in ["//v1/esquecida", "/./v1/esquecida", "/V1/esquecida"] {
        let resposta = answer(teste.anonymous(Method::GET, caminho).send().await.unwrap()).await;
        assert!([401, 404].contains(&resposta.status), "{caminho} {resposta:?}");
    }
}

#[tokio::test]
async fn only_what_was_declared_public_is_reached_without_a_key() {
    let teste = start(|_| {});
    let recibo = answer(teste.anonymous(Method::POST, "/v1/recibos/x").send().await.unwrap()).await;
    assert_eq!((recibo.status, &recibo.corpo["provedor"]), (200, &Value::from("x")));
    let vizinho = answer(teste.anonymous(Method::POST, "/v1/recibosx").send().await.unwrap()).await;
    assert_eq!(vizinho.problem(), "401 nao_autenticado");
}

#[tokio::test]
async fn two_credentials_are_none_and_a_lookup_that_fails_is_503() {
    let teste = start(|_| {});
    let boa = format!("Bearer {}", chave(0).texto);
    let dupla =
        teste.anonymous(Method::GET, "/v1/amostras").header(AUTHORIZATION, &boa).header(AUTHORIZATION, &boa);
    assert_eq!(answer(dupla.send().await.unwrap()).await.problem(), "401 nao_autenticado");
    let minuscula =
        teste.anonymous(Method::GET, "/v1/amostras").header(AUTHORIZATION, boa.replace("Bearer", "bearer"));
    assert_eq!(answer(minuscula.send().await.unwrap()).await.status, 200);
    let caida = teste.anonymous(Method::GET, "/v1/amostras").bearer_auth(chave(200).texto);
    let resposta = answer(caida.send().await.unwrap()).await;
    assert_eq!(resposta.problem(), "503 indisponivel");
    assert_eq!(resposta.header("retry-after"), "2");
}

#[test]
fn an_operation_that_names_no_scope_is_found_in_the_document() {
    let documento = documento(INFO, rotas);
    assert_eq!(rotas_sem_escopo(&documento), ["GET /v1/esquecida", "POST /v1/recibos/{provedor}"]);
}
