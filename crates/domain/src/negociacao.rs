//! Negotiations: instalments that replace títulos, and how a negotiation changes.

use crate::calendario::vencimento_efetivo;
use crate::codigo::codigos;
use crate::dinheiro::Centavos;
use crate::ids::TituloId;
use crate::regras::Regras;
use crate::titulo::{Mudanca, StatusTitulo};
use chrono::{Days, NaiveDate};
use thiserror::Error;

/// The most instalments of one negotiation: ten years of them.
pub const MAX_PARCELAS: u16 = 120;

codigos! {
    /// How a negotiation stands.
    pub enum EstadoNegociacao("estado") {
        /// Its first instalment was not paid yet.
        Aberta = "aberta",
        /// Its first instalment was paid in full (rule k03).
        Confirmada = "confirmada",
        /// Undone: the originals are open again (rule k06).
        Cancelada = "cancelada",
    }
}

/// Rule k10: `valor` in `n` instalments as equal as they can be, the last absorbing the cents. `None` when they would
/// not be at least a cent each, or are more than [`MAX_PARCELAS`].
#[must_use]
pub fn parcelar(valor: Centavos, n: u16) -> Option<Vec<Centavos>> {
    let cada = valor.get().checked_div(n.into()).filter(|cada| *cada > 0 && n <= MAX_PARCELAS)?;
    let ultima = valor.get() - cada * i64::from(n - 1);
    let iguais = std::iter::repeat_n(cada, usize::from(n - 1));
    Some(iguais.chain([ultima]).map(Centavos::new).collect())
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

/// Why a título may not enter a negotiation (rule k08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Impedimento {
    /// The company has no such título.
    #[error("não existe")]
    NaoExiste,
    /// It is not open.
    #[error("está {0}")]
    Status(StatusTitulo),
    /// It is owed by another debtor than the first one named.
    #[error("é de outro devedor")]
    OutroDevedor,
    /// It is an instalment of a negotiation that nobody confirmed, which is to be cancelled instead.
    #[error("é parcela de uma negociação não confirmada")]
    ParcelaNaoConfirmada,
}

/// The títulos that keep a negotiation from being made, each with what is in the way; empty when none was named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impedidos(pub Vec<(TituloId, Impedimento)>);

/// Rule k05: what was paid on it keeps a negotiation from being cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a negociação já tem parcela paga")]
pub struct ComPagamento;

/// Cancels a negotiation (rules k05, k06).
///
/// # Errors
/// When something of it was paid.
pub fn cancelar(
    estado: EstadoNegociacao,
    com_pagamento: bool,
) -> Result<Mudanca<EstadoNegociacao>, ComPagamento> {
    match estado {
        EstadoNegociacao::Cancelada => Ok(Mudanca::JaAplicada),
        EstadoNegociacao::Aberta if !com_pagamento => Ok(Mudanca::Aplicada(EstadoNegociacao::Cancelada)),
        EstadoNegociacao::Aberta | EstadoNegociacao::Confirmada => Err(ComPagamento),
    }
}

/// The latest due date that is overdue on `hoje` (rule n02): a título is overdue exactly when it is due then or before.
#[must_use]
pub fn vencidos_ate(hoje: NaiveDate, regras: &Regras) -> NaiveDate {
    let vencido = |dia: &NaiveDate| vencimento_efetivo(*dia, regras.vencimento_em_dia_util) < hoje;
    // The effective date never goes back when the due date goes on.
    std::iter::successors(hoje.pred_opt(), NaiveDate::pred_opt).find(vencido).unwrap_or(NaiveDate::MIN)
}

/// Rule k07: the latest first due date of a negotiation that counts as cancelled on `hoje` when nobody paid anything of
/// it; `None` where the company leaves them.
#[must_use]
pub fn canceladas_ate(hoje: NaiveDate, regras: &Regras) -> Option<NaiveDate> {
    let dias = regras.cancelar_acordo_apos?;
    Some(vencidos_ate(hoje.checked_sub_days(Days::new(dias.into()))?, regras))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::titulo::Negociacao;
    use chrono::TimeDelta;
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

        /// Two ways to say the same: by the date of each negotiation, and by one date for all of them.
        #[test]
        fn k07_the_date_for_all_is_the_date_of_each(
            dias in 0..800_i64, passados in 0..40_i64, apos in prop::option::of(0..20_u16), em_dia_util: bool,
        ) {
            let primeira_parcela = dia("2026-01-01") + TimeDelta::days(dias);
            let hoje = primeira_parcela + TimeDelta::days(passados);
            let regras =
                Regras { vencimento_em_dia_util: em_dia_util, cancelar_acordo_apos: apos, ..Regras::default() };
            let vencida = vencimento_efetivo(primeira_parcela, em_dia_util) < hoje;
            prop_assert_eq!(primeira_parcela <= vencidos_ate(hoje, &regras), vencida);
            let cancela = Negociacao::NaoConfirmada { primeira_parcela }.cancela_em(&regras);
            let cancelada = canceladas_ate(hoje, &regras).is_some_and(|ate| primeira_parcela <= ate);
            prop_assert_eq!(cancelada, cancela.is_some_and(|em| em <= hoje));
        }
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
    fn k05_what_was_paid_keeps_it_from_being_cancelled() {
        use EstadoNegociacao::{Aberta, Cancelada, Confirmada};
        for (estado, com_pagamento, resposta) in [
            (Aberta, false, Ok(Mudanca::Aplicada(Cancelada))),
            (Aberta, true, Err(ComPagamento)),
            (Confirmada, true, Err(ComPagamento)),
            (Cancelada, false, Ok(Mudanca::JaAplicada)),
        ] {
            assert_eq!(cancelar(estado, com_pagamento), resposta, "{estado}");
        }
    }
}
