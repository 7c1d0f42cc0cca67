//! What comes back later: receipts of delivery, and what people answer.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::chamada::IdMensagem;

/// The longest reply that is kept, in characters: ten segments.
pub const MAX_RESPOSTA: usize = 1_600;

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
