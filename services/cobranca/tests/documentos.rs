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
