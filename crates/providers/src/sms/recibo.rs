//! What comes back later: receipts of delivery, and what people answer.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use uuid::Uuid;

use crate::segredo::Segredo;

/// The largest call that is read, in bytes.
pub const MAX_CHAMADA: usize = 256 * 1024;

/// The most receipts of one call: what Infobip puts in one by default, and nobody puts more.
pub const MAX_RECIBOS: usize = 100;

/// The longest reply that is kept, in characters: ten segments.
pub const MAX_RESPOSTA: usize = 1_600;

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
    pub(super) fn cabecalho(&self, nome: &str) -> Option<&'a str> {
        self.cabecalhos.iter().find(|(n, _)| n.eq_ignore_ascii_case(nome)).map(|(_, valor)| valor.as_str())
    }

    /// The query, without the question mark.
    pub(super) fn consulta(&self) -> Option<&'a str> {
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

/// One thing that a provider tells. `Debug` shows neither numbers nor words of a person.
#[derive(Clone, PartialEq, Eq)]
pub enum Recibo {
    /// What became of a message after it was taken. They come late, twice, in any order.
    Estado {
        /// Which message.
        mensagem: IdMensagem,
        /// What became of it.
        estado: EstadoRecibo,
        /// When, by the provider's clock.
        em: Option<DateTime<Utc>>,
        /// The provider's code for why.
        causa: Option<String>,
    },
    /// Somebody answered.
    Resposta {
        /// Who, E.164.
        de: String,
        /// What, [`MAX_RESPOSTA`] characters at most.
        texto: String,
    },
}

impl fmt::Debug for Recibo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Estado { mensagem, estado, .. } => write!(f, "Recibo({mensagem:?} {estado:?})"),
            Self::Resposta { .. } => f.write_str("Resposta(***)"),
        }
    }
}

/// How a receipt names its message.
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

/// What becomes of a message after it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EstadoRecibo {
    /// The operator has it.
    Enviada,
    /// The phone has it.
    Entregue,
    /// It was read.
    Lida,
    /// It will not arrive.
    Devolvida,
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
pub(super) fn id_of(id: &str) -> Option<String> {
    let serve = !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(|b| b.is_ascii_graphic());
    serve.then(|| id.to_owned())
}

/// A reply, with the sender's number brought to E.164. One from a word ("OPERADORA") is nobody's.
pub(super) fn reply(de: &str, texto: &str) -> Option<Recibo> {
    let digitos = de.trim();
    let digitos = digitos.strip_prefix('+').unwrap_or(digitos);
    let numero = (8..=15).contains(&digitos.len()) && digitos.bytes().all(|b| b.is_ascii_digit());
    let texto = texto.chars().take(MAX_RESPOSTA).collect();
    numero.then(|| Recibo::Resposta { de: format!("+{digitos}"), texto })
}

/// A time as providers write it: RFC 3339, the same with an offset without a colon, or seconds or milliseconds since 1970.
pub(super) fn instant(texto: &str) -> Option<DateTime<Utc>> {
    if let Ok(em) = DateTime::parse_from_rfc3339(texto) {
        return Some(em.to_utc());
    }
    if let Ok(em) = DateTime::parse_from_str(texto, "%Y-%m-%dT%H:%M:%S%.f%z") {
        return Some(em.to_utc());
    }
    if let Ok(em) = NaiveDateTime::parse_from_str(texto.strip_suffix('Z')?, "%Y-%m-%d %H:%M:%S") {
        return Some(em.and_utc());
    }
    None
}

/// The same, for a number.
pub(super) fn epoch(numero: i64) -> Option<DateTime<Utc>> {
    /// Seconds beyond this are the year 5138: it was milliseconds.
    const MAIOR_SEGUNDO: i64 = 100_000_000_000;
    if numero.abs() < MAIOR_SEGUNDO {
        DateTime::from_timestamp_secs(numero)
    } else {
        DateTime::from_timestamp_millis(numero)
    }
}
