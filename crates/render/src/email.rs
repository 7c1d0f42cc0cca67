//! E-mail: a subject of one line, a plain text, and the same in HTML.

mod html;
mod texto;

use std::fmt;

use domain::coringas::{Texto, Trecho};

use crate::blocos::blocks;
use crate::valores::{Valores, one_line};
use crate::{RenderError, Tabela, Valor};

pub use crate::lista::MAX_LINHAS;

/// The largest text or HTML part, in bytes: more than the longest list in the longest body needs, and an end to
/// a body that repeats the list thousands of times.
pub const MAX_PARTE: usize = 256 * 1024;

/// The longest subject, in characters; what is longer is cut. Mail programs show a third of it.
pub const MAX_ASSUNTO: usize = 200;

/// An e-mail ready to be put in a message. `Debug` shows sizes only.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailPronto {
    /// One line without control characters.
    pub assunto: String,
    /// The plain text alternative.
    pub texto: String,
    /// The HTML alternative, a whole document.
    pub html: String,
}

/// Puts one debtor's values in a subject and a body. Rules r11 and m09.
///
/// # Errors
/// When a coringa has no value (nothing but spaces and an empty list count as none), when the subject asks for
/// the list, or when a part would be larger than [`MAX_PARTE`].
pub fn render(assunto: &Texto, corpo: &Texto, valores: &Valores) -> Result<EmailPronto, RenderError> {
    let assunto = subject(assunto, valores)?;
    let blocos = blocks(corpo, valores)?;
    let tabela = Tabela::new(valores);
    let texto = texto::plain(&blocos, &tabela)?;
    let html = html::document(&assunto, &blocos, &tabela)?;
    Ok(EmailPronto { assunto, texto, html })
}

impl fmt::Debug for EmailPronto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmailPronto")
            .field("texto", &self.texto.len())
            .field("html", &self.html.len())
            .finish_non_exhaustive()
    }
}

fn subject(assunto: &Texto, valores: &Valores) -> Result<String, RenderError> {
    let mut linha = String::new();
    for trecho in assunto.trechos() {
        match trecho {
            Trecho::Literal(literal) => linha.push_str(literal),
            Trecho::Coringa(coringa) if coringa.lista() => return Err(RenderError::ListaNoAssunto),
            Trecho::Coringa(coringa) => {
                let valor = valores.get(*coringa).and_then(Valor::em_linha);
                linha.push_str(&valor.ok_or(RenderError::SemValor(*coringa))?);
            }
        }
    }
    // After the values went in, not before: what matters is the line that leaves.
    let linha = one_line(&linha);
    if linha.chars().count() <= MAX_ASSUNTO {
        return Ok(linha);
    }
    Ok(linha.chars().take(MAX_ASSUNTO - 1).chain(['…']).collect())
}
