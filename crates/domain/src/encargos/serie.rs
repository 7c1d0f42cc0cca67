//! Indices, as they are published: one change a month.

use super::Taxa;
use chrono::{Datelike as _, NaiveDate};
use std::collections::BTreeMap;

/// What 1 is in the unit of the factors: 15 decimals, where an index has six.
pub(super) const UM: i128 = 1_000_000_000_000_000;
/// Where factors stop, so that nothing overflows: a million times as much.
const MAX: i128 = 1_000_000 * UM;

/// The changes of an index, month by month. A month that is not there changed nothing: what was not published yet is not
/// charged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Serie(BTreeMap<NaiveDate, Taxa>);

impl Serie {
    /// From any day of each month and the change of that month.
    pub fn new(meses: impl IntoIterator<Item = (NaiveDate, Taxa)>) -> Self {
        Self(meses.into_iter().map(|(dia, variacao)| (first_of(dia), variacao)).collect())
    }

    /// What an amount of `de` is worth on `ate`, in units of [`UM`]: the months compound, a broken one counts by its days.
    /// Never less than it was: what prices fell is not taken off a debt (STJ, recurso especial 1.265.580).
    pub(super) fn fator(&self, de: NaiveDate, ate: NaiveDate) -> i128 {
        let fator = self.meses(de, ate).fold(UM, |fator, (variacao, dias, do_mes)| {
            let inteiro = i128::from(Taxa::INTEIRO) * do_mes;
            let depois = super::divide(fator * (inteiro + variacao * dias), inteiro);
            depois.min(MAX)
        });
        fator.max(UM)
    }

    /// The changes from `de` to `ate` one added to the other, in units of [`UM`]: simple interest, as the taxa legal is
    /// (Res. CMN 5.171/2024).
    pub(super) fn soma(&self, de: NaiveDate, ate: NaiveDate) -> i128 {
        let soma = self.meses(de, ate).map(|(variacao, dias, do_mes)| {
            super::divide(UM * variacao.max(0) * dias, i128::from(Taxa::INTEIRO) * do_mes)
        });
        soma.sum::<i128>().min(MAX)
    }

    /// The change of each month between the two days, how many of its days are between them, and how many it has.
    fn meses(&self, de: NaiveDate, ate: NaiveDate) -> impl Iterator<Item = (i128, i128, i128)> {
        let ordem = de.min(ate)..=ate;
        self.0.range(first_of(*ordem.start())..=ate).map(move |(primeiro, variacao)| {
            let do_mes = days_of(*primeiro);
            let ultimo = primeiro.with_day(do_mes).unwrap_or(*primeiro);
            let antes = de.max(primeiro.pred_opt().unwrap_or(*primeiro));
            let dias = (ultimo.min(ate) - antes).num_days().max(0);
            (variacao.get().into(), dias.into(), do_mes.into())
        })
    }
}

fn first_of(dia: NaiveDate) -> NaiveDate {
    dia.with_day(1).unwrap_or(dia)
}

fn days_of(dia: NaiveDate) -> u32 {
    u32::from(dia.num_days_in_month())
}
