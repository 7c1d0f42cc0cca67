//! JSON bodies: bounded in size, time and depth before anything looks inside.

use std::borrow::Cow;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use deserr::Deserr;
use domain::texto::nfc;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;

use super::compressao::Descomprimido;
use super::erros::{ErroValor, ErrosCampo, parse, parse_item};
use super::texto::Texto;
use super::tipos::lista_grande;
use crate::idempotencia::{Idempotencia, body_of};
use crate::problema::{ErroCampo, Problema, codigos};

/// Bytes of a body, unless the app says otherwise. 1,000 títulos are about 1 MiB.
pub const LIMITE_CORPO: usize = 2 * 1024 * 1024;
/// A body must have arrived after this long: the server's own timeout covers only the head.
const PRAZO: Duration = Duration::from_secs(30);

/// The limit of this app, as app data.
#[derive(Clone, Copy, Debug)]
pub struct LimiteCorpo(pub usize);

/// A JSON body parsed into `T`. Refusals: 413 too long, 415 not JSON, 400 malformed, 422 with every refused field.
///
/// `serde_json` refuses to nest deeper than 128, so the depth of everything behind this is bounded too.
#[derive(Clone, Debug)]
pub struct Corpo<T>(pub T);

/// A JSON array of at most `MAX` items that succeed or fail one by one: each goes through
/// [`parse_item`](super::parse_item).
#[derive(Clone, Debug)]
pub struct Itens<const MAX: usize>(pub Vec<Value>);

impl<const MAX: usize> Itens<MAX> {
    /// The items that can be read, each with where it stands, and what `refuse` makes of the others: it is given where
    /// one stands, its `codigo_integracao` if it has a good one, and its faults.
    pub fn parse<T: Deserr<ErrosCampo>, R>(
        self,
        refuse: impl Fn(usize, Option<String>, Vec<ErroCampo>) -> R,
    ) -> (Vec<(usize, T)>, Vec<R>) {
        let (mut lidos, mut recusados) = (Vec::new(), Vec::new());
        for (indice, item) in self.0.into_iter().enumerate() {
            let codigo = item.get("codigo_integracao").and_then(Value::as_str);
            let codigo = codigo.and_then(|c| Texto::<1, 60>::parse(c).ok()).map(Texto::into_string);
            match parse_item(item, indice) {
                Ok(lido) => lidos.push((indice, lido)),
                Err(erros) => recusados.push(refuse(indice, codigo, erros)),
            }
        }
        (lidos, recusados)
    }
}

impl<T: Deserr<ErrosCampo> + 'static> FromRequest for Corpo<T> {
    type Error = Problema;
    type Future = LocalBoxFuture<'static, Result<Self, Problema>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let leitura = read_json(req, payload);
        Box::pin(async move { parse(leitura.await?).map(Corpo).map_err(Problema::validacao) })
    }
}

impl<const MAX: usize> FromRequest for Itens<MAX> {
    type Error = Problema;
    type Future = LocalBoxFuture<'static, Result<Self, Problema>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let leitura = read_json(req, payload);
        Box::pin(async move {
            let Value::Array(itens) = leitura.await? else {
                return Err(na_raiz(ErroValor::new("tipo_invalido", "deve ser uma lista")));
            };
            if itens.len() > MAX { Err(na_raiz(lista_grande(MAX))) } else { Ok(Self(itens)) }
        })
    }
}

fn na_raiz(erro: ErroValor) -> Problema {
    let erro = ErroCampo { campo: String::new(), codigo: erro.codigo.into(), detalhe: erro.detalhe };
    Problema::validacao(vec![erro])
}

fn read_json(
    req: &HttpRequest,
    payload: &mut Payload,
) -> impl Future<Output = Result<Value, Problema>> + use<> {
    let limite = req.app_data::<LimiteCorpo>().map_or(LIMITE_CORPO, |limite| limite.0);
    let cabecalhos = check_head(req);
    let anunciado = header(req, &CONTENT_LENGTH).and_then(|n| n.parse::<usize>().ok()).unwrap_or_default();
    let corpo = Descomprimido::new(payload.take(), req);
    let pedido = req.extensions().get::<Idempotencia>().cloned();
    async move {
        cabecalhos?;
        let leitura = read_bounded(corpo?, limite, anunciado);
        let bytes = tokio::time::timeout(PRAZO, leitura).await.unwrap_or_else(|_| {
            Err(Problema::new(&codigos::TEMPO_ESGOTADO, "o corpo não chegou inteiro a tempo"))
        })?;
        body_of(pedido, &bytes);
        from_json(&bytes)
    }
}

