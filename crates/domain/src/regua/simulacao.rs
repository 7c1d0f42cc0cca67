//! The nights to come, when nothing happens but nights.
//!
//! The same [`decide`] as the night's, applied to the same debtor, so that a simulation cannot differ from what
//! the nights then do. It jumps from date to date by [`Decisao::proxima`]: the nights between decide nothing.

mod apuracao;

pub use apuracao::{Apuracao, Onde, Quantos};

use super::conjunto::Reguas;
use super::decide::decide;
use super::decisao::Decisao;
use super::inscricao::Devedor;
use crate::regras::Regras;
use chrono::NaiveDate;

/// The first and the last night of a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periodo {
    /// The first night.
    pub de: NaiveDate,
    /// The last one.
    pub ate: NaiveDate,
}

/// Walks a debtor through the nights of `periodo`, as if nobody did anything meanwhile, and leaves it as it is
/// after the last one.
///
/// `ver` is shown each night that may decide something: its date, the debtor before it, and what it decided. The
/// first night is always among them, for the réguas may have changed since the last one.
#[expect(clippy::similar_names, reason = "réguas and regras are the field's own words")]
pub fn percorrer(
    reguas: &Reguas,
    devedor: &mut Devedor,
    periodo: Periodo,
    regras: &Regras,
    mut ver: impl FnMut(NaiveDate, &Devedor, &Decisao),
) {
    let mut noite = Some(periodo.de);
    while let Some(hoje) = noite.filter(|hoje| *hoje <= periodo.ate) {
        let decisao = decide(reguas, devedor, hoje, regras);
        ver(hoje, devedor, &decisao);
        devedor.aplicar(&decisao);
        // A night is over whatever it decided, as the store has it too.
        noite = decisao.proxima.and_then(|proxima| Some(proxima.max(hoje.succ_opt()?)));
    }
}
