//! Calls that claim to come from a provider, whatever they bring: receipts, replies, reports, answers that come later.

use serde_json::Value;
use uuid::Uuid;

use crate::segredo::Segredo;

/// The largest call that is read, in bytes.
pub const MAX_CHAMADA: usize = 256 * 1024;

/// The most receipts or answers of one call: what Infobip puts in one by default, and nobody puts more.
pub const MAX_RECIBOS: usize = 100;

/// The longest id of a provider.
const MAX_ID: usize = 128;

/// A call that claims to come from a provider.
#[derive(Clone, Copy)]
pub struct Chamada<'a> {
    /// What was called: an absolute URL, or only its path and query.
    pub url: &'a str,
    /// The headers of the call.
    pub cabecalhos: &'a [(String, String)],
    /// Its body.
    pub corpo: &'a [u8],
}

impl<'a> Chamada<'a> {
    /// A header, whatever its case.
    pub(crate) fn cabecalho(&self, nome: &str) -> Option<&'a str> {
        self.cabecalhos.iter().find(|(n, _)| n.eq_ignore_ascii_case(nome)).map(|(_, valor)| valor.as_str())
    }

    /// The query, without the question mark.
    pub(crate) fn consulta(&self) -> Option<&'a str> {
        let url = self.url.split('#').next()?;
        url.split_once('?').map(|(_, consulta)| consulta)
    }

    /// Whether the last piece of the path, or the bearer token, is this secret. Both are compared, so that the time
    /// tells nothing.
    pub(crate) fn authentic(&self, segredo: Option<&Segredo>) -> Result<(), ReciboInvalido> {
        let segredo = segredo.ok_or(ReciboInvalido::Desligado)?;
        let caminho = self.url.split(['?', '#']).next().unwrap_or_default();
        let pedaco = caminho.rsplit('/').next().unwrap_or_default();
        let token =
            self.cabecalho("authorization").and_then(|v| v.strip_prefix("Bearer ")).unwrap_or_default();
        let (um, outro) = (segredo.is(pedaco.as_bytes()), segredo.is(token.as_bytes()));
        if um | outro { Ok(()) } else { Err(ReciboInvalido::SemAutenticidade) }
    }

    /// Whether it is small enough to be looked at.
    pub(crate) fn small(&self) -> Result<(), ReciboInvalido> {
        if self.corpo.len() > MAX_CHAMADA { Err(ReciboInvalido::Grande) } else { Ok(()) }
    }
}

/// How a receipt names its message, or an answer its question.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum IdMensagem {
    /// By the key that we gave; it holds also where the answer to the request was lost.
    Chave(Uuid),
    /// By the provider's id.
    Provedor(String),
}

impl IdMensagem {
    /// Our key where there is one, else the provider's id where it can be one.
    pub(crate) fn new(chave: Option<&str>, id: Option<&str>) -> Option<Self> {
        let chave = chave.and_then(|chave| Uuid::try_parse(chave).ok()).map(Self::Chave);
        chave.or_else(|| Some(Self::Provedor(id_of(id?)?)))
    }
}

/// Why a call tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReciboInvalido {
    /// No secret is configured, so nobody can be believed.
    #[error("recibos não estão configurados para este provedor")]
    Desligado,
    /// The signature or the secret is missing or wrong.
    #[error("recibo sem autenticidade")]
    SemAutenticidade,
    /// More than [`MAX_CHAMADA`] bytes.
    #[error("recibo grande demais")]
    Grande,
    /// More than [`MAX_RECIBOS`] receipts.
    #[error("recibos demais em uma chamada")]
    Muitos,
    /// Not what the provider sends.
    #[error("recibo ilegível")]
    Ilegivel,
}

/// A provider's id as it is kept: printable, and not longer than one can be.
pub(crate) fn id_of(id: &str) -> Option<String> {
    let serve = !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(|b| b.is_ascii_graphic());
    serve.then(|| id.to_owned())
}

/// What `item` makes of each of those that stand at `lista` (the document itself when it is not said), or of the only one.
pub(crate) fn each<T>(
    documento: &Value,
    lista: Option<&str>,
    item: impl Fn(&Value) -> Option<T>,
) -> Result<Vec<T>, ReciboInvalido> {
    match documento.pointer(lista.unwrap_or_default()).ok_or(ReciboInvalido::Ilegivel)? {
        Value::Array(itens) if itens.len() > MAX_RECIBOS => Err(ReciboInvalido::Muitos),
        Value::Array(itens) => Ok(itens.iter().filter_map(item).collect()),
        objeto @ Value::Object(_) => Ok(item(objeto).into_iter().collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Err(ReciboInvalido::Ilegivel),
    }
}
