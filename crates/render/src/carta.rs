//! A letter as data: what it says and in which order. Whoever typesets it decides how that looks.

use domain::coringas::Texto;
use serde::{Deserialize, Serialize};

use crate::blocos::blocks;
use crate::{Bloco, MAX_PARTE, RenderError, Tabela, Valores, check_size};

pub use crate::lista::MAX_LINHAS;

/// A letter ready to be typeset. It is all about one debtor and so has no `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartaPronta {
    /// Paragraphs, and where the table stands among them.
    pub blocos: Vec<Bloco>,
    /// Rule m09: the tables that the blocks name ([`Bloco::Lista`]), each once however often it stands in the text.
    pub tabelas: Vec<Tabela>,
}

/// Puts one debtor's values in the text of a letter. Rules r11 and m09. Values are not escaped for anything: that is
/// for whoever knows what they are written into.
///
/// # Errors
/// When a coringa has no value (nothing but spaces and an empty list count as none), or the letter would be too large.
pub fn render(corpo: &Texto, valores: &Valores) -> Result<CartaPronta, RenderError> {
    check_size(corpo)?;
    let corpo = blocks(corpo, valores)?;
    let tabelas = corpo.tables(valores, MAX_PARTE)?;
    Ok(CartaPronta { blocos: corpo.blocos, tabelas })
}
