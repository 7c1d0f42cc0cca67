//! Random histories: réguas, a debtor, and nights with things happening between them.

use crate::support::{REGRAS, antes, aplicar, com_posicoes, d, devedor, dia, em_estado, posicao, titulo};
use chrono::{DateTime, NaiveDate, TimeDelta};
use domain::dinheiro::Centavos;
use domain::execucao::Canal;
use domain::regua::{Decisao, Devedor, EstadoRegua, Gatilho, Regua, Reguas, decide};
use domain::titulo::{Origem, StatusTitulo, Titulo};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::collections::BTreeSet;

const INICIO: &str = "2026-02-10";

#[derive(Clone, Debug)]
pub(crate) struct Historia {
    pub(crate) reguas: Vec<Regua>,
    pub(crate) titulos: Vec<Titulo>,
    /// Days since the last night, and what happened meanwhile.
    pub(crate) noites: Vec<(u8, Vec<Fato>)>,
}

#[derive(Clone, Debug)]
pub(crate) enum Fato {
    Status(Index, StatusTitulo),
    Vencimento(Index, i64),
    Novo(i64, i64),
    Estado(Index, EstadoRegua),
    /// The `D+` positions of a régua become those on these days.
    Posicoes(Index, BTreeSet<u16>),
}

/// One night of a history.
pub(crate) struct Noite {
    pub(crate) hoje: NaiveDate,
    pub(crate) reguas: Reguas,
    pub(crate) antes: Devedor,
    pub(crate) decisao: Decisao,
    pub(crate) depois: Devedor,
}

/// A history in which títulos and réguas change between the nights.
pub(crate) fn historias() -> impl Strategy<Value = Historia> {
    let noites = vec((1..5_u8, vec(fatos(), 0..3)), 1..25);
    (reguas(), vec((-30..40_i64, 1..3_i64), 0..5), noites)
        .prop_map(|(reguas, titulos, noites)| montar(reguas, &titulos, noites))
}

/// A history in which nothing happens but nights.
pub(crate) fn historias_quietas() -> impl Strategy<Value = Historia> {
    let noites = vec((1..5_u8, Just(vec![])), 1..40);
    (reguas(), vec((-30..40_i64, 1..3_i64), 0..5), noites)
        .prop_map(|(reguas, titulos, noites)| montar(reguas, &titulos, noites))
}

/// Walks the nights of a history, showing each one.
pub(crate) fn percorrer(
    historia: &Historia,
    mut ver: impl FnMut(&Noite) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let mut reguas = historia.reguas.clone();
    let mut vivo = devedor(historia.titulos.clone());
    let mut hoje = dia(INICIO);
    for (salto, fatos) in &historia.noites {
        hoje += TimeDelta::days(i64::from(*salto));
        for fato in fatos {
            acontecer(fato, &mut reguas, &mut vivo, hoje);
        }
        let (antes, reguas) = (vivo.clone(), Reguas::new(reguas.clone()));
        let decisao = decide(&reguas, &vivo, hoje, &REGRAS);
        aplicar(&mut vivo, &decisao);
        ver(&Noite { hoje, reguas, antes, decisao, depois: vivo.clone() })?;
    }
    Ok(())
}

/// The first day of every history.
pub(crate) fn inicio() -> NaiveDate {
    dia(INICIO)
}

fn reguas() -> impl Strategy<Value = Vec<Regua>> {
    let partes =
        (btree_set(0..20_u16, 0..5), btree_set(0..9_u16, 0..4), -1..2_i32, 0..3_i64, estados(), 0..3_usize);
    vec(partes, 1..4).prop_map(|reguas| {
        (1..)
            .zip(reguas)
            .map(|(n, (cobrancas, lembretes, prioridade, criada, estado, acoes))| {
                let canais = &[Canal::Email, Canal::Sms][..acoes.min(2)];
                let gatilhos = cobrancas.into_iter().map(d).chain(lembretes.into_iter().map(antes));
                let posicoes = gatilhos.map(|gatilho| posicao(n, gatilho, canais)).collect();
                let criada_em = DateTime::UNIX_EPOCH + TimeDelta::days(criada);
                Regua::new(crate::support::regua_id(n), prioridade, estado, criada_em, posicoes).unwrap()
            })
            .collect()
    })
}

/// Active more often than not, or nothing would happen.
fn estados() -> impl Strategy<Value = EstadoRegua> {
    prop_oneof![6 => Just(EstadoRegua::Ativa), 2 => Just(EstadoRegua::Inativa), 1 => Just(EstadoRegua::Arquivada)]
}

fn fatos() -> impl Strategy<Value = Fato> {
    prop_oneof![
        4 => (any::<Index>(), select(StatusTitulo::TODOS)).prop_map(|(i, status)| Fato::Status(i, status)),
        1 => (any::<Index>(), -20..20_i64).prop_map(|(i, dias)| Fato::Vencimento(i, dias)),
        2 => (-20..20_i64, 1..3_i64).prop_map(|(dias, saldo)| Fato::Novo(dias, saldo)),
        2 => (any::<Index>(), estados()).prop_map(|(i, estado)| Fato::Estado(i, estado)),
        1 => (any::<Index>(), btree_set(0..20_u16, 0..5)).prop_map(|(i, dias)| Fato::Posicoes(i, dias)),
    ]
}

fn montar(reguas: Vec<Regua>, titulos: &[(i64, i64)], noites: Vec<(u8, Vec<Fato>)>) -> Historia {
    let titulos = (1..).zip(titulos).map(|(n, (dias, saldo))| novo(n, inicio(), *dias, *saldo)).collect();
    Historia { reguas, titulos, noites }
}

fn novo(n: u128, hoje: NaiveDate, dias: i64, saldo: i64) -> Titulo {
    let origem = if dias % 2 == 0 { Origem::Original } else { Origem::Acordo };
    Titulo {
        vencimento: hoje + TimeDelta::days(dias),
        saldo: Centavos::new(saldo),
        origem,
        ..titulo(n, INICIO)
    }
}

fn acontecer(fato: &Fato, reguas: &mut [Regua], devedor: &mut Devedor, hoje: NaiveDate) {
    let quantos = devedor.titulos.len();
    match fato {
        Fato::Status(i, status) if quantos > 0 => i.get_mut(&mut devedor.titulos).status = *status,
        Fato::Vencimento(i, dias) if quantos > 0 => {
            i.get_mut(&mut devedor.titulos).vencimento = hoje + TimeDelta::days(*dias);
        }
        Fato::Status(..) | Fato::Vencimento(..) => {}
        Fato::Novo(dias, saldo) => {
            devedor.titulos.push(novo(u128::try_from(quantos + 1).unwrap(), hoje, *dias, *saldo));
        }
        Fato::Estado(i, estado) => {
            let regua = i.get_mut(reguas);
            *regua = em_estado(regua, *estado);
        }
        Fato::Posicoes(i, dias) => {
            let regua = i.get_mut(reguas);
            *regua = com_cobrancas(regua, dias);
        }
    }
}

fn com_cobrancas(regua: &Regua, dias: &BTreeSet<u16>) -> Regua {
    let lembretes =
        regua.posicoes().iter().filter(|posicao| matches!(posicao.gatilho, Gatilho::Lembrete { .. }));
    let n = regua.id().uuid().as_u128();
    let cobrancas = dias.iter().map(|dias| posicao(n, d(*dias), &[Canal::Email]));
    com_posicoes(regua, lembretes.cloned().chain(cobrancas).collect())
}
