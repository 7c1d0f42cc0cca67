//! What an account at SPC Brasil needs.

use serde::Deserialize;

use crate::config::{self, ConfigError};
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

impl ConfigSpc {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        config::url("url", &self.url)?;
        config::word("operador", &self.operador)?;
        // A colon would end the name in what Basic sends.
        if self.operador.contains(':') {
            return Err(ConfigError::Campo("operador"));
        }
        config::word("codigo_associado", &self.codigo_associado)?;
        let digitos = self.codigo_associado.bytes().all(|b| b.is_ascii_digit());
        if digitos { Ok(()) } else { Err(ConfigError::Campo("codigo_associado")) }
    }
}
