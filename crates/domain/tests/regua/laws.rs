//! What holds for every history.

use crate::historia::{Noite, historias, historias_quietas, inicio, percorrer};
use crate::support::{REGRAS, aplicar, devedor, gatilho};
use chrono::{NaiveDate, TimeDelta};
use domain::ids::{InscricaoId, TituloId};
use domain::regua::{AcaoDevida, Decisao, EstadoRegua, Gatilho, OrigemAcao, Passo, Reguas, decide};
use domain::titulo::{StatusTitulo, Titulo};
use proptest::prelude::*;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How far the nights before `proxima` are looked at when there is none.
const HORIZONTE: i64 = 60;

proptest! {
    #[test]
    fn deciding_twice_changes_nothing(historia in historias()) {
        percorrer(&historia, |noite| {
            let outra = decide(&noite.reguas, &noite.depois, noite.hoje, &REGRAS);
            prop_assert!(outra.sem_efeito(), "{outra:?}");
            prop_assert_eq!(outra.proxima, noite.decisao.proxima);
            Ok(())
        })?;
    }

    #[test]
    fn the_order_of_rows_is_irrelevant(historia in historias(), giro in 0..5_usize) {
        let girar = |n: usize| giro % n.max(1);
        percorrer(&historia, |noite| {
            let mut devedor = noite.antes.clone();
            let (titulos, inscricoes) = (devedor.titulos.len(), devedor.inscricoes.len());
            devedor.titulos.rotate_left(girar(titulos));
            devedor.titulos.reverse();
            devedor.inscricoes.rotate_left(girar(inscricoes));
            devedor.inscricoes.iter_mut().for_each(|inscricao| inscricao.titulos.reverse());
            let agora = historia.reguas.iter().filter_map(|regua| noite.reguas.get(regua.id()));
            let mut reguas: Vec<_> = agora.cloned().collect();
            reguas.reverse();
            prop_assert_eq!(&decide(&Reguas::new(reguas), &devedor, noite.hoje, &REGRAS), &noite.decisao);
            Ok(())
        })?;
    }

    #[test]
    fn m02_every_action_happens_at_most_once(historia in historias()) {
        let (mut execucoes, mut cobrancas, mut lembretes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        percorrer(&historia, |noite| {
            for acao in &noite.decisao.acoes {
                prop_assert!(execucoes.insert(acao.execucao));
                match acao.origem {
                    OrigemAcao::Cobranca { inscricao, ciclo } => {
                        prop_assert!(cobrancas.insert((inscricao, ciclo, acao.posicao, acao.acao)));
                    }
                    OrigemAcao::Lembrete => {
                        for titulo in &acao.titulos {
                            prop_assert!(lembretes.insert((acao.acao, *titulo)));
                        }
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn one_position_a_night_and_never_closer_than_configured(historia in historias()) {
        let mut ultimas: BTreeMap<InscricaoId, (NaiveDate, u16)> = BTreeMap::new();
        percorrer(&historia, |noite| {
            for (inscricao, dias) in disparos(noite) {
                let entrada = noite.depois.inscricoes.iter().find(|viva| viva.id == inscricao).unwrap().entrada;
                let (quando, de) = ultimas.insert(inscricao, (noite.hoje, dias)).unwrap_or((entrada, 0));
                let distancia = TimeDelta::days(i64::from(dias) - i64::from(de));
                prop_assert!(noite.hoje - quando >= distancia, "{quando} D+{de}, {} D+{dias}", noite.hoje);
                prop_assert!(de < dias || quando == entrada, "positions go forward");
            }
            let inscricoes: Vec<_> = disparos(noite).map(|(inscricao, _)| inscricao).collect();
            prop_assert_eq!(inscricoes.iter().collect::<BTreeSet<_>>().len(), inscricoes.len());
            Ok(())
        })?;
    }

    #[test]
    fn t06_only_open_titulos_get_an_action_and_each_kind_in_its_time(historia in historias()) {
        percorrer(&historia, |noite| {
            for acao in &noite.decisao.acoes {
                prop_assert!(!acao.titulos.is_empty());
                prop_assert!(noite.reguas.get(acao.regua).unwrap().estado() == EstadoRegua::Ativa);
                prop_assert!(acao.devida_em <= noite.hoje);
                for titulo in titulos_de(noite, acao) {
                    prop_assert_eq!(titulo.status, StatusTitulo::Aberto);
                    prop_assert_eq!(titulo.vencido(noite.hoje, &REGRAS), acao.origem != OrigemAcao::Lembrete);
                    prop_assert_eq!(noite.hoje <= titulo.vencimento, acao.origem == OrigemAcao::Lembrete);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn m03_the_reference_is_first_and_a_charge_lists_all_its_enrolment_holds(historia in historias()) {
        percorrer(&historia, |noite| {
            for acao in &noite.decisao.acoes {
                let ordem = |titulo: &Titulo| (titulo.vencimento_efetivo(&REGRAS), Reverse(titulo.saldo), titulo.id);
                prop_assert!(titulos_de(noite, acao).is_sorted_by_key(|titulo| ordem(titulo)));
                if let OrigemAcao::Cobranca { inscricao, .. } = acao.origem {
                    let dela = noite.depois.inscricoes.iter().find(|viva| viva.id == inscricao).unwrap();
                    let listados: BTreeSet<_> = acao.titulos.iter().collect();
                    prop_assert_eq!(listados, dela.titulos.iter().collect::<BTreeSet<_>>());
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn every_chargeable_titulo_is_in_one_place(historia in historias()) {
        percorrer(&historia, |noite| {
            let vivas = &noite.depois.inscricoes;
            let seguros: Vec<TituloId> = vivas.iter().flat_map(|inscricao| inscricao.titulos.clone()).collect();
            let sem_regua = noite.decisao.passos.iter().flat_map(|passo| match passo {
                Passo::SemRegua { titulos } => titulos.clone(),
                Passo::Entrou { .. }
                | Passo::Disparou { .. }
                | Passo::Aguarda { .. }
                | Passo::NoFinal { .. }
                | Passo::ReguaInativa { .. }
                | Passo::Encerrou { .. }
                | Passo::Lembrou { .. } => vec![],
            });
            let mut lugares: Vec<_> = seguros.into_iter().chain(sem_regua).collect();
            let cobraveis = noite.antes.titulos.iter().filter(|titulo| titulo.cobravel(noite.hoje, &REGRAS));
            let mut esperados: Vec<_> = cobraveis.map(|titulo| titulo.id).collect();
            lugares.sort_unstable();
            esperados.sort_unstable();
            prop_assert_eq!(lugares, esperados);
            let reguas: BTreeSet<_> = vivas.iter().map(|inscricao| inscricao.regua).collect();
            prop_assert_eq!(reguas.len(), vivas.len(), "live at most once per régua");
            Ok(())
        })?;
    }

    #[test]
    fn the_nights_before_proxima_decide_nothing(historia in historias()) {
        percorrer(&historia, |noite| {
            let proxima = noite.decisao.proxima.unwrap_or(noite.hoje + TimeDelta::days(HORIZONTE));
            prop_assert!(noite.hoje < proxima);
            for hoje in noite.hoje.iter_days().skip(1).take_while(|hoje| *hoje < proxima) {
                let ociosa = decide(&noite.reguas, &noite.depois, hoje, &REGRAS);
                prop_assert!(ociosa.sem_efeito(), "{hoje}: {ociosa:?}");
                prop_assert_eq!(ociosa.proxima, noite.decisao.proxima);
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_night_of_proxima_decides_something(historia in historias()) {
        percorrer(&historia, |noite| {
            if let Some(proxima) = noite.decisao.proxima {
                let outra = decide(&noite.reguas, &noite.depois, proxima, &REGRAS);
                prop_assert!(!outra.sem_efeito(), "{proxima}: {outra:?}");
            }
            Ok(())
        })?;
    }

    #[test]
    fn walking_only_the_proxima_nights_is_walking_every_night(historia in historias_quietas()) {
        let reguas = Reguas::new(historia.reguas.clone());
        let fim = inicio() + TimeDelta::days(150);
        let (mut todo_dia, mut so_proximas) = (devedor(historia.titulos.clone()), devedor(historia.titulos));
        let mut todas = vec![];
        for hoje in inicio().iter_days().take_while(|hoje| *hoje <= fim) {
            todas.extend(efeito(hoje, decide(&reguas, &todo_dia, hoje, &REGRAS), &mut todo_dia));
        }
        let (mut algumas, mut seguinte) = (vec![], Some(inicio()));
        while let Some(hoje) = seguinte.filter(|hoje| *hoje <= fim) {
            let decisao = decide(&reguas, &so_proximas, hoje, &REGRAS);
            seguinte = decisao.proxima;
            prop_assert!(seguinte.is_none_or(|data| hoje < data), "{hoje}: {seguinte:?}");
            algumas.extend(efeito(hoje, decisao, &mut so_proximas));
        }
        prop_assert_eq!(algumas, todas);
    }
}

/// Applies a decision, and answers it with its night when it did something.
fn efeito(
    hoje: NaiveDate,
    decisao: Decisao,
    devedor: &mut domain::regua::Devedor,
) -> Option<(NaiveDate, Decisao)> {
    aplicar(devedor, &decisao);
    (!decisao.sem_efeito()).then_some((hoje, decisao))
}

/// The `D+` positions that fired, with their days.
fn disparos(noite: &Noite) -> impl Iterator<Item = (InscricaoId, u16)> {
    noite.decisao.passos.iter().filter_map(|passo| match passo {
        Passo::Disparou { inscricao, posicao, .. } => {
            let viva = noite.depois.inscricoes.iter().find(|viva| viva.id == *inscricao).unwrap();
            let regua = noite.reguas.get(viva.regua).unwrap();
            let gatilho = regua.posicoes().iter().find(|outra| outra.id == *posicao).unwrap().gatilho;
            match gatilho {
                Gatilho::Cobranca { dias } => Some((*inscricao, dias)),
                Gatilho::Lembrete { .. } => panic!("a reminder does not walk"),
            }
        }
        Passo::Entrou { .. } | Passo::Aguarda { .. } | Passo::NoFinal { .. } | Passo::ReguaInativa { .. } => {
            None
        }
        Passo::Encerrou { .. } | Passo::SemRegua { .. } | Passo::Lembrou { .. } => None,
    })
}

fn titulos_de<'a>(noite: &'a Noite, acao: &'a AcaoDevida) -> Vec<&'a Titulo> {
    let por_id = |id: &TituloId| noite.antes.titulos.iter().find(|titulo| titulo.id == *id).unwrap();
    assert_eq!(
        matches!(gatilho(acao, &noite.reguas), Gatilho::Lembrete { .. }),
        acao.origem == OrigemAcao::Lembrete
    );
    acao.titulos.iter().map(por_id).collect()
}
