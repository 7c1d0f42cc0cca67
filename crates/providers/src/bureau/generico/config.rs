//! How a bureau is described.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::config::{ConfigError, pointers};
use crate::http::Metodo;
use crate::segredo::Segredo;

/// A bureau. `Debug` shows no secret.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigBureauHttp {
    /// Headers of each call.
    #[serde(default)]
    pub cabecalhos: BTreeMap<String, Segredo>,
    /// How to include.
    pub incluir: PedidoHttp,
    /// How to exclude.
    pub excluir: PedidoHttp,
    /// How to read the answer.
    pub resposta: RespostaBureauHttp,
}

/// A call.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PedidoHttp {
    /// The method.
    #[serde(default)]
    pub metodo: Metodo,
    /// Where, with variables.
    pub url: String,
    /// What, in JSON with variables in its texts.
    #[serde(default)]
    pub corpo: Option<String>,
}

/// An answer, by JSON pointers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RespostaBureauHttp {
    /// Where it says whether it was done.
    pub campo: String,
    /// What it says there when it was.
    pub valores: Vec<String>,
    /// Where its code is.
    #[serde(default)]
    pub codigo: Option<String>,
    /// Codes of an inclusion of what is there.
    #[serde(default)]
    pub existentes: Vec<String>,
    /// Codes of an exclusion of what is not there.
    #[serde(default)]
    pub inexistentes: Vec<String>,
    /// Codes of a refusal that comes with a good status.
    #[serde(default)]
    pub recusas: Vec<String>,
    /// Codes that say nothing of the debt: the account, the bureau.
    #[serde(default)]
    pub indisponiveis: Vec<String>,
}

impl RespostaBureauHttp {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        pointers([("resposta.campo", Some(&self.campo)), ("resposta.codigo", self.codigo.as_ref())])?;
        // Something has to mean that it was done.
        if self.campo.is_empty() {
            Err(ConfigError::Ponteiro("resposta.campo"))
        } else if self.valores.is_empty() {
            Err(ConfigError::Campo("resposta.valores"))
        } else {
            Ok(())
        }
    }
}
