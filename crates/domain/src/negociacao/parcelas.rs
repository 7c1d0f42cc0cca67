//! Instalments: how a value is cut, with and without interest, and on which days the pieces fall due.

use crate::dinheiro::Centavos;
use crate::percentual::Percentual;
use chrono::{Months, NaiveDate};
use thiserror::Error;

/// The most instalments of one negotiation: ten years of them.
pub const MAX_PARCELAS: u16 = 120;

/// One, for factors that are kept with eighteen decimals.
const UM: i128 = 1_000_000_000_000_000_000;

/// Rule k10: `valor` in `n` instalments as equal as they can be, the last absorbing the cents. `None` when they would
/// not be at least a cent each, or are more than [`MAX_PARCELAS`].
#[must_use]
pub fn parcelar(valor: Centavos, n: u16) -> Option<Vec<Centavos>> {
    let cada = valor.get().checked_div(n.into()).filter(|cada| *cada > 0 && n <= MAX_PARCELAS)?;
    let ultima = valor.get() - cada * i64::from(n - 1);
    let iguais = std::iter::repeat_n(cada, usize::from(n - 1));
    Some(iguais.chain([ultima]).map(Centavos::new).collect())
}

/// As [`parcelar`], with interest on what is still owed each month (Price): equal instalments are worth together what
/// `n` exact ones would be.
#[must_use]
pub fn parcelar_com_juros(valor: Centavos, n: u16, ao_mes: Percentual) -> Option<Vec<Centavos>> {
    if ao_mes == Percentual::ZERO || n == 0 || n > MAX_PARCELAS {
        return parcelar(valor, n);
    }
    let taxa = i128::from(ao_mes.centesimos()) * UM / 10_000;
    let fator = (0..n).fold(UM, |fator, _| fator * UM / (UM + taxa));
    let total = half_up(i128::from(valor.get()) * taxa * i128::from(n), UM - fator);
    parcelar(Centavos::new(i64::try_from(total).ok()?), n)
}

fn half_up(numerador: i128, denominador: i128) -> i128 {
    (2 * numerador + denominador).div_euclid(2 * denominador)
}

/// `primeiro` and the same day of each month after it; in a month without that day, its last one.
#[must_use]
pub fn vencimentos(primeiro: NaiveDate, n: u16) -> Vec<NaiveDate> {
    (0..n).map_while(|mes| primeiro.checked_add_months(Months::new(mes.into()))).collect()
}

/// One instalment, as it is agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parcela {
    /// Its due date.
    pub vencimento: NaiveDate,
    /// Its value, positive.
    pub valor: Centavos,
}

/// The instalments of a negotiation: they fall due one after the other and sum to the agreed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcelas(Vec<Parcela>);

/// Why instalments are no agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ParcelasInvalidas {
    /// None, or too many.
    #[error("deve ter de 1 a {MAX_PARCELAS} parcelas")]
    Quantidade,
    /// One is worth nothing.
    #[error("toda parcela deve ser maior que zero")]
    Valor,
    /// Two fall due together, or in the wrong order: no one would be the first.
    #[error("cada parcela deve vencer depois da anterior")]
    Ordem,
    /// They are not worth what was agreed.
    #[error("as parcelas somam {soma} e o valor acordado é {acordado}")]
    Soma {
        /// What they sum to.
        soma: Centavos,
        /// What was agreed.
        acordado: Centavos,
    },
}

impl Parcelas {
    /// Rule k10.
    ///
    /// # Errors
    /// The first of [`ParcelasInvalidas`] that applies.
    pub fn new(acordado: Centavos, parcelas: Vec<Parcela>) -> Result<Self, ParcelasInvalidas> {
        if parcelas.is_empty() || parcelas.len() > usize::from(MAX_PARCELAS) {
            return Err(ParcelasInvalidas::Quantidade);
        }
        if parcelas.iter().any(|parcela| parcela.valor.get() <= 0) {
            return Err(ParcelasInvalidas::Valor);
        }
        if !parcelas.is_sorted_by(|uma, outra| uma.vencimento < outra.vencimento) {
            return Err(ParcelasInvalidas::Ordem);
        }
        let soma: Centavos = parcelas.iter().map(|parcela| parcela.valor).sum();
        if soma != acordado {
            return Err(ParcelasInvalidas::Soma { soma, acordado });
        }
        Ok(Self(parcelas))
    }

    /// Them, in the order in which they fall due.
    #[must_use]
    pub fn as_slice(&self) -> &[Parcela] {
        &self.0
    }

