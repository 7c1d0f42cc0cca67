//! Who is left out, and which réguas stand in each other's way.

use crate::apoio::com_prioridade;
use crate::geradores::historias;
use crate::historia::percorrer;
use crate::support::{
    REGRAS, cabecalho, com_criterios, credor, d, devedor, dia, em_modo, regua, regua_id, so, titulo,
};
use domain::dinheiro::Centavos;
use domain::ids::TituloId;
use domain::regua::{
    Cabecalho, Criterio, Criterios, Desempate, Devedor, EstadoRegua, Modo, Passo, Perfil, Regua, Reguas,
    contem, decide, descoberto, inalcancaveis, sobreposicoes,
};
use domain::titulo::{Origem, Titulo};
use proptest::prelude::*;
use proptest::{option, sample};
use std::collections::BTreeSet;

const HOJE: &str = "2026-03-10";

fn de_janeiro(n: u32) -> chrono::NaiveDate {
    dia(&format!("2026-01-{n:02}"))
}

/// Criteria over a world so small that every debtor of it can be tried.
fn criterios() -> impl Strategy<Value = Criterios> {
    let dia = || option::weighted(0.3, (2..5_u32).prop_map(de_janeiro));
    let score = || option::weighted(0.2, 1..4_i32);
    let minimo = option::weighted(0.5, (0..4_i64).prop_map(Centavos::new));
    let origem = option::weighted(0.3, sample::select(Origem::TODOS));
    let credores = sample::subsequence(vec![1_u128, 2], 0..=2);
    (minimo, dia(), dia(), origem, credores, score(), score()).prop_map(
        |(valor_minimo, vencimento_de, vencimento_ate, origem, credores, score_de, score_ate)| Criterios {
            valor_minimo,
            vencimento_de,
            vencimento_ate,
            origem,
            credores: credores.into_iter().map(credor).collect(),
            score_de,
            score_ate,
            ..Criterios::default()
        },
    )
}

fn reguas() -> impl Strategy<Value = Regua> {
    (criterios(), sample::select(Modo::TODOS)).prop_map(|(criterios, modo)| {
        Regua::new(Cabecalho { criterios, modo, ..cabecalho(1) }, vec![]).unwrap()
    })
}

/// Two réguas, as often as not alike in all but what one criterion says.
fn pares() -> impl Strategy<Value = (Regua, Regua)> {
    (reguas(), reguas(), 0..8_usize).prop_map(|(a, b, qual)| {
        let (ca, cb) = (a.criterios().clone(), b.criterios().clone());
        let parecidos = match qual {
            0 => Criterios { valor_minimo: cb.valor_minimo, ..ca },
            1 => Criterios { vencimento_de: cb.vencimento_de, vencimento_ate: cb.vencimento_ate, ..ca },
            2 => Criterios { credores: cb.credores, ..ca },
            3 => Criterios { score_de: cb.score_de, score_ate: cb.score_ate, ..ca },
            _ => cb,
        };
        let b = com_criterios(&b, parecidos);
        (a, b)
    })
}

/// Every debtor of that world: one título by itself, and beside a larger one of its kind.
fn mundo() -> Vec<Devedor> {
    let mut devedores = Vec::new();
    for score in [None, Some(0), Some(1), Some(2), Some(3), Some(4)] {
        for vencimento in (1..6_u32).map(de_janeiro) {
            for origem in Origem::TODOS {
                for dono in [None, Some(1), Some(2), Some(3)] {
                    for saldo in 0..4_i64 {
                        let pequeno = Titulo {
                            vencimento,
                            origem: *origem,
                            credor: dono.map(credor),
                            saldo: Centavos::new(saldo),
                            ..titulo(1, HOJE)
                        };
                        let grande = Titulo {
                            saldo: Centavos::new(9),
                            id: crate::support::titulo_id(2),
                            ..pequeno.clone()
                        };
                        let perfil = Perfil { score, ..Perfil::default() };
                        for titulos in [vec![pequeno.clone()], vec![pequeno, grande]] {
                            devedores.push(Devedor { perfil: perfil.clone(), ..devedor(titulos) });
                        }
                    }
                }
            }
        }
    }
    devedores
}

