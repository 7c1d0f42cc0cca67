//! The decision of a night about one debtor.

pub(super) mod assign;
pub(super) mod passada;
pub(super) mod reminders;
mod walk;

use super::conjunto::Reguas;
use super::decisao::Decisao;
use super::inscricao::{Devedor, Inscricao};
use crate::ids::TituloId;
use crate::regras::Regras;
use crate::titulo::{StatusTitulo, Titulo};
use chrono::{Days, NaiveDate};

/// Everything one decision looks at.
#[derive(Clone, Copy)]
pub(super) struct Caso<'a> {
    pub(super) reguas: &'a Reguas,
    pub(super) devedor: &'a Devedor,
    /// The live enrolments, oldest first.
    pub(super) vivas: &'a [&'a Inscricao],
    pub(super) hoje: NaiveDate,
    pub(super) regras: &'a Regras,
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
    for titulo in &devedor.titulos {
        agendar_titulo(caso, titulo, &mut decisao);
    }
    decisao
}

/// What a título does by itself: it becomes overdue (rule l10), or a date of its own changes its status (rules
/// t07, k07).
fn agendar_titulo(caso: Caso<'_>, titulo: &Titulo, decisao: &mut Decisao) {
    if let Some(em) = titulo.vira_em(caso.hoje, caso.regras) {
        decisao.agendar(em);
    }
    let aberto = titulo.status_em(caso.hoje, caso.regras) == StatusTitulo::Aberto;
    if aberto && !titulo.vencido(caso.hoje, caso.regras) {
        decisao.agendar(mais_dias(titulo.vencimento_efetivo(caso.regras), 1));
    }
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
