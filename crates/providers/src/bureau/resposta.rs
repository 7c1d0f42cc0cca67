//! What a bureau says of one entry.

use domain::negativacao::EventoBureau;

use super::Operacao;

/// What a bureau says of one entry, whichever bureau it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resposta {
    /// Done as asked, or it had been done before.
    Aceita,
    /// Refused, and nothing changed at the bureau.
    Recusada,
    /// The bureau took the entry off on its own.
    ExcluidaPeloBureau,
    /// Something to know, that settles nothing: a letter that came back, a receipt.
    Informada,
    /// A code that nobody has told us the meaning of; a person looks. An inclusion it leaves where it is.
    Desconhecida,
}

impl Resposta {
    /// What it does to the entry that `operacao` was about.
    #[must_use]
    pub const fn evento(self, operacao: Operacao) -> Option<EventoBureau> {
        match (self, operacao.exclui()) {
            (Self::Aceita, false) => Some(EventoBureau::Aceitar),
            (Self::Aceita, true) => Some(EventoBureau::Baixar),
            (Self::Recusada, false) => Some(EventoBureau::Rejeitar),
            // What does not say that it is off goes out again: to ask twice is safe, and a debt that stays listed is not.
            (Self::Recusada | Self::Informada | Self::Desconhecida, true) => Some(EventoBureau::RecusarBaixa),
            (Self::ExcluidaPeloBureau, _) => Some(EventoBureau::BaixarPorSi),
            (Self::Informada | Self::Desconhecida, false) => None,
        }
    }
}
