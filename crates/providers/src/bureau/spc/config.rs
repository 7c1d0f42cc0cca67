//! What an account at SPC Brasil needs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use url::Url;

use crate::segredo::Segredo;

/// An account. `Debug` shows no secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigSpc {
    /// The address of the service.
    pub url: String,
    /// The operator.
    pub operador: String,
    /// His password.
    pub senha: Segredo,
    /// The code of the associate.
    pub codigo_associado: String,
    /// The nature of its debts, by the service's list.
    pub natureza: u32,
    /// The reason of an exclusion, by the service's list.
    pub motivo_exclusao: u32,
}

/// A configuration that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigSpcError {
    /// A field is empty or of other characters.
    #[error("configuração do SPC: campo '{0}' vazio ou inválido")]
    Campo(&'static str),
    /// Not an absolute URL.
    #[error("configuração do SPC: 'url' não é uma URL que possa ser chamada")]
    Url,
}

impl ConfigSpc {
    pub(super) fn check(&self) -> Result<(), ConfigSpcError> {
        let url = Url::parse(&self.url).map_err(|_fora| ConfigSpcError::Url)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || url.password().is_some() {
            return Err(ConfigSpcError::Url);
        }
        // A colon would end the name in what Basic sends.
        let operador =
            !self.operador.is_empty() && self.operador.bytes().all(|b| b.is_ascii_graphic() && b != b':');
        if !operador {
            return Err(ConfigSpcError::Campo("operador"));
        }
        let associado =
            !self.codigo_associado.is_empty() && self.codigo_associado.bytes().all(|b| b.is_ascii_digit());
        if associado { Ok(()) } else { Err(ConfigSpcError::Campo("codigo_associado")) }
    }

    pub(super) fn basic(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.operador, self.senha.expose())))
    }
}