fn toma(regua: &Regua, devedor: &Devedor) -> BTreeSet<TituloId> {
    let mut depois = devedor.clone();
    depois.aplicar(&decide(&so(regua.clone()), devedor, dia(HOJE), &REGRAS));
    depois.inscricoes.into_iter().flat_map(|viva| viva.titulos).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn one_regua_contains_another_exactly_when_it_takes_whatever_the_other_would((a, b) in pares()) {
        let mundo = mundo();
        let escapa = mundo.iter().find(|devedor| !toma(&b, devedor).is_subset(&toma(&a, devedor)));
        prop_assert_eq!(contem(&a, &b), escapa.is_none(), "{:?}", escapa);
    }

    #[test]
    fn reguas_overlap_exactly_when_some_titulo_is_for_both((a, b) in pares()) {
        let b = Regua::new(Cabecalho { id: regua_id(2), prioridade: 2, ..b.cabecalho().clone() }, vec![]).unwrap();
        let ambas = mundo().iter().any(|devedor| !toma(&a, devedor).is_disjoint(&toma(&b, devedor)));
        let ditas = sobreposicoes(&Reguas::new(vec![b.clone(), a.clone()])).count();
        prop_assert_eq!(ditas == 1, ambas);
    }

    #[test]
    fn nobody_new_enters_a_regua_that_is_said_to_be_out_of_reach(historia in historias()) {
        percorrer(&historia, |noite| {
            let fora: BTreeSet<_> = inalcancaveis(&noite.reguas).into_iter().map(|(regua, _)| regua).collect();
            let nova = Devedor { inscricoes: vec![], ..noite.antes.clone() };
            for passo in noite.decide(&nova).passos {
                if let Passo::Entrou { regua, .. } | Passo::Lembrou { regua, .. } = passo {
                    prop_assert!(!fora.contains(&regua));
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn s13_who_is_left_out_is_what_the_night_could_not_place(historia in historias()) {
        percorrer(&historia, |noite| {
            let achado = descoberto(&noite.reguas, &noite.antes, &noite.decisao);
            let donos: BTreeSet<_> = noite.depois.inscricoes.iter().flat_map(|viva| viva.titulos.clone()).collect();
            let fora: Vec<_> = noite.cobraveis().filter(|titulo| !donos.contains(&titulo.id)).collect();
            let esperado = (!fora.is_empty()).then(|| (fora.len(), fora.iter().map(|t| t.saldo).sum::<Centavos>()));
            prop_assert_eq!(achado.map(|d| (d.titulos, d.valor)), esperado);
            if let Some((regua, criterio)) = achado.and_then(|d| d.perto) {
                let regua = noite.reguas.get(regua).unwrap();
                prop_assert_eq!(regua.estado(), EstadoRegua::Ativa);
                prop_assert!(regua.criterios().usados().any(|usado| usado == criterio));
            } else {
                prop_assert!(achado.is_none() || noite.reguas.ativas().next().is_none());
            }
            Ok(())
        })?;
    }
}

fn achado(reguas: Vec<Regua>, titulos: Vec<Titulo>) -> Option<(domain::ids::ReguaId, Criterio)> {
    let (reguas, devedor) = (Reguas::new(reguas), devedor(titulos));
    let decisao = decide(&reguas, &devedor, dia(HOJE), &REGRAS);
    descoberto(&reguas, &devedor, &decisao).unwrap().perto
}

#[test]
fn s13_the_closest_regua_is_the_one_with_the_fewest_criteria_unmet() {
    let longe =
        Criterios { valor_minimo: Some(Centavos::new(99_999)), score_de: Some(1), ..Criterios::default() };
    let perto = Criterios { credores: [credor(1)].into(), ..Criterios::default() };
    let reguas = vec![com_criterios(&regua(1, &[d(1)]), longe), com_criterios(&regua(2, &[d(1)]), perto)];
    assert_eq!(achado(reguas, vec![titulo(1, "2026-01-05")]), Some((regua_id(2), Criterio::Credor)));
    assert_eq!(achado(vec![], vec![titulo(1, "2026-01-05")]), None);
}

#[test]
fn s13_of_several_as_close_the_first_in_their_order() {
    let de = |n, credores: u128| {
        let criterios =
            Criterios { credores: [credor(credores)].into(), score_de: Some(1), ..Criterios::default() };
        com_criterios(&regua(n, &[d(1)]), criterios)
    };
    let segunda_antes = vec![de(1, 1), com_prioridade(&de(2, 2), 0)];
    assert_eq!(achado(segunda_antes, vec![titulo(1, "2026-01-05")]), Some((regua_id(2), Criterio::Credor)));
}

#[test]
fn s13_a_minimum_that_the_debtor_does_not_reach_together() {
    let minimo = Criterios { valor_minimo: Some(Centavos::new(20_001)), ..Criterios::default() };
    let titulos = vec![titulo(1, "2026-01-05"), titulo(2, "2026-01-06")];
    let juntos = com_criterios(&regua(1, &[d(1)]), minimo);
    assert_eq!(achado(vec![juntos.clone()], titulos.clone()), Some((regua_id(1), Criterio::ValorMinimo)));
    assert_eq!(
        achado(vec![em_modo(&juntos, Modo::PorTitulo)], titulos),
        Some((regua_id(1), Criterio::ValorMinimo))
    );
}

#[test]
fn s12_which_of_two_comes_first_and_on_what_ground() {
    let um = regua(1, &[d(1)]);
    let de_credor = Criterios { credores: [credor(1)].into(), ..Criterios::default() };
    let com_mais = com_prioridade(&com_criterios(&regua(2, &[d(1)]), de_credor), 1);
    let primeira = com_prioridade(&regua(3, &[d(1)]), 0);
    let pares = |reguas: Vec<Regua>| {
        let reguas = Reguas::new(reguas);
        let pares = sobreposicoes(&reguas).map(|par| (par.antes, par.depois, par.desempate, par.encobre));
        pares.collect::<Vec<_>>()
    };
    assert_eq!(
        pares(vec![um.clone(), com_mais.clone()]),
        [(regua_id(2), regua_id(1), Desempate::MaisCriterios, false)]
    );
    assert_eq!(
        pares(vec![com_mais, primeira.clone()]),
        [(regua_id(3), regua_id(2), Desempate::Prioridade, true)]
    );
    let outra = com_prioridade(&um, 0);
    assert_eq!(pares(vec![outra, primeira]), [(regua_id(1), regua_id(3), Desempate::MenorId, true)]);
}
