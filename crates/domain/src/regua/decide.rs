//! The decision of a night about one debtor.

mod assign;
mod reminders;
mod walk;

use super::decisao::Decisao;
use super::inscricao::{Devedor, Inscricao};
use super::modelo::Reguas;
use crate::ids::TituloId;
use crate::titulo::{Regras, Titulo};
use chrono::{Days, NaiveDate};

/// Everything one decision looks at.
#[derive(Clone, Copy)]
struct Caso<'a> {
    reguas: &'a Reguas,
    devedor: &'a Devedor,
    /// The live enrolments, oldest first.
    vivas: &'a [&'a Inscricao],
    hoje: NaiveDate,
    regras: &'a Regras,
}

/// Decides what the night of `hoje` does about `devedor` (rules §0).
///
/// `reguas` are all réguas of the company that are active or have the debtor in them; one that is missing
/// counts as archived. Total, and safe to ask again: once the answer is applied, the same night answers with
/// no change and no action.
#[must_use]
#[expect(clippy::similar_names, reason = "réguas and regras are the field's own words")]
pub fn decide(reguas: &Reguas, devedor: &Devedor, hoje: NaiveDate, regras: &Regras) -> Decisao {
    let mut vivas: Vec<&Inscricao> = devedor.inscricoes.iter().collect();
    vivas.sort_by_key(|inscricao| (inscricao.entrada, inscricao.id));
    let caso = Caso { reguas, devedor, vivas: &vivas, hoje, regras };
    let atribuicao = assign::assign(caso);
    let mut decisao = Decisao::default();
    walk::walk(caso, atribuicao, &mut decisao);
    reminders::remind(caso, &mut decisao);
    decisao
}

/// `data + dias`, at the end of the calendar when it would pass it.
fn mais_dias(data: NaiveDate, dias: u64) -> NaiveDate {
    data.checked_add_days(Days::new(dias)).unwrap_or(NaiveDate::MAX)
}

/// `data - dias`, at the start of the calendar when it would pass it.
fn menos_dias(data: NaiveDate, dias: u64) -> NaiveDate {
    data.checked_sub_days(Days::new(dias)).unwrap_or(NaiveDate::MIN)
}

fn ids(titulos: &[&Titulo]) -> Vec<TituloId> {
    titulos.iter().map(|titulo| titulo.id).collect()
}
