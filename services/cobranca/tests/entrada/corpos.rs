#![cfg(test)]
//! Every fault of a body is told at once, wherever it is.

use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::casa::Casa;
use crate::documento::{Documento, Operacao};
use crate::geracao::valid;
use crate::leis::Leis;
use crate::pedido::{Pedido, client};

/// A field that no operation has.
const NENHUM: &str = "campo_de_ninguem";

/// A body with every field of the schema, each of them wrong, and one more in every object; the pointers of what is
/// wrong go to `faltas`.
fn all_wrong(doc: &Documento, esquema: &Value, aqui: &str, faltas: &mut Vec<String>) -> Value {
    let esquema = not_null(doc, doc.resolve(esquema));
    if let Some(campos) = esquema["properties"].as_object() {
        faltas.push(format!("{aqui}/{NENHUM}"));
        let errados = campos
            .iter()
            .map(|(nome, campo)| (nome.clone(), all_wrong(doc, campo, &format!("{aqui}/{nome}"), faltas)));
        let mut objeto: Map<_, _> = errados.collect();
        objeto.insert(NENHUM.to_owned(), json!(1));
        return Value::Object(objeto);
    }
    if esquema["items"].is_object() {
        return json!([all_wrong(doc, &esquema["items"], &format!("{aqui}/0"), faltas)]);
    }
    faltas.push(aqui.to_owned());
    let de_texto = esquema["type"].to_string().contains("string");
    if de_texto { json!(true) } else { json!("não") }
}

/// A body that lacks what is required, as deep as there are objects; the pointers of what is missing go to `faltas`.
fn all_missing(doc: &Documento, esquema: &Value, faltas: &mut Vec<String>) {
    let obrigatorios = doc.resolve(esquema)["required"].as_array().into_iter().flatten();
    faltas.extend(obrigatorios.map(|campo| format!("/{}", campo.as_str().unwrap())));
}

fn not_null<'d>(doc: &'d Documento, esquema: &'d Value) -> &'d Value {
    let alternativas = esquema["oneOf"].as_array();
    alternativas.map_or(esquema, |todas| doc.resolve(todas.iter().find(|um| um["type"] != "null").unwrap()))
}

/// The refused fields of an answer, also of one that tells them item by item.
fn refused(json: &Value) -> Vec<String> {
    let erros = if json["itens"].is_array() { &json["itens"][0]["erros"] } else { &json["erros"] };
    erros.as_array().into_iter().flatten().map(|erro| erro["campo"].as_str().unwrap().to_owned()).collect()
}

/// Of an operation with a body, the schema of what can be wrong: the body, or an item of it.
fn schema<'d>(doc: &'d Documento, operacao: &'d Operacao) -> Option<(&'d Value, &'static str)> {
    let esquema = doc.resolve(operacao.corpo.as_ref()?);
    Some(if esquema["items"].is_object() { (&esquema["items"], "/0") } else { (esquema, "") })
}

fn wrap(corpo: Value, aqui: &str) -> Value {
    if aqui.is_empty() { corpo } else { json!([corpo]) }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_body_is_told_at_once() {
    let doc = Documento::new();
    let (leis, operacoes) = (Leis::new(&doc), doc.operations());
    let mut casa = Casa::new(&operacoes).await;
    casa.only_doors().await;
    let mut olho = casa.banco.observer();
    let antes = olho.look();
    let mut tentadas = 0;
    for operacao in &operacoes {
        let Some((esquema, aqui)) = schema(&doc, operacao) else { continue };
        let (mut erradas, mut ausentes) = (Vec::new(), Vec::new());
        let errado = all_wrong(&doc, esquema, aqui, &mut erradas);
        all_missing(&doc, esquema, &mut ausentes);
        let ausentes = ausentes.into_iter().map(|campo| format!("{aqui}{campo}")).collect();
        for (corpo, faltas) in [(errado, erradas), (json!({}), ausentes)] {
            // Where nothing is required, nothing is missing: the empty body is a good one.
            if faltas.is_empty() {
                continue;
            }
            let pedido =
                Pedido::new(&operacao.metodo, &casa.paths(operacao)[0]).with_json(&wrap(corpo, aqui));
            let resposta = pedido.send(&client(), &casa.base, Some(&casa.chave)).await.unwrap();
            leis.check(operacao, &pedido, &resposta).unwrap();
            let ditas = refused(&resposta.json);
            let caladas: Vec<&String> = faltas.iter().filter(|falta| !ditas.contains(falta)).collect();
            assert!(caladas.is_empty(), "{} cala {caladas:?}: {pedido:?} {}", operacao.nome(), resposta.text);
            tentadas += faltas.len();
        }
    }
    assert!(tentadas > 60, "só {tentadas} faltas");
    assert_eq!(olho.look(), antes, "um corpo recusado mudou o banco");
}

/// One wrong field at a time, in a body that is otherwise good: it and no other is named.
#[tokio::test(flavor = "multi_thread")]
async fn one_wrong_field_is_the_only_one_named() {
    let doc = Documento::new();
    let operacoes = doc.operations();
    let casa = Casa::new(&operacoes).await;
    let mut sorteio = TestRunner::deterministic();
    for operacao in &operacoes {
        let Some((esquema, aqui)) = schema(&doc, operacao) else { continue };
        let bom = match &operacao.exemplo {
            Some(exemplo) if aqui.is_empty() => exemplo.clone(),
            Some(exemplo) => exemplo[0].clone(),
            None => valid(&doc, esquema).new_tree(&mut sorteio).unwrap().current(),
        };
        for campo in doc.resolve(esquema)["properties"].as_object().unwrap().keys() {
            let mut corpo = bom.clone();
            corpo[campo] = json!({"a": [1]});
            let pedido =
                Pedido::new(&operacao.metodo, &casa.paths(operacao)[0]).with_json(&wrap(corpo, aqui));
            let resposta = pedido.send(&client(), &casa.base, Some(&casa.chave)).await.unwrap();
            let ditas = refused(&resposta.json);
            let dele = |dita: &String| dita.starts_with(&format!("{aqui}/{campo}"));
            assert!(
                !ditas.is_empty() && ditas.iter().all(dele),
                "{}: {pedido:?} {}",
                operacao.nome(),
                resposta.text
            );
        }
    }
}
