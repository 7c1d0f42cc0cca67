//! Which provider, and what it needs. One variant for each: this is the list of providers.

use domain::sms::Perfil;
use serde::Deserialize;
use url::Url;

use super::generico::{ConfigHttp, Generico};
use super::infobip::{ConfigInfobip, Infobip};
use super::provedor::Provedor;
use super::twilio::{ConfigTwilio, Twilio};
use super::zenvia::{ConfigZenvia, Zenvia};
use crate::modelo::ModeloInvalido;
use crate::segredo::Segredo;

/// The shortest secret that receipts may be believed by.
const MIN_SEGREDO: usize = 16;

/// The longest value of a field.
const MAX_CAMPO: usize = 512;

/// The configuration of an account, by `provedor`. `Debug` shows no secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "provedor", rename_all = "snake_case")]
pub enum Config {
    /// Zenvia, API v2.
    Zenvia(ConfigZenvia),
    /// Twilio, Programmable Messaging.
    Twilio(ConfigTwilio),
    /// Infobip, SMS API v3.
    Infobip(ConfigInfobip),
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
            Self::Zenvia(config) => Box::new(Zenvia::new(config)?),
            Self::Twilio(config) => Box::new(Twilio::new(config)?),
            Self::Infobip(config) => Box::new(Infobip::new(config)?),
            Self::Http(config) => Box::new(Generico::new(*config)?),
        })
    }
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A field is empty, too long, or would break a header.
    #[error("configuração de SMS: campo '{0}' vazio ou inválido")]
    Campo(&'static str),
    /// Not an absolute http or https URL.
    #[error("configuração de SMS: '{0}' não é uma URL que possa ser chamada")]
    Url(&'static str),
    /// Too short to believe anybody by.
    #[error("configuração de SMS: o segredo dos recibos precisa de ao menos 16 caracteres")]
    Segredo,
    /// Two fields that exclude each other, or neither of them.
    #[error("configuração de SMS: informe '{0}' ou '{1}', e só um deles")]
    UmDeles(&'static str, &'static str),
    /// A variable that does not exist, or may not stand there.
    #[error("configuração de SMS: '{{{nome}}}' não pode ser usado em '{campo}'")]
    Variavel {
        /// Where.
        campo: &'static str,
        /// Which.
        nome: String,
    },
    /// The body is not a template of its format.
    #[error("configuração de SMS: o corpo não está no formato informado")]
    Corpo,
    /// A JSON pointer begins with a slash, or is empty.
    #[error("configuração de SMS: '{0}' não é um ponteiro JSON")]
    Ponteiro(&'static str),
    /// Sizes of segments that no text could fit in.
    #[error("configuração de SMS: tamanhos de segmento inválidos")]
    Segmentos,
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

/// A secret of receipts, when there is one.
pub(super) fn secret(segredo: Option<&Segredo>) -> Result<(), ConfigError> {
    let Some(segredo) = segredo else { return Ok(()) };
    word("segredo", segredo.expose())?;
    if segredo.expose().len() < MIN_SEGREDO { Err(ConfigError::Segredo) } else { Ok(()) }
}

/// A profile with the most segments that the account takes.
pub(super) fn profile(perfil: Perfil, max_segmentos: Option<u8>) -> Perfil {
    Perfil { max_segmentos: max_segmentos.unwrap_or(perfil.max_segmentos).max(1), ..perfil }
}

/// Whether texts are transliterated unless the account says otherwise: an accent makes 70 characters of 160.
pub(super) fn yes() -> bool {
    true
}
