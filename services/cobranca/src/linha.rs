//! A line of a sheet as the API takes it.

use serde_json::{Map, Value, json};
use sheets::LinhaTitulo;

/// The item of `PUT /v1/titulos` that the line stands for.
#[must_use]
pub fn to_item(linha: &LinhaTitulo) -> Value {
    let mut devedor = Map::new();
    devedor.insert("codigo_integracao".into(), json!(linha.devedor.codigo_integracao));
    devedor.insert("nome".into(), json!(linha.devedor.nome));
    if let Some(documento) = &linha.devedor.documento {
        devedor.insert("documento".into(), json!(documento.as_str()));
    }
    if let Some(categoria) = &linha.devedor.categoria {
        devedor.insert("categoria".into(), json!(categoria));
    }
    if let Some(email) = &linha.devedor.email {
        devedor.insert("emails".into(), json!([email.as_str()]));
    }
    let mut titulo = Map::new();
    titulo.insert("codigo_integracao".into(), json!(linha.codigo_integracao));
    titulo.insert("numero".into(), json!(linha.numero));
    titulo.insert("vencimento".into(), json!(linha.vencimento));
    titulo.insert("valor".into(), json!(linha.valor.to_string()));
    titulo.insert("devedor".into(), Value::Object(devedor));
    if let Some(emissao) = linha.emissao {
        titulo.insert("emissao".into(), json!(emissao));
    }
    if let Some(credor) = &linha.credor {
        titulo.insert("credor".into(), json!({ "codigo_integracao": credor.codigo, "nome": credor.nome }));
    }
    Value::Object(titulo)
}
