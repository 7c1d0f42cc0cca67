//! Which provider, and what it needs. One variant for each: this is the list of providers.

use domain::sms::Perfil;
use serde::Deserialize;

use super::generico::{ConfigHttp, Generico};
use super::infobip::{ConfigInfobip, Infobip};
use super::provedor::Provedor;
use super::twilio::{ConfigTwilio, Twilio};
use super::zenvia::{ConfigZenvia, Zenvia};
use crate::config::ConfigError;

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

/// A profile with the most segments that the account takes.
pub(super) fn profile(perfil: Perfil, max_segmentos: Option<u8>) -> Perfil {
    Perfil { max_segmentos: max_segmentos.unwrap_or(perfil.max_segmentos).max(1), ..perfil }
}

/// Whether texts are transliterated unless the account says otherwise: an accent makes 70 characters of 160.
pub(super) fn yes() -> bool {
    true
}
