//! The fault script: what the mailbox does at each step.

use std::fmt;
use std::sync::Arc;

/// A step at which the mailbox speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fase {
    /// A connection was made; the banner is due.
    Saudacao,
    /// EHLO or HELO.
    Ehlo,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA; 354 is due.
    Data,
    /// The final dot was read; the reply that settles the message is due.
    Corpo,
    /// RSET.
    Rset,
    /// QUIT.
    Quit,
}

/// What the mailbox does at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fala {
    /// What a healthy relay does.
    Normal,
    /// Answers with this code. At [`Fase::Corpo`] a code below 400 accepts the message, any other does not.
    Responder(u16),
    /// Hangs up instead of answering. At [`Fase::Corpo`] the message is *not* accepted.
    Cortar,
    /// Hangs up after answering; at [`Fase::Data`] that is after 354. At [`Fase::Corpo`] the message *is*
    /// accepted and the answer never leaves.
    CortarDepois,
    /// As [`Fala::CortarDepois`], but the answer leaves, and a reset right behind it.
    Resetar,
    /// At [`Fase::Data`]: asks for the message, reads so many bytes of it and resets the connection. Elsewhere the same as
    /// [`Fala::Resetar`].
    ResetarNoMeio(usize),
    /// Holds the answer until [`super::Caixa::liberar`]. At [`Fase::Corpo`] the message is accepted first.
    Segurar,
    /// Sends these bytes instead of an answer, and takes the step for refused; at [`Fase::Corpo`] the message is
    /// accepted when they begin with a 2.
    Bruto(&'static str),
    /// At [`Fase::Corpo`]: accepts the message and answers with this code all the same, as a relay with a bug
    /// would. Elsewhere the same as [`Fala::Responder`].
    GuardarEResponder(u16),
}

/// Where the mailbox is when it asks the script.
#[derive(Debug, Clone, Copy)]
pub struct Momento<'a> {
    /// The how-manieth connection, from 0.
    pub conexao: u64,
    /// The how-manieth message, from 0: MAIL commands seen before this one's, over all connections.
    pub mensagem: u64,
    /// The step.
    pub fase: Fase,
    /// The recipient, once RCPT was read.
    pub para: Option<&'a str>,
}

/// A fault script: a function of the moment.
#[derive(Clone)]
pub struct Roteiro(Arc<dyn Fn(&Momento<'_>) -> Fala + Send + Sync>);

impl Roteiro {
    /// A script that is any function.
    pub fn new(fala: impl Fn(&Momento<'_>) -> Fala + Send + Sync + 'static) -> Self {
        Self(Arc::new(fala))
    }

    /// A healthy relay.
    #[must_use]
    pub fn normal() -> Self {
        Self::new(|_| Fala::Normal)
    }

    /// A relay that does `fala` whenever it comes to `fase`.
    #[must_use]
    pub fn sempre(fase: Fase, fala: Fala) -> Self {
        Self::new(move |momento| if momento.fase == fase { fala.clone() } else { Fala::Normal })
    }

    /// A relay that is healthy but for the listed moments (message, step).
    #[must_use]
    pub fn lista(falhas: Vec<(u64, Fase, Fala)>) -> Self {
        Self::new(move |momento| {
            let falha = falhas.iter().find(|(n, fase, _)| *n == momento.mensagem && *fase == momento.fase);
            falha.map_or(Fala::Normal, |(_, _, fala)| fala.clone())
        })
    }

    pub(super) fn ask(&self, momento: &Momento<'_>) -> Fala {
        (self.0)(momento)
    }
}

impl fmt::Debug for Roteiro {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Roteiro(..)")
    }
}