/// JSON, as it is said to be.
fn check_head(req: &HttpRequest) -> Result<(), Problema> {
    let tipo = header(req, &CONTENT_TYPE).unwrap_or_default();
    let essencia = tipo.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let json = essencia == "application/json"
        || (essencia.starts_with("application/") && essencia.ends_with("+json"));
    if !json {
        return Err(Problema::tipo_de_midia("envie o corpo com Content-Type: application/json"));
    }
    Ok(())
}

fn header<'a>(req: &'a HttpRequest, nome: &actix_web::http::header::HeaderName) -> Option<&'a str> {
    req.headers().get(nome).and_then(|valor| valor.to_str().ok())
}

/// Reads at most `limite` bytes, counted after decompression. What the caller still sends of a longer body is drained
/// by the server, so that the refusal is read.
async fn read_bounded(mut corpo: Descomprimido, limite: usize, anunciado: usize) -> Result<Bytes, Problema> {
    let mut bytes = BytesMut::with_capacity(anunciado.min(limite));
    while let Some(pedaco) = corpo.next().await? {
        if bytes.len().saturating_add(pedaco.len()) > limite {
            return Err(Problema::corpo_grande(limite));
        }
        bytes.extend_from_slice(&pedaco);
    }
    Ok(bytes.freeze())
}

fn from_json(bytes: &[u8]) -> Result<Value, Problema> {
    // Some ERPs write a byte order mark in front of UTF-8.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut lido = serde_json::from_slice(bytes)
        .map_err(|erro: serde_json::Error| Problema::json_malformado(erro.line(), erro.column()))?;
    write_one_way(&mut lido);
    Ok(lido)
}

/// What can be written in two ways is read in one. `30.0` is the integer 30, as in JSON Schema: there are languages that
/// write every number so. And `ã` is one character, also where it was sent as two.
fn write_one_way(valor: &mut Value) {
    match valor {
        Value::Number(numero) if numero.is_f64() => {
            // Up to 2^53 every whole number is itself; what is larger fits no field of ours. A zero with a sign is no integer.
            let whole = |n: &f64| n.fract() == 0.0 && n.abs() <= 9_007_199_254_740_992.0;
            let inteiro = numero.as_f64().filter(whole).filter(|n| *n != 0.0 || n.is_sign_positive());
            if let Some(inteiro) = inteiro.and_then(|n| format!("{n:.0}").parse::<i64>().ok()) {
                *valor = inteiro.into();
            }
        }
        Value::String(texto) => {
            let composto = match nfc(texto) {
                Cow::Owned(composto) => composto,
                Cow::Borrowed(_) => return,
            };
            *texto = composto;
        }
        Value::Array(itens) => itens.iter_mut().for_each(write_one_way),
        Value::Object(campos) => {
            campos.values_mut().for_each(write_one_way);
            if !campos.keys().all(|nome| nome.is_ascii()) {
                let todos = std::mem::take(campos).into_iter();
                campos.extend(todos.map(|(nome, campo)| (nfc(&nome).into_owned(), campo)));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_read_in_one_way_whichever_way_it_was_written() {
        let corpo = r#"{"nome": "Joa\u0303o", "dias": 30.0, "lista": [{"Sa\u0303o": ["e\u0301"]}]}"#;
        let lido = from_json(corpo.as_bytes()).unwrap();
        assert_eq!(lido, json!({"nome": "João", "dias": 30, "lista": [{"São": ["é"]}]}));
    }

    proptest! {
        #[test]
        fn a_text_sent_with_its_accents_apart_is_the_text_sent_with_them_together(
            letras in proptest::collection::vec((proptest::char::range('a', 'z'), 0..3_usize), 0..20),
        ) {
            let partes = letras.iter().flat_map(|(letra, n)| [String::from(*letra), ["", "\u{303}", "\u{301}"][*n].to_owned()]);
            let separado: String = partes.collect();
            let junto = nfc(&separado).into_owned();
            let ler = |texto: &str| from_json(json!({"nome": texto}).to_string().as_bytes()).unwrap();
            prop_assert_eq!(ler(&separado), ler(&junto));
        }
    }
}
