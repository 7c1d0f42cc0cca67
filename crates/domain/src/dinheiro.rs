//! Money, in whole centavos.

use std::fmt;
use std::iter::Sum;
use thiserror::Error;

/// The largest amount accepted from outside: R$ 9.999.999.999,99, ten digits and two decimals (the width of a
/// Pix amount).
pub const LIMITE: Centavos = Centavos(999_999_999_999);

/// Digits of the whole part of [`LIMITE`].
const DIGITOS_INTEIROS: usize = 10;

/// An amount of reais in centavos. `Display` is the API's spelling (`1234.56`), [`Centavos::reais`] the
/// reader's (`R$ 1.234,56`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Centavos(i64);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DinheiroError {
    /// Not digits, optionally followed by a dot and one or two decimals.
    #[error("valor deve ter a forma 1234.56")]
    Formato,
    /// Starts with a minus sign.
    #[error("valor não pode ser negativo")]
    Negativo,
    /// More than two decimals: rounding somebody's debt is not ours to do.
    #[error("valor deve ter no máximo duas casas decimais")]
    CasasDemais,
    /// More than [`LIMITE`].
    #[error("valor acima do limite de 9999999999.99")]
    AcimaDoLimite,
}

impl Centavos {
    /// Nothing owed.
    pub const ZERO: Self = Self(0);

    /// An amount that is already in centavos.
    #[must_use]
    pub const fn new(centavos: i64) -> Self {
        Self(centavos)
    }

    /// The amount in centavos.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Reads `1234.56`, `1234.5` or `1234`: ASCII digits, a dot, no sign, no thousands separator.
    ///
    /// # Errors
    /// When the text has another form, is negative, has more than two decimals or is above [`LIMITE`].
    pub fn parse(texto: &str) -> Result<Self, DinheiroError> {
        if texto.starts_with('-') {
            return Err(DinheiroError::Negativo);
        }
        let (inteiros, decimais) = match texto.split_once('.') {
            None => (texto, "00"),
            Some((_, "")) => return Err(DinheiroError::Formato),
            Some(partes) => partes,
        };
        let so_digitos = |parte: &str| !parte.is_empty() && parte.bytes().all(|b| b.is_ascii_digit());
        if !so_digitos(inteiros) || !so_digitos(decimais) {
            return Err(DinheiroError::Formato);
        }
        if decimais.len() > 2 {
            return Err(DinheiroError::CasasDemais);
        }
        if inteiros.trim_start_matches('0').len() > DIGITOS_INTEIROS {
            return Err(DinheiroError::AcimaDoLimite);
        }
        Ok(Self(
            format!("{inteiros}{decimais:0<2}").bytes().fold(0, |total, b| total * 10 + i64::from(b - b'0')),
        ))
    }

    /// `R$ 1.234,56`, for what a debtor reads.
    #[must_use]
    pub fn reais(self) -> String {
        let (sinal, inteiros, decimais) = self.partes();
        let digitos = inteiros.to_string();
        let mut agrupados = String::with_capacity(digitos.len() + digitos.len() / 3);
        for (i, digito) in digitos.chars().enumerate() {
            if i > 0 && (digitos.len() - i).is_multiple_of(3) {
                agrupados.push('.');
            }
            agrupados.push(digito);
        }
        format!("{sinal}R$ {agrupados},{decimais:02}")
    }

    /// The sum, or `None` when it does not fit.
    #[must_use]
    pub fn checked_add(self, outro: Self) -> Option<Self> {
        self.0.checked_add(outro.0).map(Self)
    }

    fn partes(self) -> (&'static str, u64, u64) {
        let sinal = if self.0 < 0 { "-" } else { "" };
        let absoluto = self.0.unsigned_abs();
        (sinal, absoluto / 100, absoluto % 100)
    }
}

impl fmt::Display for Centavos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sinal, inteiros, decimais) = self.partes();
        write!(f, "{sinal}{inteiros}.{decimais:02}")
    }
}

/// Saturates: a total of balances is shown, never booked, and must not stop a night.
impl Sum for Centavos {
    fn sum<I: Iterator<Item = Self>>(parcelas: I) -> Self {
        parcelas.fold(Self::ZERO, |total, parcela| Self(total.0.saturating_add(parcela.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_displayed_reads_back(centavos in 0..=LIMITE.get()) {
            let valor = Centavos::new(centavos);
            prop_assert_eq!(Centavos::parse(&valor.to_string()), Ok(valor));
        }

        #[test]
        fn the_readers_spelling_has_the_same_digits(centavos in 0..=LIMITE.get()) {
            let valor = Centavos::new(centavos);
            let digitos = |texto: String| texto.chars().filter(char::is_ascii_digit).collect::<String>();
            prop_assert_eq!(digitos(valor.reais()), digitos(valor.to_string()));
        }

        #[test]
        fn any_text_gets_an_answer(texto in ".*") {
            if let Ok(valor) = Centavos::parse(&texto) {
                prop_assert!((Centavos::ZERO..=LIMITE).contains(&valor));
            }
        }
    }

    #[test]
    fn accepts_none_one_or_two_decimals() {
        for (texto, centavos) in
            [("1234.56", 123_456), ("1234.5", 123_450), ("1234", 123_400), ("0.07", 7), ("0007.1", 710)]
        {
            assert_eq!(Centavos::parse(texto), Ok(Centavos::new(centavos)), "{texto}");
        }
        assert_eq!(Centavos::parse("9999999999.99"), Ok(LIMITE));
        assert_eq!(Centavos::parse("0000000000000009999999999.99"), Ok(LIMITE));
    }

    #[test]
    fn refuses_and_says_why() {
        use DinheiroError::{AcimaDoLimite, CasasDemais, Formato, Negativo};
        for (texto, erro) in [
            ("", Formato),
            (".5", Formato),
            ("5.", Formato),
            ("+5", Formato),
            ("1.234,56", Formato),
            ("1,5", Formato),
            (" 5", Formato),
            ("5.5.5", Formato),
            ("١", Formato),
            ("1e3", Formato),
            ("-1.00", Negativo),
            ("-0", Negativo),
            ("1.005", CasasDemais),
            ("10000000000.00", AcimaDoLimite),
        ] {
            assert_eq!(Centavos::parse(texto), Err(erro), "{texto}");
        }
    }

    #[test]
    fn groups_thousands_for_the_reader() {
        for (centavos, texto) in [
            (0, "R$ 0,00"),
            (5, "R$ 0,05"),
            (99_999, "R$ 999,99"),
            (123_456, "R$ 1.234,56"),
            (100_000_000, "R$ 1.000.000,00"),
            (-123_456, "-R$ 1.234,56"),
        ] {
            assert_eq!(Centavos::new(centavos).reais(), texto);
        }
        assert_eq!(Centavos::new(-5).to_string(), "-0.05");
    }

    #[test]
    fn a_sum_saturates_and_a_checked_one_tells() {
        let cheio = Centavos::new(i64::MAX);
        assert_eq!([cheio, Centavos::new(1)].into_iter().sum::<Centavos>(), cheio);
        assert_eq!(cheio.checked_add(Centavos::new(1)), None);
        assert_eq!(Centavos::new(2).checked_add(Centavos::new(3)), Some(Centavos::new(5)));
    }
}
