//! What a provider says of a person, in one form for all of them. Nothing in it is checked yet.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::codigo::codigos;

/// The most of a kind that is looked at: the best come first, and nobody has more that are worth a call.
pub const MAX_DITOS: usize = 50;

codigos! {
    /// Whose a contact is.
    pub enum Relacao("relacao") {
        /// The debtor's own.
        Proprio = "proprio",
        /// A relative's, a neighbour's, an employer's: whoever reads a message there is somebody else.
        Terceiro = "terceiro",
    }
}

/// What was found. Of each kind the best come first. An answer that is kept to be used again is the ways to reach somebody, and no more:
/// what else was said is decided when it comes in, or not at all. `Debug` shows how much there is, and nothing of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dados {
    /// Telephones.
    pub telefones: Vec<TelefoneDito>,
    /// E-mails.
    pub emails: Vec<EmailDito>,
    /// Addresses.
    pub enderecos: Vec<EnderecoDito>,
    /// Whether the person is said to have died.
    #[serde(skip)]
    pub obito: Option<bool>,
    /// What the Receita Federal has of the document, in the provider's words.
    #[serde(skip)]
    pub situacao_receita: Option<String>,
    /// A score of 0 to 1000.
    #[serde(skip)]
    pub score: Option<u16>,
}

/// A number, as it was said.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TelefoneDito {
    /// The number.
    pub numero: String,
    /// Whose.
    pub relacao: Relacao,
    /// Whether it has WhatsApp.
    #[serde(skip)]
    pub whatsapp: Option<bool>,
    /// When it was last seen to be the person's.
    #[serde(skip)]
    pub visto_em: Option<NaiveDate>,
}

/// An e-mail, as it was said.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailDito {
    /// The address.
    pub endereco: String,
    /// Whose.
    pub relacao: Relacao,
}

/// An address, as it was said.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EnderecoDito {
    /// Street.
    pub logradouro: Option<String>,
    /// House number.
    pub numero: Option<String>,
    /// Flat, block, floor.
    pub complemento: Option<String>,
    /// Quarter.
    pub bairro: Option<String>,
    /// Municipality.
    pub cidade: Option<String>,
    /// State.
    pub uf: Option<String>,
    /// Postal code.
    pub cep: Option<String>,
}

impl Dados {
    /// Whether nothing was said that anything follows from.
    #[must_use]
    pub fn vazios(&self) -> bool {
        let sem_meios = self.telefones.is_empty() && self.emails.is_empty() && self.enderecos.is_empty();
        sem_meios && self.score.is_none() && self.obito != Some(true)
    }

    /// No more of each kind than is looked at.
    #[must_use]
    pub fn limitados(mut self) -> Self {
        self.telefones.truncate(MAX_DITOS);
        self.emails.truncate(MAX_DITOS);
        self.enderecos.truncate(MAX_DITOS);
        self
    }
}

impl fmt::Debug for Dados {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { telefones, emails, enderecos, .. } = self;
        write!(f, "Dados({}, {}, {})", telefones.len(), emails.len(), enderecos.len())
    }
}

/// Nothing of a person stands in a log.
macro_rules! masked {
    ($($tipo:ident)+) => {$(
        impl fmt::Debug for $tipo {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($tipo), "(***)"))
            }
        }
    )+};
}

masked! { TelefoneDito EmailDito EnderecoDito }

#[cfg(test)]
mod tests {
    use super::*;

    fn telefone(numero: &str) -> TelefoneDito {
        let (relacao, whatsapp, visto_em) = (Relacao::Proprio, Some(true), None);
        TelefoneDito { numero: numero.to_owned(), relacao, whatsapp, visto_em }
    }

    #[test]
    fn debug_shows_how_much_there_is_and_nothing_of_it() {
        let dados = Dados { telefones: vec![telefone("11987654321")], score: Some(700), ..Dados::default() };
        assert_eq!(format!("{dados:?}"), "Dados(1, 0, 0)");
        assert!(!dados.vazios() && Dados::default().vazios());
        assert!(!Dados { obito: Some(true), ..Dados::default() }.vazios(), "that somebody died is an answer");
    }

    #[test]
    fn no_more_is_looked_at_than_fits() {
        let dados = Dados { telefones: vec![telefone("1"); 80], ..Dados::default() };
        assert_eq!(dados.limitados().telefones.len(), MAX_DITOS);
    }
}
