//! From a text with coringas and one debtor's values to what a person reads.
//!
//! The tenant's text is data from beginning to end: [`domain::coringas::Texto`] is a closed grammar, and only
//! the layouts of this crate are ever compiled as templates. A value goes in once, cleaned and escaped for
//! the channel, and is never looked at again (rule r11).

mod blocos;
pub mod carta;
pub mod email;
mod lista;
pub mod sms;
mod uso;
mod valores;

use domain::coringas::{Coringa, MAX_TEXTO, Texto};

pub use blocos::Bloco;
pub use lista::{LinhaPronta, Tabela};
pub use valores::{Linha, Valor, Valores};

/// The largest part of an e-mail, in bytes: more than the longest list in the longest body needs, and an end to a body that
/// repeats the list thousands of times. A letter is bounded by as many rows.
pub const MAX_PARTE: usize = 256 * 1024;

/// Why a message cannot be made. Such a message never leaves.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Rule r11: a coringa of the text has no value for this debtor.
    #[error("coringa sem valor: #{}#", .0.nome())]
    SemValor(Coringa),
    /// The list of títulos has no form that fits in a subject.
    #[error("a lista de títulos não cabe no assunto")]
    ListaNoAssunto,
    /// A text of more than [`MAX_TEXTO`] bytes, or a part of more than [`MAX_PARTE`].
    #[error("mensagem grande demais")]
    Grande,
    /// Rule m10: more segments than allowed, even without a line of the list.
    #[error("a mensagem não cabe no limite de segmentos")]
    NaoCabe,
    /// Our own layout failed.
    #[error("o modelo da mensagem falhou")]
    Layout(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// No text is saved that is larger; one that is would be work without end.
fn check_size(corpo: &Texto) -> Result<(), RenderError> {
    if corpo.tamanho() > MAX_TEXTO { Err(RenderError::Grande) } else { Ok(()) }
}
