//! Every operation asks for a key, and for a scope of it.

use dispatcher::{INFO, routes};
use serde_json::{Value, json};
use testkit::{Http, Resposta};
use web::Escopo;

use crate::apoio::Servico;

/// Method, path and scope of every operation of the document.
fn operations() -> Vec<(String, String, String)> {
    let documento = serde_json::to_value(web::documento(INFO, routes)).unwrap();
    let mut operacoes = Vec::new();
    for (caminho, item) in documento["paths"].as_object().unwrap() {
        for (metodo, operacao) in item.as_object().unwrap() {
            let escopo = operacao["security"][0]["chave_api"][0].as_str().unwrap();
            let caminho =
                caminho.replace("{id}", "0192b1f0-0000-7000-8000-000000000001").replace("{canal}", "sms");
            operacoes.push((metodo.clone(), caminho, escopo.to_owned()));
        }
    }
    operacoes
}

async fn call(http: &Http, metodo: &str, caminho: &str) -> Resposta {
    match metodo {
        "get" => http.get(caminho).await,
        "post" => http.post(caminho, &json!({})).await,
        "put" => http.put(caminho, &json!({})).await,
        "patch" => http.patch(caminho, &json!({})).await,
        "delete" => http.delete(caminho).await,
        outro => panic!("{outro} has no call here"),
    }
}

#[test]
fn every_operation_names_a_scope_and_an_id_of_its_own() {
    let documento = web::documento(INFO, routes);
    assert_eq!(web::rotas_sem_escopo(&documento), Vec::<String>::new());
    let documento = serde_json::to_value(documento).unwrap();
    let itens = documento["paths"].as_object().unwrap().values();
    let mut ids: Vec<&Value> =
        itens.flat_map(|i| i.as_object().unwrap().values()).map(|o| &o["operationId"]).collect();
    let quantas = ids.len();
    assert!(quantas >= 9, "{quantas}");
    ids.sort_by_key(ToString::to_string);
    ids.dedup();
    assert_eq!(ids.len(), quantas);
}

#[test]
fn whatever_the_document_refers_to_is_in_it() {
    let documento = serde_json::to_value(web::documento(INFO, routes)).unwrap();
    let texto = documento.to_string();
    let alvos: Vec<_> =
        texto.split(r##""$ref":"#"##).skip(1).map(|resto| resto.split('"').next().unwrap()).collect();
    assert!(!alvos.is_empty());
    for alvo in alvos {
        assert!(documento.pointer(alvo).is_some(), "{alvo}");
    }
}

#[tokio::test]
async fn without_a_key_every_operation_is_401_and_without_its_scope_403() {
    let s = Servico::new();
    let (sem_chave, chave_ruim) = (s.without_key(), s.without_key().with_key("cob_x"));
    for (metodo, caminho, escopo) in operations() {
        for anonimo in [&sem_chave, &chave_ruim] {
            let problema = call(anonimo, &metodo, &caminho).await.expect(401).json;
            assert_eq!(problema["codigo"], "nao_autenticado", "{metodo} {caminho}");
        }
        let outros: Vec<Escopo> = Escopo::TODOS.iter().copied().filter(|e| e.as_str() != escopo).collect();
        let problema = call(&s.with_scopes(&outros), &metodo, &caminho).await.expect(403).json;
        assert!(problema["detail"].as_str().unwrap().contains(&escopo), "{metodo} {caminho}: {problema}");
        let so_ele = s.with_scopes(&[escopo.parse().unwrap()]);
        let status = call(&so_ele, &metodo, &caminho).await.status;
        assert!(![401, 403].contains(&status), "{metodo} {caminho}: {status}");
    }
}
