//! How a bureau is described.

use std::collections::BTreeMap;

use serde::Deserialize;

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
    #[serde(default = "post")]
    pub metodo: Metodo,
    /// Where, with variables.
    pub url: String,
    /// What, in JSON with variables in its texts.
    #[serde(default)]
    pub corpo: Option<String>,
}

fn post() -> Metodo {
    Metodo::Post
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

/// A description that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigBureauHttpError {
    /// A variable that does not exist, or a body that is no JSON.
    #[error("configuração do bureau: o modelo de '{0}' não pode ser usado")]
    Modelo(&'static str),
    /// Not a URL that may be called whatever the values are.
    #[error("configuração do bureau: a url de '{0}' não pode ser chamada")]
    Url(&'static str),
    /// It would not say whose debt, or which.
    #[error("configuração do bureau: '{campo}' não usa '{{{nome}}}'")]
    Falta {
        /// Where.
        campo: &'static str,
        /// Which.
        nome: &'static str,
    },
    /// A header that cannot be sent.
    #[error("configuração do bureau: um cabeçalho não pode ser enviado")]
    Cabecalho,
    /// A pointer begins with a slash, and something has to mean that it was done.
    #[error("configuração do bureau: '{0}' não diz como a resposta é lida")]
    Resposta(&'static str),
}

impl RespostaBureauHttp {
    pub(super) fn check(&self) -> Result<(), ConfigBureauHttpError> {
        let ponteiro = |texto: &str| texto.starts_with('/');
        if !ponteiro(&self.campo) || self.valores.is_empty() {
            return Err(ConfigBureauHttpError::Resposta("campo"));
        }
        if self.codigo.as_deref().is_some_and(|texto| !ponteiro(texto)) {
            return Err(ConfigBureauHttpError::Resposta("codigo"));
        }
        Ok(())
    }
}
