//! What the coringas of one message become.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use domain::coringas::Coringa;
use domain::dinheiro::Centavos;

/// One título in the list of a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Linha {
    /// Its number, as the company writes it.
    pub numero: String,
    /// Its due date.
    pub vencimento: NaiveDate,
    /// What is owed on it.
    pub valor: Centavos,
}

/// What a coringa becomes; written the Brazilian way.
#[derive(Clone, PartialEq, Eq)]
pub enum Valor {
    /// A name, a number of a título, any words: as given.
    Texto(String),
    /// `dd/mm/aaaa`.
    Data(NaiveDate),
    /// `R$ 1.234,56`.
    Dinheiro(Centavos),
    /// A count.
    Inteiro(u64),
    /// Rule m09: the títulos of the message, in the order in which they are shown.
    Lista(Vec<Linha>),
}

/// The values of one message. `Debug` shows which coringas have one, never the values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Valores(BTreeMap<Coringa, Valor>);

impl Valores {
    /// No values yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one more; a later value of the same coringa takes the place of the former.
    #[must_use]
    pub fn com(mut self, coringa: Coringa, valor: impl Into<Valor>) -> Self {
        self.set(coringa, valor);
        self
    }

    /// Gives a coringa its value.
    pub fn set(&mut self, coringa: Coringa, valor: impl Into<Valor>) {
        self.0.insert(coringa, valor.into());
    }

    /// Whether a coringa has a value that would be seen.
    #[must_use]
    pub fn has(&self, coringa: Coringa) -> bool {
        self.get(coringa).is_some_and(|valor| match valor {
            Valor::Lista(linhas) => !linhas.is_empty(),
            Valor::Texto(_) | Valor::Data(_) | Valor::Dinheiro(_) | Valor::Inteiro(_) => {
                valor.em_linha().is_some()
            }
        })
    }

    /// A value as it is read, on one line; a list has no such form.
    #[must_use]
    pub fn em_linha(&self, coringa: Coringa) -> Option<String> {
        self.get(coringa).and_then(Valor::em_linha)
    }

    pub(crate) fn get(&self, coringa: Coringa) -> Option<&Valor> {
        self.0.get(&coringa)
    }
}

impl fmt::Debug for Valores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys().map(|coringa| coringa.nome())).finish()
    }
}

impl Valor {
    /// On one line, without anything that could end it; `None` when nothing would be seen. A list has no such
    /// form.
    pub(crate) fn em_linha(&self) -> Option<String> {
        match self {
            Self::Texto(texto) => Some(one_line(texto)).filter(|texto| !texto.is_empty()),
            Self::Data(data) => Some(dd_mm_aaaa(*data)),
            Self::Dinheiro(valor) => Some(valor.reais()),
            Self::Inteiro(quantos) => Some(quantos.to_string()),
            Self::Lista(_) => None,
        }
    }
}

impl From<&str> for Valor {
    fn from(texto: &str) -> Self {
        Self::Texto(texto.to_owned())
    }
}

impl From<String> for Valor {
    fn from(texto: String) -> Self {
        Self::Texto(texto)
    }
}

impl From<NaiveDate> for Valor {
    fn from(data: NaiveDate) -> Self {
        Self::Data(data)
    }
}

impl From<Centavos> for Valor {
    fn from(valor: Centavos) -> Self {
        Self::Dinheiro(valor)
    }
}

impl From<u64> for Valor {
    fn from(quantos: u64) -> Self {
        Self::Inteiro(quantos)
    }
}

impl From<Vec<Linha>> for Valor {
    fn from(linhas: Vec<Linha>) -> Self {
        Self::Lista(linhas)
    }
}

/// The date as it is read in Brazil.
pub(crate) fn dd_mm_aaaa(data: NaiveDate) -> String {
    data.format("%d/%m/%Y").to_string()
}

/// Line breaks, tabs and other control characters, and runs of them and of spaces, become one space. A value
/// that brought a line break would otherwise bring a paragraph, and in a subject a header.
pub(crate) fn one_line(texto: &str) -> String {
    let separa = |c: char| c.is_whitespace() || c.is_control();
    texto.split(separa).filter(|parte| !parte.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_one_line_and_otherwise_as_given() {
        for (dado, esperado) in [
            ("Maria da Silva", Some("Maria da Silva")),
            ("  Maria\r\n\u{2028}da\t\u{0}Silva\u{85}", Some("Maria da Silva")),
            ("José Ção & Filhos <ME>", Some("José Ção & Filhos <ME>")),
            (" \n\u{0} ", None),
            ("", None),
        ] {
            assert_eq!(Valor::from(dado).em_linha().as_deref(), esperado, "{dado:?}");
        }
    }

    #[test]
    fn dates_and_money_are_written_the_brazilian_way() {
        let data = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        assert_eq!(Valor::from(data).em_linha().as_deref(), Some("02/03/2026"));
        assert_eq!(Valor::from(Centavos::new(123_456)).em_linha().as_deref(), Some("R$ 1.234,56"));
        assert_eq!(Valor::from(15_u64).em_linha().as_deref(), Some("15"));
    }

    #[test]
    fn debug_names_the_coringas_and_shows_no_value() {
        let valores = Valores::new().com(Coringa::Nome, "Maria da Silva").com(Coringa::QtdTitulos, 2_u64);
        assert_eq!(format!("{valores:?}"), r#"{"NOME", "QTD_TITULOS"}"#);
    }
}
