//! What became of a question, and what a status says of it by itself.

use std::time::Duration;

use domain::enriquecimento::Dados;

use crate::causa::Causa;
use crate::chamada::IdMensagem;
use crate::http::Resposta;
pub(super) use crate::situacao::success;
use crate::situacao::{Recusa, refused};

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Achado {
    /// Something is known.
    Encontrado(Box<Dados>),
    /// Nothing is. It is an answer, not an error.
    NaoEncontrado,
}

impl Achado {
    /// What was found; without a way to reach anybody it is nothing.
    pub(super) fn of(dados: Dados) -> Self {
        if dados.vazios() { Self::NaoEncontrado } else { Self::Encontrado(Box::new(dados.limitados())) }
    }
}

/// What became of one question. All but `Temporaria`, `Indisponivel` and `Permanente` may be charged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resultado {
    /// The answer is in.
    Respondida {
        /// What it is.
        achado: Achado,
        /// The provider's own name for the question.
        id: Option<String>,
        /// Status and code, without a word of the answer.
        resposta: Causa,
    },
    /// The provider took the question, and tells later.
    Pedida {
        /// Its own name for it.
        id: Option<String>,
        /// Its words.
        resposta: Causa,
    },
    /// Not taken; may be later.
    Temporaria {
        /// Why.
        causa: Causa,
        /// How long the provider asks to wait.
        apos: Option<Duration>,
    },
    /// Not taken, and nothing was said of this question: the account, the provider or the way to it is at fault.
    Indisponivel {
        /// Why.
        causa: Causa,
        /// How long the provider asks to wait.
        apos: Option<Duration>,
    },
    /// Not taken, and asking again would be answered the same way.
    Permanente {
        /// Why.
        causa: Causa,
    },
    /// Nobody on this side can know.
    Incerta {
        /// Why.
        causa: Causa,
    },
}

/// An answer that came by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tardia {
    /// To which question.
    pub consulta: IdMensagem,
    /// What it is; `None` is that the provider could not find out.
    pub achado: Option<Achado>,
}

/// What an answer that is not a 2xx means.
pub(super) fn refusal(resposta: &Resposta, codigo: Option<&str>) -> Resultado {
    let causa = told(resposta, codigo);
    let apos = resposta.apos();
    match refused(resposta.status) {
        Recusa::Temporaria => Resultado::Temporaria { causa, apos },
        Recusa::Indisponivel => Resultado::Indisponivel { causa, apos },
        Recusa::Permanente => Resultado::Permanente { causa },
        Recusa::Incerta => Resultado::Incerta { causa },
    }
}

/// A 2xx that does not say what it should. Its words may be about somebody, and are not kept.
pub(super) fn unclear(resposta: &Resposta) -> Resultado {
    Resultado::Incerta { causa: told(resposta, None) }
}

/// Status and code alone.
pub(super) fn told(resposta: &Resposta, codigo: Option<&str>) -> Causa {
    Causa::http(resposta.status, codigo, "")
}
