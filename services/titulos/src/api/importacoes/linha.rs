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
    let valor = serde_json::from_slice(bytes).map_err(|erro| (None, vec![no_json(bytes, &erro)]))?;
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

/// What is most likely wrong with a line that is no JSON: its encoding, or that an object is spread over lines.
fn no_json(bytes: &[u8], erro: &serde_json::Error) -> ErroCampo {
    let (codigo, detalhe) = if bytes.contains(&0) {
        (
            "codificacao_invalida",
            "a linha parece estar em UTF-16: NDJSON é UTF-8, salve o arquivo assim".into(),
        )
    } else if str::from_utf8(bytes).is_err() {
        ("codificacao_invalida", "a linha não é UTF-8, como NDJSON precisa ser: salve o arquivo assim".into())
    } else if erro.is_eof() {
        let detalhe =
            "o JSON não termina nesta linha: cada linha leva um objeto inteiro, sem quebras no meio";
        ("json_malformado", detalhe.into())
    } else {
        let coluna = erro.column();
        let detalhe = format!(
            "a linha não é JSON na coluna {coluna}: cada linha leva um objeto inteiro, sem quebras no meio e sem vírgula no fim"
        );
        ("json_malformado", detalhe.into())
    };
    ErroCampo { campo: String::new(), codigo: codigo.into(), detalhe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_no_json_is_told_what_is_likely() {
        let dito = |bytes: &[u8]| {
            let erro = parse_line(bytes).err().unwrap().1.remove(0);
            (erro.codigo.to_string(), erro.detalhe.to_string())
        };
        let utf16: Vec<u8> = "{\"nome\": \"Ana\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, codigo, porque) in [
            (&b"{\"nome\": \"Jo\xe3o\"}"[..], "codificacao_invalida", "não é UTF-8"),
            (&utf16, "codificacao_invalida", "UTF-16"),
            (b"\xff\xfe{\0", "codificacao_invalida", "UTF-16"),
            (b"{", "json_malformado", "não termina nesta linha"),
            (b"[", "json_malformado", "não termina nesta linha"),
            (b"\"valor\": 1,", "json_malformado", "na coluna 8: cada linha leva um objeto inteiro"),
            (b"{\"valor\": 1},", "json_malformado", "sem vírgula no fim"),
            (b"{} {}", "json_malformado", "na coluna 4"),
        ] {
            let (dito, detalhe) = dito(bytes);
            assert_eq!(dito, codigo, "{detalhe}");
            assert!(detalhe.contains(porque), "{detalhe}");
        }
    }
}
