//! What became of a message, and why.

use std::time::Duration;

pub use crate::causa::Causa;

/// What became of one message. Only `Aceita` and `Incerta` may have left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resultado {
    /// The provider took it.
    Aceita {
        /// Its own id, which its receipts name.
        id: Option<String>,
        /// Its words.
        resposta: Causa,
    },
    /// Not taken; the same message may be taken later.
    Temporaria {
        /// Why.
        causa: Causa,
        /// How long the provider asks to wait.
        apos: Option<Duration>,
    },
    /// Not taken, and nothing was said of this message: the account, the provider or the way to it is at fault.
    Indisponivel {
        /// Why.
        causa: Causa,
        /// How long the provider asks to wait.
        apos: Option<Duration>,
    },
    /// Not taken, and sending it again would be answered the same way.
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
