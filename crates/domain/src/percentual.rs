//! Percentages that a company sets: of a discount, a fee, a monthly rate.

use crate::dinheiro::Centavos;
use std::fmt;
use thiserror::Error;

/// From 0.00 to 100.00 per cent, in hundredths of one. `Display` is the API's spelling (`2.50`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percentual(u16);

/// Why something is not a percentage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("deve ser um percentual de 0.00 a 100.00, com até duas casas")]
pub struct PercentualInvalido;

impl Percentual {
    /// Nothing of it.
    pub const ZERO: Self = Self(0);
    /// All of it.
    pub const TUDO: Self = Self(10_000);

    /// From hundredths of a per cent: 250 is 2.50 %.
    ///
    /// # Errors
    /// When it is more than everything.
    pub fn new(centesimos: u16) -> Result<Self, PercentualInvalido> {
        if centesimos <= Self::TUDO.0 { Ok(Self(centesimos)) } else { Err(PercentualInvalido) }
    }

    /// Reads `2`, `2.5` or `2.50`: an amount of money is written the same.
    ///
    /// # Errors
    /// When it has another form or is more than everything.
    pub fn parse(texto: &str) -> Result<Self, PercentualInvalido> {
        let centesimos = Centavos::parse(texto).ok().and_then(|lido| u16::try_from(lido.get()).ok());
        centesimos.ok_or(PercentualInvalido).and_then(Self::new)
    }

    /// In hundredths of a per cent.
    #[must_use]
    pub const fn centesimos(self) -> u16 {
        self.0
    }

    /// So much of `valor`, rounded down: a limit is never passed.
    #[must_use]
    pub fn de(self, valor: Centavos) -> Centavos {
        Centavos::new(self.parte(valor, 0))
    }

    /// So much of `valor`, rounded up: a minimum is always reached.
    #[must_use]
    pub fn ao_menos_de(self, valor: Centavos) -> Centavos {
        Centavos::new(self.parte(valor, i128::from(Self::TUDO.0) - 1))
    }

    fn parte(self, valor: Centavos, folga: i128) -> i64 {
        let partes = i128::from(valor.get()) * i128::from(self.0) + folga;
        // Never more than `valor` itself, so it always fits.
        i64::try_from(partes.div_euclid(i128::from(Self::TUDO.0))).unwrap_or(i64::MAX)
    }
}

impl fmt::Display for Percentual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_percentage_has_two_decimals_and_is_at_most_everything() {
        for (texto, lido) in [("0", "0.00"), ("2.5", "2.50"), ("100.00", "100.00"), ("007", "7.00")] {
            assert_eq!(Percentual::parse(texto).map(|p| p.to_string()), Ok(lido.to_owned()));
        }
        for ruim in ["", "-1", "100.01", "2,5", "1.005", "x", "1000", "65536.00"] {
            assert_eq!(Percentual::parse(ruim), Err(PercentualInvalido), "{ruim}");
        }
    }

    proptest! {
        #[test]
        fn a_limit_is_never_passed_and_a_minimum_always_reached(valor in 0..=i64::MAX, centesimos in 0..=10_000_u16) {
            let (percentual, todo) = (Percentual::new(centesimos).unwrap(), Centavos::new(valor));
            let exato = i128::from(valor) * i128::from(centesimos);
            let (teto, piso) = (percentual.de(todo).get(), percentual.ao_menos_de(todo).get());
            prop_assert!(i128::from(teto) * 10_000 <= exato && exato <= i128::from(piso) * 10_000);
            prop_assert!((0..=1).contains(&(piso - teto)) && piso <= valor);
        }
    }
}
