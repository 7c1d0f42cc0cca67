//! What demands say of a creditor.

use diesel::QueryableByName;
use diesel::sql_types::{Nullable, Text};
use domain::endereco::Endereco;

use crate::StoreError;

/// What a demand says of whoever it is made for, beside name and document (CDC 42-A).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identificacao {
    /// Legal name, where it is not the name that debtors know.
    pub razao_social: Option<String>,
    /// Where it is.
    pub endereco: Option<Endereco>,
    /// Telephone, as it is to be read.
    pub telefone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Address on the web.
    pub site: Option<String>,
}

#[derive(Clone, QueryableByName)]
pub(super) struct LinhaIdentificacao {
    #[diesel(sql_type = Nullable<Text>)]
    razao_social: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    endereco: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    telefone: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    site: Option<String>,
}

impl LinhaIdentificacao {
    pub(super) fn read(&self) -> Result<Identificacao, StoreError> {
        let Self { razao_social, endereco, telefone, email, site } = self.clone();
        let endereco = endereco.as_deref().map(serde_json::from_str).transpose().ok();
        let endereco = endereco.ok_or(StoreError::Unknown("endereco"))?;
        Ok(Identificacao { razao_social, endereco, telefone, email, site })
    }
}

/// An address as it is stored. Texts, numbers and codes always serialize.
pub(super) fn write_endereco(endereco: &Endereco) -> String {
    serde_json::to_string(endereco).unwrap_or_default()
}
