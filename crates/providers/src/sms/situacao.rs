//! What a status says of a message by itself.

use super::resultado::{Causa, Resultado};
use crate::http::Resposta;
pub(super) use crate::situacao::success;
use crate::situacao::{Recusa, refused};

/// What an answer that is not a 2xx means.
pub(super) fn refusal(resposta: &Resposta, codigo: Option<&str>, palavras: &str) -> Resultado {
    let causa = Causa::http(resposta.status, codigo, palavras);
    let apos = resposta.apos();
    match refused(resposta.status) {
        Recusa::Temporaria => Resultado::Temporaria { causa, apos },
        Recusa::Indisponivel => Resultado::Indisponivel { causa, apos },
        Recusa::Permanente => Resultado::Permanente { causa },
        Recusa::Incerta => Resultado::Incerta { causa },
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
