//! A line of NDJSON is an item of `PUT /v1/titulos`, with the same refusals.

use std::borrow::Cow;

use serde::Deserialize;
use store::titulos::EntradaTitulo;
use web::{ErroCampo, Texto, parse_item};

use super::super::entrada::TituloEntrada;

#[derive(Deserialize)]
struct SoChave<'a> {
    #[serde(borrow)]
    codigo_integracao: Option<Cow<'a, str>>,
}

/// The key of a line, if it has one that can be read.
pub(crate) fn key_of(bytes: &[u8]) -> Option<String> {
    let lida = serde_json::from_slice::<SoChave<'_>>(bytes).ok()?;
    Some(Texto::<1, 60>::parse(&lida.codigo_integracao?).ok()?.into_string())
}

/// The título of a line, or its key and what is wrong with it.
pub(crate) fn parse_line(bytes: &[u8]) -> Result<EntradaTitulo, (Option<String>, Vec<ErroCampo>)> {
    let Ok(valor) = serde_json::from_slice(bytes) else {
        let erro = ErroCampo {
            campo: String::new(),
            codigo: "json_malformado".into(),
            detalhe: "a linha não é JSON".into(),
        };
        return Err((None, vec![erro]));
    };
    parse_item::<TituloEntrada>(valor, 0).map(EntradaTitulo::from).map_err(|mut erros| {
        for erro in &mut erros {
            erro.campo = erro
                .campo
                .strip_prefix("/0")
                .map(|campo| campo.trim_start_matches('/').to_owned())
                .unwrap_or_default();
        }
        (key_of(bytes), erros)
    })
}
