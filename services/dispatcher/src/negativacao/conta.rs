//! An account at PEFIN, as it is stored.

use domain::documento::Documento;
use providers::bureau::pefin::{Conta, ContaInvalida};
use serde::{Deserialize, Serialize};

/// As whom a remessa is sent. No secret is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ContaPefin {
    /// The CNPJ of whoever informs.
    pub(crate) documento: String,
    /// Its logon at the bureau.
    pub(crate) logon: String,
    /// The nature of its debts.
    pub(crate) natureza: String,
    /// With whom to speak.
    #[serde(default)]
    pub(crate) contato: Option<String>,
    /// Area code.
    #[serde(default)]
    pub(crate) ddd: Option<String>,
    /// Telephone.
    #[serde(default)]
    pub(crate) telefone: Option<String>,
    /// The place, by Embratel's code.
    #[serde(default)]
    pub(crate) praca: Option<String>,
    /// What tells several remessas of one participant apart.
    #[serde(default)]
    pub(crate) diferencial: Option<String>,
}

/// As it was stored; `None` of what this version cannot read.
pub(crate) fn read(json: &str) -> Option<ContaPefin> {
    serde_json::from_str(json).ok()
}

impl ContaPefin {
    /// As it is written in a header.
    pub(crate) fn conta(&self) -> Result<Conta, ContaInvalida> {
        let documento = Documento::parse(&self.documento).map_err(|_invalido| ContaInvalida::NaoECnpj)?;
        let ou_zero = |texto: &Option<String>| texto.clone().unwrap_or_else(|| "0".to_owned());
        Conta::new(&documento, &self.logon, &self.natureza)?
            .with_contact(
                self.contato.as_deref().unwrap_or_default(),
                &ou_zero(&self.ddd),
                &ou_zero(&self.telefone),
            )?
            .with_place(&ou_zero(&self.praca), self.diferencial.as_deref().unwrap_or_default())
    }

    /// Whose remessas the bureau counts in one row: the root of the CNPJ, and what tells several remessas of it apart.
    pub(crate) fn informante(&self) -> String {
        let raiz: String = self.documento.chars().take(8).collect();
        format!("{raiz}{}", self.diferencial.as_deref().unwrap_or_default())
    }

    /// As it is stored. Texts always serialize.
    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
