//! The port of bureaus that are called: what one knows how to do, without doing it.

use std::time::Duration;

use super::{Operacao, Pendencia, Resposta};
use crate::causa::Causa;
use crate::http::{Falha, Requisicao, Resposta as RespostaHttp};

/// How a call about one entry ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chamado {
    /// The bureau said what became of it.
    Respondido {
        /// What.
        resposta: Resposta,
        /// Its words.
        causa: Causa,
    },
    /// It certainly did nothing, and may when asked again: the account, the bureau or the way to it is at fault.
    Indisponivel {
        /// Why.
        causa: Causa,
        /// How long it asks to wait.
        apos: Option<Duration>,
    },
    /// It may have done it. An inclusion is not asked for again; an exclusion may be, because asking twice is safe.
    Incerto {
        /// Why.
        causa: Causa,
    },
}

/// A bureau. Total: whatever it is given to read, it answers.
pub trait BureauChamado: Send + Sync {
    /// The request that asks for it.
    fn request(&self, operacao: Operacao, pendencia: &Pendencia) -> Requisicao;

    /// What an answer means.
    fn read(&self, operacao: Operacao, resposta: &RespostaHttp) -> Chamado;
}

/// How a call without an answer ended.
#[must_use]
pub fn unanswered(falha: Falha) -> Chamado {
    let causa = Causa::sem_resposta(falha);
    match falha {
        Falha::NaoSaiu { .. } => Chamado::Indisponivel { causa, apos: None },
        Falha::SemResposta { .. } => Chamado::Incerto { causa },
    }
}
