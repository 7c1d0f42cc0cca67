//! What of `proto-docs/` is generated from the code stays what the code says.
#![cfg(test)]

use std::path::{Path, PathBuf};

fn pasta() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto-docs")
}

#[test]
fn the_generated_documents_are_what_the_code_says() {
    let documentos = cobranca::sistema::documents().unwrap();
    assert!(documentos.len() >= 5);
    for (nome, texto) in documentos {
        let guardado = std::fs::read_to_string(pasta().join(nome)).unwrap_or_default();
        assert!(
            guardado == texto,
            "proto-docs/{nome} está velho: rode `cargo run -p cobranca -- documentos`"
        );
    }
}

#[test]
fn no_two_services_mean_different_things_by_the_name_of_a_schema() {
    let documentos = cobranca::sistema::documents().unwrap();
    let mut vistos = std::collections::BTreeMap::new();
    for (nome, texto) in documentos.iter().filter(|(nome, _)| nome.starts_with("openapi/")) {
        let documento: serde_json::Value = serde_json::from_str(texto).unwrap();
        for (esquema, conteudo) in documento["components"]["schemas"].as_object().unwrap() {
            let (onde, visto) = vistos.entry(esquema.clone()).or_insert((*nome, conteudo.clone()));
            assert_eq!(visto, conteudo, "`{esquema}` não é o mesmo em {onde} e em {nome}");
        }
    }
}

#[test]
fn every_reference_of_a_document_leads_somewhere() {
    for (nome, texto) in cobranca::sistema::documents().unwrap() {
        let documento = serde_json::from_str(&texto).unwrap_or(serde_json::Value::Null);
        for alvo in texto.split("\"$ref\": \"#").skip(1).filter_map(|resto| resto.split('"').next()) {
            assert!(documento.pointer(alvo).is_some(), "{nome}: {alvo} não leva a nada");
        }
    }
}

#[test]
fn every_operation_names_its_scope_and_is_named_once() {
    let documentos = cobranca::sistema::documents().unwrap();
    let (_, inteiro) = documentos.iter().find(|(nome, _)| *nome == "openapi/cobranca.json").unwrap();
    let inteiro: serde_json::Value = serde_json::from_str(inteiro).unwrap();
    let mut ids = Vec::new();
    for (caminho, metodos) in inteiro["paths"].as_object().unwrap() {
        for (metodo, operacao) in metodos.as_object().unwrap() {
            let escopos = operacao["security"][0]["chave_api"].as_array().map_or(0, Vec::len);
            assert!(escopos > 0, "{metodo} {caminho} não diz o escopo");
            ids.push(operacao["operationId"].as_str().unwrap().to_owned());
        }
    }
    let todas = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), todas, "operationId repetido");
    assert_eq!(inteiro["info"]["title"], "cobranca");
}
