//! What holds for every history: how an enrolment moves.

use crate::geradores::historias;
use crate::historia::{Noite, percorrer};
use crate::support::{d, devedor, noite, posicao_id, regua, so, titulo, volta};
use chrono::{NaiveDate, TimeDelta};
use domain::ids::{InscricaoId, PosicaoId};
use domain::regua::{Caminhada, EstadoRegua, Gatilho, Inscricao, Passo};
use proptest::collection::btree_set;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::{BTreeMap, BTreeSet};

/// What one enrolment did in one night.
pub(crate) struct Disparo {
    pub(crate) inscricao: InscricaoId,
    pub(crate) posicao: PosicaoId,
    pub(crate) dias: u16,
    pub(crate) devida_em: NaiveDate,
    /// The reposition it came through, with its days.
    pub(crate) volta: Option<(PosicaoId, u16)>,
}

/// The `D+` positions that fired, each at most once for one enrolment.
pub(crate) fn disparos(noite: &Noite) -> Vec<Disparo> {
    let mut voltas = BTreeMap::new();
    let mut disparos = Vec::new();
    for passo in &noite.decisao.passos {
        match passo {
            Passo::Reposicionou { inscricao, de, .. } => {
                voltas.insert(*inscricao, (*de, dias(noite, *inscricao, *de)));
            }
            Passo::Disparou { inscricao, posicao, devida_em } => disparos.push(Disparo {
                inscricao: *inscricao,
                posicao: *posicao,
                dias: dias(noite, *inscricao, *posicao),
                devida_em: *devida_em,
                volta: voltas.remove(inscricao),
            }),
            Passo::Entrou { .. }
            | Passo::Aguarda { .. }
            | Passo::Congelada { .. }
            | Passo::Descongelou { .. }
            | Passo::NoFinal { .. }
            | Passo::ReguaInativa { .. }
            | Passo::Encerrou { .. }
            | Passo::SemRegua { .. }
            | Passo::Lembrou { .. } => {}
        }
    }
    assert!(voltas.is_empty(), "a reposition fires its target that night");
    disparos
}

