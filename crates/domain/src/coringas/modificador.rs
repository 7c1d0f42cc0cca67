//! What may follow the name of a coringa: a closed grammar, read from left to right.

use std::fmt;

use thiserror::Error;

use super::Tipo;

/// The most lines of a list, or characters of a text, that `max` keeps.
pub const MAX_CORTE: u16 = 500;
/// The longest text of `padrao`, in characters.
pub const MAX_PADRAO: usize = 200;

/// A change to the value of a coringa.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Modificador {
    /// In capitals.
    Maiusculo,
    /// Without capitals.
    Minusculo,
    /// With a capital in each word, as names have.
    Capitalizado,
    /// In words: an amount, a count or a day.
    Extenso,
    /// At most so many lines of a list, or characters of a text.
    Max(u16),
    /// What stands there when there is no value. It may be empty.
    Padrao(String),
}

/// Why what follows a name is no modifier, or not one of this coringa.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ModificadorInvalido {
    /// There is none of this name.
    #[error("não existe; há maiusculo, minusculo, capitalizado, extenso, max=n e padrao=texto")]
    Desconhecido,
    /// It says more than its name, and has nothing more to say.
    #[error("não leva valor")]
    SemValor,
    /// `max` without a number that it can be.
    #[error("precisa de um número de 1 a {MAX_CORTE}, como max=5")]
    Max,
    /// `padrao` without a text, or with too long a one.
    #[error("precisa de um texto de até {MAX_PADRAO} caracteres, como padrao=cliente")]
    Padrao,
    /// What there is at that place has no such form.
    #[error("não se aplica a um valor do tipo {0}")]
    NaoSeAplica(Tipo),
    /// It stands there already.
    #[error("está repetido")]
    Repetido,
}

impl Modificador {
    /// Reads one, as it stands between two `|`.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(texto: &str) -> Result<Self, ModificadorInvalido> {
        let (nome, valor) = texto.split_once('=').map_or((texto, None), |(nome, valor)| (nome, Some(valor)));
        match (nome, valor) {
            ("maiusculo", None) => Ok(Self::Maiusculo),
            ("minusculo", None) => Ok(Self::Minusculo),
            ("capitalizado", None) => Ok(Self::Capitalizado),
            ("extenso", None) => Ok(Self::Extenso),
            ("max", valor) => valor.and_then(limit).map(Self::Max).ok_or(ModificadorInvalido::Max),
            ("padrao", valor) => {
                let cabe = |valor: &&str| valor.chars().count() <= MAX_PADRAO;
                let padrao = valor.filter(cabe).ok_or(ModificadorInvalido::Padrao)?;
                Ok(Self::Padrao(padrao.to_owned()))
            }
            ("maiusculo" | "minusculo" | "capitalizado" | "extenso", Some(_)) => {
                Err(ModificadorInvalido::SemValor)
            }
            (_, _) => Err(ModificadorInvalido::Desconhecido),
        }
    }

    /// The names of those that fit a value of this type as it comes.
    pub fn of(tipo: Tipo) -> impl Iterator<Item = &'static str> {
        let todos = [
            ("maiusculo", Self::Maiusculo),
            ("minusculo", Self::Minusculo),
            ("capitalizado", Self::Capitalizado),
            ("extenso", Self::Extenso),
            ("max", Self::Max(1)),
            ("padrao", Self::Padrao(String::new())),
        ];
        todos.into_iter().filter(move |(_, um)| um.depois_de(tipo).is_ok()).map(|(nome, _)| nome)
    }

    /// What a value of this type is after it.
    ///
    /// # Errors
    /// When it does not fit.
    pub(super) fn depois_de(&self, tipo: Tipo) -> Result<Tipo, ModificadorInvalido> {
        match (self, tipo) {
            (Self::Maiusculo | Self::Minusculo | Self::Capitalizado | Self::Max(_), Tipo::Texto)
            | (Self::Extenso, Tipo::Data | Tipo::Dinheiro | Tipo::Inteiro)
            | (Self::Padrao(_), Tipo::Texto | Tipo::Data | Tipo::Dinheiro | Tipo::Inteiro) => Ok(Tipo::Texto),
            (Self::Max(_), Tipo::Lista) => Ok(Tipo::Lista),
            (Self::Padrao(_), Tipo::Codigo) => Ok(Tipo::Codigo),
            (_, tipo) => Err(ModificadorInvalido::NaoSeAplica(tipo)),
        }
    }

    /// Whether both are the same one, whatever their values.
    pub(super) fn same_as(&self, outro: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(outro)
    }
}

/// As it is written.
impl fmt::Display for Modificador {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Maiusculo => f.write_str("maiusculo"),
            Self::Minusculo => f.write_str("minusculo"),
            Self::Capitalizado => f.write_str("capitalizado"),
            Self::Extenso => f.write_str("extenso"),
            Self::Max(quantos) => write!(f, "max={quantos}"),
            Self::Padrao(texto) => write!(f, "padrao={texto}"),
        }
    }
}

/// One spelling for each number: what is read is written again as it was.
fn limit(texto: &str) -> Option<u16> {
    let escrito = texto.bytes().all(|b| b.is_ascii_digit()) && !texto.starts_with('0');
    texto.parse().ok().filter(|quantos| escrito && (1..=MAX_CORTE).contains(quantos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r11_each_is_written_as_it_is_read() {
        for texto in [
            "maiusculo",
            "minusculo",
            "capitalizado",
            "extenso",
            "max=1",
            "max=500",
            "padrao=",
            "padrao=a = b",
        ] {
            assert_eq!(Modificador::parse(texto).unwrap().to_string(), texto);
        }
    }

    #[test]
    fn r11_each_type_has_its_own() {
        let of = |tipo| Modificador::of(tipo).collect::<Vec<_>>().join(" ");
        assert_eq!(of(Tipo::Texto), "maiusculo minusculo capitalizado max padrao");
        assert_eq!([of(Tipo::Data), of(Tipo::Dinheiro), of(Tipo::Inteiro)], ["extenso padrao"; 3]);
        assert_eq!((of(Tipo::Codigo), of(Tipo::Lista)), ("padrao".to_owned(), "max".to_owned()));
    }

    #[test]
    fn r11_anything_else_is_none() {
        use ModificadorInvalido::{Desconhecido, Max, Padrao, SemValor};
        for (texto, porque) in [
            ("", Desconhecido),
            ("=", Desconhecido),
            ("Maiusculo", Desconhecido),
            ("maiúsculo", Desconhecido),
            (" extenso", Desconhecido),
            ("html", Desconhecido),
            ("maiusculo=1", SemValor),
            ("extenso=", SemValor),
            ("max", Max),
            ("max=", Max),
            ("max=0", Max),
            ("max=05", Max),
            ("max=+5", Max),
            ("max=501", Max),
            ("max=99999999999999999999", Max),
            ("max=cinco", Max),
            ("padrao", Padrao),
        ] {
            assert_eq!(Modificador::parse(texto), Err(porque), "{texto}");
        }
        assert_eq!(Modificador::parse(&format!("padrao={}", "é".repeat(201))), Err(Padrao));
        assert!(Modificador::parse(&format!("padrao={}", "é".repeat(200))).is_ok());
    }
}
