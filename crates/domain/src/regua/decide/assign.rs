//! Which régua gets which títulos tonight.

use super::Caso;
use crate::ids::TituloId;
use crate::regua::modelo::{EstadoRegua, Regua};
use crate::titulo::{Titulo, ordenar_por_referencia};
use std::collections::BTreeSet;

/// Every título that may be charged tonight, each in at most one place.
pub(super) struct Atribuicao<'a> {
    /// Never with an empty list of títulos.
    pub(super) lugares: Vec<Lugar<'a>>,
    /// Those that no régua takes (rule s13), the reference first.
    pub(super) sem_regua: Vec<&'a Titulo>,
}

/// A place in a régua, to be filled by one enrolment: the debtor with these títulos.
pub(super) struct Lugar<'a> {
    pub(super) regua: &'a Regua,
    /// The reference first (rule m03).
    pub(super) titulos: Vec<&'a Titulo>,
}

/// Gives the títulos out: first what inactive réguas keep, then the active ones in their order (§0).
pub(super) fn assign(caso: Caso<'_>) -> Atribuicao<'_> {
    let mut livres: Vec<&Titulo> =
        caso.devedor.titulos.iter().filter(|titulo| titulo.cobravel(caso.hoje, caso.regras)).collect();
    ordenar_por_referencia(&mut livres, caso.regras);
    let mut lugares = Vec::new();
    for (regua, seus) in guardados_por_inativas(caso) {
        ocupar(&mut lugares, regua, retirar(&mut livres, |titulo| seus.contains(&titulo.id)));
    }
    for regua in caso.reguas.ativas() {
        ocupar(&mut lugares, regua, retirar(&mut livres, |titulo| aceita(regua, titulo)));
    }
    Atribuicao { lugares, sem_regua: livres }
}

/// Whether the régua is for this título. Every régua is for every título until réguas have criteria.
pub(super) fn aceita(_regua: &Regua, _titulo: &Titulo) -> bool {
    true
}

/// Rule v04: what a live enrolment of an inactive régua holds stays with it.
fn guardados_por_inativas(caso: Caso<'_>) -> Vec<(&Regua, BTreeSet<TituloId>)> {
    caso.vivas
        .iter()
        .filter_map(|inscricao| {
            let regua = caso.reguas.get(inscricao.regua)?;
            let inativa = regua.estado() == EstadoRegua::Inativa;
            inativa.then(|| (regua, inscricao.titulos.iter().copied().collect()))
        })
        .collect()
}

fn retirar<'a>(livres: &mut Vec<&'a Titulo>, quais: impl Fn(&Titulo) -> bool) -> Vec<&'a Titulo> {
    livres.extract_if(.., |titulo| quais(titulo)).collect()
}

fn ocupar<'a>(lugares: &mut Vec<Lugar<'a>>, regua: &'a Regua, titulos: Vec<&'a Titulo>) {
    if !titulos.is_empty() {
        lugares.push(Lugar { regua, titulos });
    }
}
