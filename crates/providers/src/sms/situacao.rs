//! What a status says by itself, for every provider alike.

use super::resultado::{Causa, Resultado};
use crate::http::Resposta;

/// Whether the provider says that it did what was asked.
pub(super) fn success(status: u16) -> bool {
    (200..300).contains(&status)
}

/// What an answer that is not a 2xx means. Only what certainly was not taken is called so: behind a 500, a 502 or a 504
/// something may have gone on to the operator, and a 409 may speak of the first copy.
pub(super) fn refusal(resposta: &Resposta, codigo: Option<&str>, palavras: &str) -> Resultado {
    let causa = Causa::http(resposta.status, codigo, palavras);
    let apos = resposta.apos();
    match resposta.status {
        425 => Resultado::Temporaria { causa, apos },
        // Too many, not now.
        429 | 503 => Resultado::Indisponivel { causa, apos },
        // Who we are, what we may and where we called: the next message would be answered the same.
        401..=407 | 410 | 411 | 421 | 426 | 431 | 300 | 301 | 304 | 305 | 307 | 308 => {
            Resultado::Indisponivel { causa, apos }
        }
        408 | 409 => Resultado::Incerta { causa },
        400..=499 => Resultado::Permanente { causa },
        _ => Resultado::Incerta { causa },
    }
}

/// A 2xx that does not say what it should.
pub(super) fn unclear(resposta: &Resposta) -> Resultado {
    Resultado::Incerta { causa: Causa::http(resposta.status, None, &words(resposta)) }
}

/// The body as words for the record.
pub(super) fn words(resposta: &Resposta) -> String {
    String::from_utf8_lossy(&resposta.corpo).into_owned()
}
