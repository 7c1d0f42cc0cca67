//! What the server says of itself.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;
use web::documento;

use crate::apoio::{INFO, answer, rotas, start};

fn references(valor: &Value, achadas: &mut BTreeSet<String>) {
    match valor {
        Value::Object(campos) => {
            for (nome, valor) in campos {
                if let (true, Some(alvo)) = (nome == "$ref", valor.as_str()) {
                    achadas.insert(alvo.trim_start_matches('#').to_owned());
                }
                references(valor, achadas);
            }
        }
        Value::Array(itens) => itens.iter().for_each(|item| references(item, achadas)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn the_document_served_is_the_one_made_without_a_server() {
    let teste = start(|_| {});
    let servido = answer(teste.anonymous(Method::GET, "/openapi.json").send().await.unwrap()).await;
    assert_eq!(servido.status, 200);
    assert_eq!(servido.corpo, serde_json::to_value(documento(INFO, rotas)).unwrap());
}

#[test]
fn the_document_speaks_of_this_service_and_every_reference_leads_somewhere() {
    let documento = serde_json::to_value(documento(INFO, rotas)).unwrap();
    assert_eq!(documento["openapi"], "3.1.0");
    assert_eq!(documento["info"]["title"], "Amostras");
    assert_eq!(documento["info"]["version"], "1.2.3");
    let chave = &documento["components"]["securitySchemes"]["chave_api"];
    assert_eq!((&chave["type"], &chave["scheme"]), (&Value::from("http"), &Value::from("bearer")));
    let mut achadas = BTreeSet::new();
    references(&documento, &mut achadas);
    assert!(achadas.contains("/components/schemas/ErroCampo"), "{achadas:?}");
    assert!(achadas.contains("/components/responses/Problema"), "{achadas:?}");
    for alvo in achadas {
        assert!(documento.pointer(&alvo).is_some(), "{alvo} leads nowhere");
    }
}

#[test]
fn every_operation_can_be_refused_with_a_problem() {
    let documento = serde_json::to_value(documento(INFO, rotas)).unwrap();
    for (caminho, item) in documento["paths"].as_object().unwrap() {
        for (metodo, operacao) in item.as_object().unwrap() {
            let padrao = &operacao["responses"]["default"]["$ref"];
            assert_eq!(padrao, "#/components/responses/Problema", "{metodo} {caminho}");
        }
    }
}

#[test]
fn limits_of_fields_are_in_the_document() {
    let documento = serde_json::to_value(documento(INFO, rotas)).unwrap();
    let esquemas = &documento["components"]["schemas"];
    let nome = &esquemas["Texto_1_60"];
    assert_eq!((&nome["minLength"], &nome["maxLength"]), (&Value::from(1), &Value::from(60)), "{esquemas}");
    assert_eq!(esquemas["Dinheiro"]["type"], "string");
    let parametros = documento["paths"]["/v1/amostras"]["get"]["parameters"].as_array().unwrap();
    let nomes: Vec<_> = parametros.iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(nomes, ["limite", "cursor"]);
}

#[tokio::test]
async fn the_page_of_the_api_works_offline() {
    let teste = start(|_| {});
    let docs = answer(teste.anonymous(Method::GET, "/docs").send().await.unwrap()).await;
    assert_eq!((docs.status, docs.header("location")), (308, "/docs/"));
    let pagina = answer(teste.anonymous(Method::GET, "/docs/").send().await.unwrap()).await;
    let html = pagina.corpo.as_str().unwrap();
    assert_eq!(pagina.status, 200);
    assert!(
        html.contains("swagger-ui") && !html.contains("src=\"http") && !html.contains("href=\"http"),
        "{html}"
    );
    assert!(pagina.header("content-security-policy").starts_with("default-src 'self'"));
    let pacote = teste.anonymous(Method::GET, "/docs/swagger-ui-bundle.js").send().await.unwrap();
    assert!(pacote.status().is_success() && pacote.bytes().await.unwrap().len() > 100_000);
    let nada = answer(teste.anonymous(Method::GET, "/docs/nada.js").send().await.unwrap()).await;
    assert_eq!(nada.problem(), "404 nao_encontrado");
}
