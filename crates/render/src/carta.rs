//! A letter as data: what it says and in which order. Whoever typesets it decides how that looks.

use domain::coringas::Texto;

use crate::blocos::blocks;
use crate::{Bloco, RenderError, Tabela, Valores};

pub use crate::lista::MAX_LINHAS;

/// A letter ready to be typeset. It is all about one debtor and so has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct CartaPronta {
    /// Paragraphs, and where the table stands among them.
    pub blocos: Vec<Bloco>,
    /// Rule m09: the table, once however often it stands in the text; `None` when no block is [`Bloco::Lista`].
    pub tabela: Option<Tabela>,
}

/// Puts one debtor's values in the text of a letter. Rules r11 and m09. Values are not escaped for anything: that is
/// for whoever knows what they are written into.
///
/// # Errors
/// When a coringa has no value (nothing but spaces and an empty list count as none).
pub fn render(corpo: &Texto, valores: &Valores) -> Result<CartaPronta, RenderError> {
    let blocos = blocks(corpo, valores)?;
    let tabela = blocos.contains(&Bloco::Lista).then(|| Tabela::new(valores));
    Ok(CartaPronta { blocos, tabela })
}
