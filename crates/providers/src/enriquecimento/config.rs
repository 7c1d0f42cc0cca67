//! Which provider, and what it needs. One variant for each: this is the list of providers.

use domain::dinheiro::Centavos;
use serde::Deserialize;

use super::assertiva::{Assertiva, ConfigAssertiva};
use super::bigdatacorp::{BigDataCorp, ConfigBigDataCorp};
use super::generico::{ConfigHttp, Generico};
use super::provedor::Provedor;
use crate::config::ConfigError;

/// The configuration of an account, by `provedor`. `Debug` shows no secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "provedor", rename_all = "snake_case")]
pub enum Config {
    /// Assertiva, Localize v3.
    Assertiva(ConfigAssertiva),
    /// `BigDataCorp`, Plataforma.
    Bigdatacorp(ConfigBigDataCorp),
    /// Any other, described here.
    Http(Box<ConfigHttp>),
}

impl Config {
    /// The provider, without anybody to call.
    ///
    /// # Errors
    /// When the configuration cannot be used; the error says which part.
    pub fn provider(self) -> Result<Box<dyn Provedor>, ConfigError> {
        Ok(match self {
            Self::Assertiva(config) => Box::new(Assertiva::new(config)?),
            Self::Bigdatacorp(config) => Box::new(BigDataCorp::new(config)?),
            Self::Http(config) => Box::new(Generico::new(*config)?),
        })
    }
}

/// What an answer costs, as the contract with the provider says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tarifa {
    /// One answer, in centavos.
    pub centavos: u32,
    /// Whether it costs the same that nothing is known.
    pub cobra_sem_achado: bool,
}

impl Tarifa {
    /// What one answer costs at most.
    #[must_use]
    pub fn preco(self) -> Centavos {
        Centavos::new(self.centavos.into())
    }
}
