//! A value that no log, message or Debug output shows.

use std::fmt;

use serde::Deserialize;

/// A password, or an address that carries one. Only [`Segredo::expor`] gives it away.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Segredo(String);

impl Segredo {
    /// Hides `valor`.
    #[must_use]
    pub fn new(valor: impl Into<String>) -> Self {
        Self(valor.into())
    }

    /// The value itself, for the one call that needs it.
    #[must_use]
    pub fn expor(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Segredo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[segredo]")
    }
}
