//! Percentages, exact to six decimals.

use serde::{Deserialize, Serialize};
use std::fmt;
use thiserror::Error;

/// Decimals that are kept: as many as the taxa legal is published with.
const CASAS: usize = 6;

/// A percentage in millionths of one percent: `2.5` is 2,500,000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Taxa(i64);

/// Why a text is not a percentage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TaxaInvalida {
    /// Not digits, optionally followed by a dot and up to six decimals.
    #[error("percentual deve ter a forma 2.5, com até {CASAS} casas decimais")]
    Formato,
    /// Below zero, or above [`Taxa::MAX`].
    #[error("percentual deve ser de 0 a {}", Taxa::MAX)]
    Fora,
    /// A change of an index beyond what a month can bring.
    #[error("variação deve ficar entre -100 e 100")]
    VariacaoFora,
}

impl Taxa {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The highest: as much again as is owed.
    pub const MAX: Self = Self(100_000_000);
    /// What 100 % is in the unit of [`Taxa::get`].
    pub const INTEIRO: i64 = 100_000_000;

    /// A percentage that is already in millionths of one percent.
    #[must_use]
    pub const fn new(milionesimos: i64) -> Self {
        Self(milionesimos)
    }

    /// It in millionths of one percent.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Reads `2`, `2.5` or `0.033333`: from 0 to [`Taxa::MAX`].
    ///
    /// # Errors
    /// When the text has another form or is outside of that.
    pub fn parse(texto: &str) -> Result<Self, TaxaInvalida> {
        let taxa = Self::read(texto).ok_or(TaxaInvalida::Formato)?;
        if (Self::ZERO..=Self::MAX).contains(&taxa) { Ok(taxa) } else { Err(TaxaInvalida::Fora) }
    }

    /// Reads how an index changed in a month, which may be downwards: between -100 and 100.
    ///
    /// # Errors
    /// When the text has another form or is outside of that.
    pub fn parse_variacao(texto: &str) -> Result<Self, TaxaInvalida> {
        let taxa = Self::read(texto).ok_or(TaxaInvalida::Formato)?;
        if taxa.0.abs() < Self::INTEIRO { Ok(taxa) } else { Err(TaxaInvalida::VariacaoFora) }
    }

    fn read(texto: &str) -> Option<Self> {
        let (sinal, sem_sinal) = texto.strip_prefix('-').map_or((1, texto), |resto| (-1, resto));
        let (inteiros, decimais) = sem_sinal.split_once('.').unwrap_or((sem_sinal, "0"));
        let so_digitos =
            |parte: &str, max| (1..=max).contains(&parte.len()) && parte.bytes().all(|b| b.is_ascii_digit());
        // More digits than any percentage has are refused before they are counted.
        if !so_digitos(inteiros, 9) || !so_digitos(decimais, CASAS) {
            return None;
        }
        format!("{inteiros}{decimais:0<CASAS$}").parse::<i64>().ok().map(|n| Self(sinal * n))
    }
}

/// `2.00`, `0.033333`: two decimals at least, and no more than it has.
impl fmt::Display for Taxa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sinal = if self.0 < 0 { "-" } else { "" };
        let absoluto = self.0.unsigned_abs();
        let decimais = format!("{:06}", absoluto % 1_000_000);
        let usados = decimais.trim_end_matches('0');
        write!(f, "{sinal}{}.{usados:0<2}", absoluto / 1_000_000)
    }
}

impl TryFrom<String> for Taxa {
    type Error = TaxaInvalida;

    fn try_from(texto: String) -> Result<Self, TaxaInvalida> {
        Self::parse(&texto)
    }
}

impl From<Taxa> for String {
    fn from(taxa: Taxa) -> Self {
        taxa.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_displayed_reads_back(milionesimos in 0..=Taxa::MAX.get(), sobe: bool) {
            let taxa = Taxa::new(milionesimos);
            prop_assert_eq!(Taxa::parse(&taxa.to_string()), Ok(taxa));
            let variacao = Taxa::new(if sobe { milionesimos } else { -milionesimos } % Taxa::INTEIRO);
            prop_assert_eq!(Taxa::parse_variacao(&variacao.to_string()), Ok(variacao));
        }
    }

    #[test]
    fn a_percentage_has_one_form_and_limits() {
        for (texto, lida) in
            [("2", "2.00"), ("2.5", "2.50"), ("0.033333", "0.033333"), ("100", "100.00"), ("0", "0.00")]
        {
            assert_eq!(Taxa::parse(texto).unwrap().to_string(), lida);
        }
        for ruim in ["", "2,5", "2.", ".5", "1.0000001", "+1", "1e2", "2 ", "%", "9999999999", "--1"] {
            assert_eq!(Taxa::parse(ruim), Err(TaxaInvalida::Formato), "{ruim}");
        }
        assert_eq!(
            (Taxa::parse("100.000001"), Taxa::parse("-1")),
            (Err(TaxaInvalida::Fora), Err(TaxaInvalida::Fora))
        );
        assert_eq!(Taxa::parse_variacao("-0.62").unwrap().to_string(), "-0.62");
        assert_eq!(Taxa::parse_variacao("-100"), Err(TaxaInvalida::VariacaoFora));
    }
}