    /// What was agreed.
    #[must_use]
    pub fn valor(&self) -> Centavos {
        self.0.iter().map(|parcela| parcela.valor).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn dia(texto: &str) -> NaiveDate {
        texto.parse().unwrap()
    }

    fn parcelas(linhas: &[(&str, i64)]) -> Vec<Parcela> {
        linhas
            .iter()
            .map(|(em, valor)| Parcela { vencimento: dia(em), valor: Centavos::new(*valor) })
            .collect()
    }

    fn price(valor: i64, n: u16, ao_mes: &str) -> Option<Vec<i64>> {
        let cada = parcelar_com_juros(Centavos::new(valor), n, Percentual::parse(ao_mes).unwrap())?;
        Some(cada.into_iter().map(Centavos::get).collect())
    }

    proptest! {
        #[test]
        fn k10_instalments_sum_exactly_and_the_last_absorbs_the_cents(valor in 0..1_000_000_i64, n in 0..150_u16) {
            match parcelar(Centavos::new(valor), n) {
                Some(cada) => {
                    prop_assert_eq!(cada.len(), usize::from(n));
                    prop_assert_eq!(cada.iter().copied().sum::<Centavos>().get(), valor);
                    let (ultima, iguais) = cada.split_last().unwrap();
                    prop_assert!(iguais.iter().all(|parcela| *parcela == cada[0] && parcela.get() > 0));
                    let sobra = ultima.get() - cada[0].get();
                    prop_assert!(0 <= sobra && sobra < i64::from(n), "{sobra}");
                }
                None => prop_assert!(n == 0 || n > MAX_PARCELAS || valor < i64::from(n)),
            }
        }

        /// Each discounted to the first day, they are worth the debt.
        #[test]
        fn k10_with_interest_they_are_worth_the_debt(
            valor in 1_000..=1_000_000_000_000_i64, n in 1..=MAX_PARCELAS, centesimos in 0..=10_000_u16,
        ) {
            let ao_mes = Percentual::new(centesimos).unwrap();
            let cada = parcelar_com_juros(Centavos::new(valor), n, ao_mes).unwrap();
            prop_assert_eq!(cada.len(), usize::from(n));
            let (mut fator, mut presente) = (UM, 0);
            for parcela in &cada {
                fator = fator * 10_000 / (10_000 + i128::from(centesimos));
                presente += i128::from(parcela.get()) * fator / 1_000_000;
            }
            let erro = presente / 1_000_000_000_000 - i128::from(valor);
            prop_assert!(erro.abs() <= i128::from(n), "{erro}");
            let soma = cada.iter().copied().sum::<Centavos>().get();
            prop_assert!(valor <= soma);
        }
    }

    #[test]
    fn k10_with_interest_it_is_what_the_table_says() {
        assert_eq!(price(100_000, 12, "2"), Some(vec![9_456; 12]));
        assert_eq!(price(100_000, 1, "2"), Some(vec![102_000]));
        assert_eq!(price(100_000, 2, "10"), Some(vec![57_619, 57_619]));
        assert_eq!(price(100_000, 3, "0"), Some(vec![33_333, 33_333, 33_334]));
        assert_eq!((price(1, 12, "2"), price(100, 0, "2"), price(100_000, 121, "2")), (None, None, None));
    }

    #[test]
    fn k10_what_does_not_sum_to_the_agreed_value_is_no_agreement() {
        let acordado = Centavos::new(100);
        let linhas = |linhas: &[(&str, i64)]| Parcelas::new(acordado, parcelas(linhas));
        let boas = linhas(&[("2026-03-10", 33), ("2026-04-10", 33), ("2026-05-10", 34)]).unwrap();
        assert_eq!((boas.valor(), boas.as_slice().len()), (acordado, 3));
        for (ruins, porque) in [
            (&[][..], ParcelasInvalidas::Quantidade),
            (&[("2026-03-10", 100), ("2026-04-10", 0)], ParcelasInvalidas::Valor),
            (&[("2026-03-10", 50), ("2026-03-10", 50)], ParcelasInvalidas::Ordem),
            (&[("2026-04-10", 50), ("2026-03-10", 50)], ParcelasInvalidas::Ordem),
            (&[("2026-03-10", 99)], ParcelasInvalidas::Soma { soma: Centavos::new(99), acordado }),
            (&[("2026-03-10", 101)], ParcelasInvalidas::Soma { soma: Centavos::new(101), acordado }),
        ] {
            assert_eq!(linhas(ruins), Err(porque), "{ruins:?}");
        }
        let muitas: Vec<_> = dia("2026-01-01")
            .iter_days()
            .take(121)
            .map(|vencimento| Parcela { vencimento, valor: Centavos::new(1) })
            .collect();
        assert_eq!(Parcelas::new(Centavos::new(121), muitas), Err(ParcelasInvalidas::Quantidade));
    }

    #[test]
    fn months_go_on_from_the_first_day_and_a_short_one_ends_on_its_last() {
        let datas = vencimentos(dia("2027-12-31"), 4);
        assert_eq!(datas, ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31"].map(dia));
        assert!(vencimentos(dia("2026-03-10"), 0).is_empty());
    }
}
