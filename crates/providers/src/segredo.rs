//! A word that only the other side may read.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use subtle::ConstantTimeEq;

/// A password, token or key. `Debug` shows nothing of it, and comparing takes as long wherever two differ.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Segredo(String);

impl Segredo {
    /// Keeps it; it is only ever given to the provider it belongs to.
    #[must_use]
    pub fn new(segredo: impl Into<String>) -> Self {
        Self(segredo.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// With the name that it belongs to, as HTTP Basic writes it.
    pub(crate) fn basic(&self, nome: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{nome}:{}", self.0)))
    }

    /// Whether this is what was offered.
    #[must_use]
    pub(crate) fn is(&self, oferecido: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(oferecido).into()
    }
}

impl fmt::Debug for Segredo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Segredo(***)")
    }
}