proptest! {
    /// Réguas are edited meanwhile: a position never changes its days, so the law is about those that fired.
    #[test]
    fn one_position_a_night_and_never_closer_than_configured(historia in historias()) {
        let mut ultimas: BTreeMap<InscricaoId, (NaiveDate, u16)> = BTreeMap::new();
        percorrer(&historia, |noite| {
            let disparos = disparos(noite);
            let inscricoes: BTreeSet<_> = disparos.iter().map(|disparo| disparo.inscricao).collect();
            prop_assert_eq!(inscricoes.len(), disparos.len());
            for disparo in disparos {
                let entrada = viva(noite, disparo.inscricao).entrada;
                let (quando, de) = ultimas.insert(disparo.inscricao, (noite.hoje, disparo.dias)).unwrap_or((entrada, 0));
                let ate = disparo.volta.map_or(disparo.dias, |(_, dias)| dias);
                let distancia = TimeDelta::days(i64::from(ate) - i64::from(de));
                prop_assert!(noite.hoje - quando >= distancia, "{quando} D+{de}, {} D+{ate}", noite.hoje);
                prop_assert!(de < ate || quando == entrada, "positions go forward");
            }
            Ok(())
        })?;
    }

    #[test]
    fn t03_k02_who_holds_only_frozen_titulos_stands_where_it_was(historia in historias()) {
        percorrer(&historia, |noite| {
            let cobraveis: BTreeSet<_> = noite.cobraveis().map(|titulo| titulo.id).collect();
            for depois in &noite.depois.inscricoes {
                if depois.titulos.iter().any(|id| cobraveis.contains(id)) {
                    let parada = matches!(depois.caminhada, Caminhada::Congelada { .. });
                    prop_assert!(!parada);
                    continue;
                }
                let antes = noite.antes.inscricoes.iter().find(|antes| antes.id == depois.id).unwrap();
                let parada = match antes.caminhada {
                    Caminhada::Andando { ancora, proxima } => Caminhada::Congelada { ancora, proxima, desde: noite.hoje },
                    Caminhada::Congelada { .. } | Caminhada::Final { .. } => antes.caminhada,
                };
                prop_assert_eq!((depois.caminhada, depois.ciclo), (parada, antes.ciclo));
                let calada = disparos(noite).iter().all(|disparo| disparo.inscricao != depois.id);
                prop_assert!(calada);
            }
            Ok(())
        })?;
    }

    #[test]
    fn t04_a_thaw_keeps_the_position_and_moves_it_by_the_days_it_stood(historia in historias()) {
        percorrer(&historia.sem_edicao(), |noite| {
            for depois in &noite.depois.inscricoes {
                let antes = noite.antes.inscricoes.iter().find(|antes| antes.id == depois.id);
                let Some(Caminhada::Congelada { ancora, proxima, desde }) = antes.map(|antes| antes.caminhada) else { continue };
                if matches!(depois.caminhada, Caminhada::Congelada { .. }) {
                    continue;
                }
                let ancora = ancora + (noite.hoje - desde);
                match disparos(noite).iter().find(|disparo| disparo.inscricao == depois.id) {
                    None => prop_assert_eq!(depois.caminhada, Caminhada::Andando { ancora, proxima }),
                    Some(disparo) => {
                        let (posicao, dias) = disparo.volta.unwrap_or((disparo.posicao, disparo.dias));
                        prop_assert_eq!(posicao, proxima);
                        let prevista = ancora + TimeDelta::days(i64::from(dias));
                        prop_assert!(prevista <= noite.hoje);
                        prop_assert_eq!(disparo.devida_em, if disparo.volta.is_some() { noite.hoje } else { prevista });
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn v03_an_inactive_regua_does_nothing(historia in historias()) {
        percorrer(&historia, |noite| {
            for inscricao in &noite.depois.inscricoes {
                let ativa = noite.reguas.get(inscricao.regua).unwrap().estado() == EstadoRegua::Ativa;
                let calada = disparos(noite).iter().all(|disparo| disparo.inscricao != inscricao.id);
                prop_assert!(ativa || calada);
            }
            Ok(())
        })?;
    }

    #[test]
    fn e03_e04_a_loop_never_skips_and_never_repeats_a_day(
        dias in btree_set(0..25_u16, 1..6),
        para in any::<Index>(),
        depois in 1..20_u16,
    ) {
        let dias: Vec<u16> = dias.into_iter().collect();
        let (para, laco) = (para.index(dias.len()), dias[dias.len() - 1] + depois);
        let gatilhos: Vec<Gatilho> = dias.iter().copied().map(d).chain([volta(1, laco, dias[para])]).collect();
        let (reguas, mut devedor) = (so(regua(1, &gatilhos)), devedor(vec![titulo(1, "2026-02-02")]));
        let entrada: NaiveDate = "2026-03-02".parse().unwrap();
        let mut feitas = vec![];
        for hoje in entrada.iter_days().take(200) {
            for acao in noite(&reguas, &mut devedor, hoje).acoes {
                prop_assert_eq!(acao.devida_em, hoje);
                feitas.push(((hoje - entrada).num_days(), acao.posicao));
            }
        }
        let (volta_inteira, periodo) = (dias.len() - para, i64::from(laco - dias[para]));
        let primeiras: Vec<_> = dias.iter().map(|dia| (i64::from(*dia), posicao_id(1, d(*dia)))).collect();
        prop_assert_eq!(&feitas[..dias.len()], &primeiras[..]);
        for (antes, agora) in feitas[para..].iter().zip(&feitas[para + volta_inteira..]) {
            prop_assert_eq!((antes.0 + periodo, antes.1), *agora);
        }
        let ultimo = feitas[feitas.len() - 1].0;
        prop_assert!(ultimo + periodo >= 200, "it never stops");
        let ciclo = 1 + u32::try_from((feitas.len() - para - 1) / volta_inteira).unwrap();
        prop_assert_eq!(devedor.inscricoes[0].ciclo, ciclo);
    }
}

fn viva(noite: &Noite, id: InscricaoId) -> &Inscricao {
    noite.depois.inscricoes.iter().find(|viva| viva.id == id).unwrap()
}

fn dias(noite: &Noite, inscricao: InscricaoId, posicao: PosicaoId) -> u16 {
    let regua = noite.reguas.get(viva(noite, inscricao).regua).unwrap();
    regua.posicao(posicao).unwrap().gatilho.depois().unwrap()
}
