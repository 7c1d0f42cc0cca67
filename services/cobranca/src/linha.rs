//! A line of a sheet as the API takes it.

use domain::email::EnderecoEmail;
use domain::telefone::Telefone;
use serde_json::{Map, Value, json};
use sheets::{LinhaDevedor, LinhaTitulo};

/// The item of `PUT /v1/titulos` that the line stands for.
#[must_use]
pub fn to_item(linha: &LinhaTitulo) -> Value {
    let boleto = &linha.boleto;
    let credor = linha.credor.as_ref().map(|c| json!({ "codigo_integracao": c.codigo, "nome": c.nome }));
    said([
        ("codigo_integracao", Some(json!(linha.codigo_integracao))),
        ("numero", Some(json!(linha.numero))),
        ("emissao", linha.emissao.map(|dia| json!(dia))),
        ("vencimento", Some(json!(linha.vencimento))),
        ("valor", Some(json!(linha.valor.to_string()))),
        ("devedor", Some(devedor(&linha.devedor))),
        ("credor", credor),
        ("tipo_negocio", linha.tipo_negocio.as_ref().map(|tipo| json!(tipo.as_str()))),
        ("tipo_titulo", linha.tipo_titulo.as_ref().map(|tipo| json!(tipo.as_str()))),
        ("nosso_numero", boleto.nosso_numero.as_ref().map(|numero| json!(numero))),
        ("linha_digitavel", boleto.linha_digitavel.as_ref().map(|linha| json!(linha.as_str()))),
        ("pix_copia_e_cola", boleto.pix_copia_e_cola.as_ref().map(|pix| json!(pix))),
        ("link_boleto", boleto.link.as_ref().map(|link| json!(link))),
    ])
}

fn devedor(devedor: &LinhaDevedor) -> Value {
    let emails: Vec<_> = devedor.emails.iter().map(EnderecoEmail::as_str).collect();
    let telefones: Vec<_> = devedor.telefones.iter().map(Telefone::as_str).collect();
    said([
        ("codigo_integracao", Some(json!(devedor.codigo_integracao))),
        ("nome", Some(json!(devedor.nome))),
        ("documento", devedor.documento.as_ref().map(|documento| json!(documento.as_str()))),
        ("categoria", devedor.categoria.as_ref().map(|categoria| json!(categoria))),
        ("gerente", devedor.gerente.as_ref().map(|gerente| json!(gerente.as_str()))),
        ("score", devedor.score.map(|score| json!(score))),
        ("emails", (!emails.is_empty()).then(|| json!(emails))),
        ("telefones", (!telefones.is_empty()).then(|| json!(telefones))),
        ("enderecos", devedor.endereco.as_ref().map(|endereco| json!([endereco]))),
    ])
}

/// An object of what is said.
fn said<const N: usize>(campos: [(&str, Option<Value>); N]) -> Value {
    let ditos = campos.into_iter().filter_map(|(nome, valor)| Some((nome.to_owned(), valor?)));
    Value::Object(ditos.collect::<Map<_, _>>())
}
