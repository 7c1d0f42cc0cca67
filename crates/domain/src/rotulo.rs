//! A class that a company gave to a debtor or a título: category, kind of business, kind of título.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// The longest label that is kept, in characters.
pub const MAX_ROTULO: usize = 60;

/// A label, from 1 to [`MAX_ROTULO`] characters without spaces around it. Two labels are the same when they are
/// written the same: `VIP` is not `Vip`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rotulo(Box<str>);

/// A text that is no label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("deve ter de 1 a {MAX_ROTULO} caracteres")]
pub struct RotuloInvalido;

impl Rotulo {
    /// Reads a label; spaces around it are dropped.
    ///
    /// # Errors
    /// When nothing is left, or it is too long.
    pub fn parse(texto: &str) -> Result<Self, RotuloInvalido> {
        let texto = texto.trim();
        let cabe = !texto.is_empty() && texto.chars().count() <= MAX_ROTULO;
        if cabe { Ok(Self(texto.into())) } else { Err(RotuloInvalido) }
    }

    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Rotulo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Rotulo {
    type Error = RotuloInvalido;

    fn try_from(texto: String) -> Result<Self, RotuloInvalido> {
        Self::parse(&texto)
    }
}

impl From<Rotulo> for String {
    fn from(rotulo: Rotulo) -> Self {
        rotulo.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_trimmed_and_bounded() {
        assert_eq!(Rotulo::parse("  Varejo ").map(|rotulo| rotulo.to_string()), Ok("Varejo".to_owned()));
        assert_eq!(Rotulo::parse(&"é".repeat(MAX_ROTULO)).map(|rotulo| rotulo.as_str().len()), Ok(120));
        for texto in ["", "   ", &"x".repeat(MAX_ROTULO + 1)] {
            assert_eq!(Rotulo::parse(texto), Err(RotuloInvalido));
        }
    }
}
