//! E-mail: a subject of one line, a plain text, and the same in HTML.

mod html;
mod texto;

use std::fmt;

use domain::coringas::{Texto, Trecho};

use crate::blocos::blocks;
use crate::uso::{Resolvido, resolve};
use crate::valores::{Valores, one_line};
use crate::{MAX_PARTE, RenderError, check_size};

pub use crate::lista::MAX_LINHAS;

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
/// the list, or when a part would be larger than [`crate::MAX_PARTE`].
pub fn render(assunto: &Texto, corpo: &Texto, valores: &Valores) -> Result<EmailPronto, RenderError> {
    check_size(corpo)?;
    let assunto = subject(assunto, valores)?;
    let corpo = blocks(corpo, valores)?;
    let tabelas = corpo.tables(valores, MAX_PARTE)?;
    let texto = texto::plain(&corpo.blocos, &tabelas)?;
    let html = html::document(&assunto, &corpo.blocos, &tabelas)?;
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
            Trecho::Coringa(uso) if uso.coringa().lista() => return Err(RenderError::ListaNoAssunto),
            Trecho::Coringa(uso) => match resolve(uso, valores)? {
                Resolvido::Linha(valor) => linha.push_str(&valor),
                Resolvido::Lista { .. } => return Err(RenderError::ListaNoAssunto),
            },
        }
    }
    // After the values went in, not before: what matters is the line that leaves.
    let linha = one_line(&linha);
    if linha.chars().count() <= MAX_ASSUNTO {
        return Ok(linha);
    }
    Ok(linha.chars().take(MAX_ASSUNTO - 1).chain(['…']).collect())
}
