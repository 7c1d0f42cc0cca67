//! What holds for every history: in which régua each título is.

use crate::geradores::historias;
use crate::historia::{Noite, percorrer};
use domain::ids::{ReguaId, TituloId};
use domain::regua::{
    Alvo, EstadoRegua, Inscricao, Migracao, Modo, MotivoEncerramento, MudancaInscricao, Passo, Regua,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

proptest! {
    #[test]
    fn every_chargeable_titulo_is_in_one_place(historia in historias()) {
        percorrer(&historia, |noite| {
            let vivas = &noite.depois.inscricoes;
            let seguros: Vec<TituloId> = vivas.iter().flat_map(|inscricao| inscricao.titulos.clone()).collect();
            let unicos: BTreeSet<_> = seguros.iter().collect();
            prop_assert_eq!(unicos.len(), seguros.len(), "no título is held twice");
            let congelados: BTreeSet<_> = noite.congelados().map(|titulo| titulo.id).collect();
            let mut lugares: Vec<_> = seguros.into_iter().filter(|id| !congelados.contains(id)).collect();
            lugares.extend(sem_regua(noite));
            let mut esperados: Vec<_> = noite.cobraveis().map(|titulo| titulo.id).collect();
            lugares.sort_unstable();
            esperados.sort_unstable();
            prop_assert_eq!(lugares, esperados);
            let alvos: BTreeSet<_> = vivas.iter().map(|inscricao| (inscricao.regua, inscricao.alvo)).collect();
            prop_assert_eq!(alvos.len(), vivas.len(), "live at most once");
            let em_ordem = vivas.iter().all(|inscricao| !inscricao.titulos.is_empty() && inscricao.titulos.is_sorted());
            prop_assert!(em_ordem);
            Ok(())
        })?;
    }

    #[test]
    fn a_frozen_titulo_is_held_only_by_who_held_it(historia in historias()) {
        percorrer(&historia, |noite| {
            let congelados: BTreeSet<_> = noite.congelados().map(|titulo| titulo.id).collect();
            for depois in &noite.depois.inscricoes {
                let antes = noite.antes.inscricoes.iter().find(|antes| antes.id == depois.id);
                let segura = |dela: &Inscricao, id: &TituloId| dela.titulos.contains(id);
                for id in depois.titulos.iter().filter(|id| congelados.contains(id)) {
                    prop_assert!(antes.is_some_and(|antes| segura(antes, id)));
                }
                for id in antes.iter().flat_map(|antes| &antes.titulos).filter(|id| congelados.contains(id)) {
                    prop_assert!(segura(depois, id));
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn who_holds_a_frozen_titulo_stays_unless_the_regua_is_archived_or_changed_its_mode(historia in historias()) {
        percorrer(&historia, |noite| {
            let congelados: BTreeSet<_> = noite.congelados().map(|titulo| titulo.id).collect();
            for antes in noite.antes.inscricoes.iter().filter(|antes| antes.titulos.iter().any(|id| congelados.contains(id))) {
                match motivo(noite, antes) {
                    None => {}
                    Some(motivo) => prop_assert!(
                        matches!(motivo, MotivoEncerramento::ReguaArquivada | MotivoEncerramento::ModoAlterado),
                        "{motivo}"
                    ),
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn v04_g03_who_may_stay_keeps_what_still_meets_its_criteria(historia in historias()) {
        percorrer(&historia, |noite| {
            for antes in &noite.antes.inscricoes {
                let Some(regua) = noite.reguas.get(antes.regua) else { continue };
                let mesmo_modo = (regua.modo() == Modo::PorDevedor) == (antes.alvo == Alvo::Devedor);
                let guarda = match regua.estado() {
                    EstadoRegua::Inativa => true,
                    EstadoRegua::Ativa => mesmo_modo && noite.regras.migracao == Migracao::PerfilPerdido,
                    EstadoRegua::Arquivada => false,
                };
                let servem = noite.cobraveis().filter(|titulo| antes.titulos.contains(&titulo.id));
                let servem = servem.filter(|titulo| regua.criterios().falha(&noite.antes.perfil, titulo).is_none());
                let servem: Vec<_> = servem.collect();
                let total = servem.iter().map(|titulo| titulo.saldo).sum();
                if guarda && !servem.is_empty() && regua.criterios().alcanca(total) {
                    let depois = noite.depois.inscricoes.iter().find(|depois| depois.id == antes.id);
                    let ficam = servem.iter().all(|titulo| depois.is_some_and(|depois| depois.titulos.contains(&titulo.id)));
                    prop_assert!(ficam, "{depois:?}");
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn who_leaves_is_told_why(historia in historias()) {
        percorrer(&historia, |noite| {
            let sem_regua = sem_regua(noite);
            for antes in &noite.antes.inscricoes {
                let Some(motivo) = motivo(noite, antes) else { continue };
                let regua = noite.reguas.get(antes.regua);
                let noutra = |id: &TituloId| {
                    noite.cobraveis().any(|titulo| titulo.id == *id) && !sem_regua.contains(id)
                };
                let esperado = if regua.is_none_or(|regua| regua.estado() == EstadoRegua::Arquivada) {
                    MotivoEncerramento::ReguaArquivada
                } else if regua.is_some_and(|regua| (regua.modo() == Modo::PorDevedor) != (antes.alvo == Alvo::Devedor) && regua.estado() == EstadoRegua::Ativa) {
                    MotivoEncerramento::ModoAlterado
                } else if antes.titulos.iter().any(noutra) {
                    MotivoEncerramento::Migracao
                } else if antes.titulos.iter().any(|id| sem_regua.contains(id)) {
                    MotivoEncerramento::PerfilPerdido
                } else {
                    MotivoEncerramento::SemTitulo
                };
                prop_assert_eq!(motivo, esperado);
            }
            Ok(())
        })?;
    }

    #[test]
    fn s12_no_regua_that_comes_first_would_have_taken_it(historia in historias()) {
        percorrer(&historia, |noite| {
            for titulo in noite.cobraveis() {
                let serve = |regua: &&Regua| {
                    let criterios = regua.criterios();
                    criterios.falha(&noite.antes.perfil, titulo).is_none() && criterios.alcanca(titulo.saldo)
                };
                let primeira = noite.reguas.ativas().find(serve).map(|regua| ordem(noite, regua.id()));
                let onde = noite.depois.inscricoes.iter().find(|viva| viva.titulos.contains(&titulo.id));
                let Some(onde) = onde else {
                    prop_assert_eq!(primeira, None);
                    continue;
                };
                let dela = noite.reguas.get(onde.regua).unwrap();
                let mantida = noite.antes.inscricoes.iter().any(|antes| antes.id == onde.id && antes.titulos.contains(&titulo.id));
                let guarda = dela.estado() == EstadoRegua::Inativa || noite.regras.migracao == Migracao::PerfilPerdido;
                prop_assert!(dela.estado() == EstadoRegua::Ativa || mantida, "an inactive one takes nobody in");
                prop_assert!(primeira.is_none_or(|primeira| ordem(noite, onde.regua) <= primeira) || (mantida && guarda));
                prop_assert_eq!(dela.criterios().falha(&noite.antes.perfil, titulo), None);
            }
            Ok(())
        })?;
    }

    #[test]
    fn s01_who_takes_a_titulo_is_among_the_candidates(historia in historias()) {
        percorrer(&historia, |noite| {
            let candidatas: Vec<_> = noite.reguas.candidatas(&noite.antes).map(Regua::id).collect();
            prop_assert!(candidatas.is_sorted_by_key(|id| ordem(noite, *id)));
            for regua in noite.reguas.ativas() {
                let mut titulos = noite.antes.titulos.iter();
                if titulos.any(|titulo| regua.criterios().falha(&noite.antes.perfil, titulo).is_none()) {
                    prop_assert!(candidatas.contains(&regua.id()));
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn g05_a_titulo_changes_regua_at_most_once_a_night(historia in historias()) {
        percorrer(&historia, |noite| {
            for titulo in &noite.antes.titulos {
                let (mut abertas, mut migradas) = (0, 0);
                for mudanca in &noite.decisao.mudancas {
                    match mudanca {
                        MudancaInscricao::Abrir(nova) => abertas += usize::from(nova.titulos.contains(&titulo.id)),
                        MudancaInscricao::Encerrar { id, motivo: MotivoEncerramento::Migracao } => {
                            let dela = noite.antes.inscricoes.iter().find(|antes| antes.id == *id).unwrap();
                            migradas += usize::from(dela.titulos.contains(&titulo.id));
                        }
                        MudancaInscricao::Encerrar { .. } | MudancaInscricao::Atualizar(_) => {}
                    }
                }
                prop_assert!(abertas <= 1 && migradas <= 1, "{abertas} {migradas}");
            }
            Ok(())
        })?;
    }
}

/// Why an enrolment closed that night, if it did.
fn motivo(noite: &Noite, antes: &Inscricao) -> Option<MotivoEncerramento> {
    noite.decisao.mudancas.iter().find_map(|mudanca| match mudanca {
        MudancaInscricao::Encerrar { id, motivo } if *id == antes.id => Some(*motivo),
        MudancaInscricao::Encerrar { .. } | MudancaInscricao::Abrir(_) | MudancaInscricao::Atualizar(_) => {
            None
        }
    })
}

/// Where a régua stands among all of the company.
fn ordem(noite: &Noite, id: ReguaId) -> usize {
    noite.reguas.todas().iter().position(|regua| regua.id() == id).unwrap()
}

fn sem_regua(noite: &Noite) -> Vec<TituloId> {
    let passos = noite.decisao.passos.iter().map(|passo| match passo {
        Passo::SemRegua { titulos } => titulos.as_slice(),
        Passo::Entrou { .. }
        | Passo::Disparou { .. }
        | Passo::Aguarda { .. }
        | Passo::Reposicionou { .. }
        | Passo::Congelada { .. }
        | Passo::Descongelou { .. }
        | Passo::NoFinal { .. }
        | Passo::ReguaInativa { .. }
        | Passo::Encerrou { .. }
        | Passo::Lembrou { .. } => &[],
    });
    passos.flatten().copied().collect()
}
