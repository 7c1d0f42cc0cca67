//! Which provider, and what it needs. One variant for each: this is the list of providers.

use domain::dinheiro::Centavos;
use serde::Deserialize;
use url::Url;

use super::assertiva::{Assertiva, ConfigAssertiva};
use super::bigdatacorp::{BigDataCorp, ConfigBigDataCorp};
use super::generico::{ConfigHttp, Generico};
use super::provedor::Provedor;
use crate::modelo::ModeloInvalido;
use crate::segredo::Segredo;

/// The shortest secret that answers may be believed by.
const MIN_SEGREDO: usize = 16;

/// The longest value of a field.
const MAX_CAMPO: usize = 512;

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

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A field is empty, too long, or would break a header.
    #[error("configuração de enriquecimento: campo '{0}' vazio ou inválido")]
    Campo(&'static str),
    /// Not an absolute http or https URL.
    #[error("configuração de enriquecimento: '{0}' não é uma URL que possa ser chamada")]
    Url(&'static str),
    /// Too short to believe anybody by.
    #[error("configuração de enriquecimento: o segredo dos retornos precisa de ao menos 16 caracteres")]
    Segredo,
    /// A variable that does not exist, or may not stand there.
    #[error("configuração de enriquecimento: '{{{nome}}}' não pode ser usado em '{campo}'")]
    Variavel {
        /// Where.
        campo: &'static str,
        /// Which.
        nome: String,
    },
    /// The body is not a template of its format.
    #[error("configuração de enriquecimento: o corpo não está no formato informado")]
    Corpo,
    /// A JSON pointer begins with a slash, or is empty.
    #[error("configuração de enriquecimento: '{0}' não é um ponteiro JSON")]
    Ponteiro(&'static str),
}

impl From<ModeloInvalido> for ConfigError {
    fn from(invalido: ModeloInvalido) -> Self {
        match invalido {
            ModeloInvalido::Variavel { campo, nome } => Self::Variavel { campo, nome },
            ModeloInvalido::Corpo => Self::Corpo,
        }
    }
}

/// A word that goes into a header: printable ASCII, and there is one.
pub(super) fn word(campo: &'static str, texto: &str) -> Result<(), ConfigError> {
    let serve = !texto.is_empty() && texto.len() <= MAX_CAMPO && texto.bytes().all(|b| b.is_ascii_graphic());
    if serve { Ok(()) } else { Err(ConfigError::Campo(campo)) }
}

/// An absolute URL without a password in it.
pub(super) fn url(campo: &'static str, texto: &str) -> Result<(), ConfigError> {
    let url = Url::parse(texto).map_err(|_fora| ConfigError::Url(campo))?;
    let serve = matches!(url.scheme(), "http" | "https") && url.has_host() && url.password().is_none();
    if serve && url.fragment().is_none() { Ok(()) } else { Err(ConfigError::Url(campo)) }
}

/// A secret that answers are believed by.
pub(super) fn secret(segredo: &Segredo) -> Result<(), ConfigError> {
    word("segredo", segredo.expose())?;
    if segredo.expose().len() < MIN_SEGREDO { Err(ConfigError::Segredo) } else { Ok(()) }
}
