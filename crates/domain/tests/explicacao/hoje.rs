//! What is said of the night itself is what it decides, and there is an answer about everything.

use crate::geradores::historias;
use crate::historia::Noite;
use crate::passado::com_passado;
use domain::ids::{ReguaId, TituloId};
use domain::regua::{
    Caminhada, Criterio, Devedor, EstadoRegua, Explicacao, Feita, Gatilho, Passo, Porque, Razao, Regua,
    Reguas, SobreInscricao, SobreRegua, decide, explicar,
};
use domain::titulo::Titulo;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Each walks a history of up to 25 nights and foresees a year from each.
const CASOS: u32 = 48;

fn dita(noite: &Noite, feitas: &[Feita]) -> Explicacao {
    explicar(&noite.reguas, &noite.antes, feitas, (noite.hoje, noite.hoje), &noite.regras)
}

/// Who holds each título after the night.
fn donos(noite: &Noite) -> BTreeMap<TituloId, ReguaId> {
    let vivas = noite.depois.inscricoes.iter();
    vivas.flat_map(|viva| viva.titulos.iter().map(|titulo| (*titulo, viva.regua))).collect()
}

fn titulo(noite: &Noite, id: TituloId) -> &Titulo {
    noite.antes.titulos.iter().find(|titulo| titulo.id == id).unwrap()
}

/// Why a régua does not take a título.
fn porque(sobre: &SobreRegua, titulo: TituloId) -> Vec<Porque> {
    let recusas = sobre.recusas.iter().filter(|recusa| recusa.titulos.contains(&titulo));
    recusas.map(|recusa| recusa.porque).collect()
}

/// What one régua alone would take of a debtor that is nowhere yet.
fn sozinha(noite: &Noite, regua: &Regua) -> BTreeSet<TituloId> {
    let nova = Devedor { inscricoes: vec![], ..noite.antes.clone() };
    let mut depois = nova.clone();
    depois.aplicar(&decide(&Reguas::new(vec![regua.clone()]), &nova, noite.hoje, &noite.regras));
    depois.inscricoes.into_iter().flat_map(|viva| viva.titulos).collect()
}

fn ativas<'e>(noite: &Noite, dita: &'e Explicacao) -> Vec<(Regua, &'e SobreRegua)> {
    let com_regua = |sobre: &'e SobreRegua| (noite.reguas.get(sobre.regua).unwrap().clone(), sobre);
    dita.reguas.iter().map(com_regua).filter(|(regua, _)| regua.estado() == EstadoRegua::Ativa).collect()
}

/// An enrolment that is live before or after the night.
fn agora(noite: &Noite, uma: &SobreInscricao) -> bool {
    uma.abre_em.is_none_or(|em| em == noite.hoje)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASOS))]
    #[test]
    fn every_titulo_has_its_reason_and_its_regua(historia in historias()) {
        com_passado(&historia, |noite, feitas| {
            let dita = dita(noite, feitas);
            let donos = donos(noite);
            prop_assert_eq!(dita.titulos.len(), noite.antes.titulos.len());
            for sobre in &dita.titulos {
                let titulo = titulo(noite, sobre.titulo);
                let anda = matches!(
                    sobre.razao,
                    Razao::NaRegua | Razao::Entra | Razao::Migra | Razao::ReguaInativa | Razao::SemRegua
                );
                prop_assert_eq!(anda, titulo.cobravel(noite.hoje, &noite.regras), "{:?}", sobre);
                prop_assert_eq!(sobre.regua, donos.get(&sobre.titulo).copied());
                let antes = noite.antes.inscricoes.iter().find(|viva| viva.titulos.contains(&titulo.id));
                let antes = antes.map(|viva| viva.regua);
                let aqui = sobre.regua.is_some();
                prop_assert!(sobre.razao != Razao::NaRegua || antes == sobre.regua);
                prop_assert!(sobre.razao != Razao::Entra || (antes.is_none() && aqui));
                prop_assert!(sobre.razao != Razao::Migra || (antes.is_some() && antes != sobre.regua && aqui));
                if sobre.razao == Razao::AVencer {
                    let vira = sobre.ate.unwrap();
                    prop_assert!(titulo.vencido(vira, &noite.regras));
                    prop_assert!(!titulo.vencido(vira.pred_opt().unwrap(), &noite.regras));
                }
            }
            let fora = dita.titulos.iter().filter(|sobre| sobre.razao == Razao::SemRegua).map(|sobre| sobre.titulo);
            let sem_regua = noite.decisao.passos.iter().flat_map(|passo| {
                if let Passo::SemRegua { titulos } = passo { titulos.clone() } else { vec![] }
            });
            prop_assert_eq!(fora.collect::<BTreeSet<_>>(), sem_regua.collect::<BTreeSet<_>>());
            Ok(())
        })?;
    }

    #[test]
    fn every_active_regua_takes_a_titulo_or_says_why_not(historia in historias()) {
        com_passado(&historia, |noite, feitas| {
            let (dita, donos) = (dita(noite, feitas), donos(noite));
            let ativas = ativas(noite, &dita);
            for titulo in &noite.antes.titulos {
                let cobravel = titulo.cobravel(noite.hoje, &noite.regras);
                let lembravel = titulo.lembravel(noite.hoje, &noite.regras);
                let mut livres = 0;
                for (regua, sobre) in &ativas {
                    let dela = cobravel && donos.get(&titulo.id) == Some(&regua.id());
                    let porques = porque(sobre, titulo.id);
                    prop_assert!(porques.len() <= 1);
                    if cobravel {
                        prop_assert_eq!(porques.is_empty(), dela, "{:?}", porques);
                    } else if lembravel {
                        livres += usize::from(porques.is_empty());
                    } else {
                        prop_assert!(porques.is_empty());
                    }
                }
                prop_assert!(livres <= 1, "one régua reminds a título");
            }
            Ok(())
        })?;
    }

    #[test]
    fn s12_the_reason_given_is_the_one_that_decided(historia in historias()) {
        com_passado(&historia, |noite, feitas| {
            let (dita, donos) = (dita(noite, feitas), donos(noite));
            let ordem: BTreeMap<_, _> = dita.reguas.iter().map(|sobre| (sobre.regua, sobre.ordem)).collect();
            for (regua, sobre) in ativas(noite, &dita) {
                let criterios = regua.criterios();
                let sozinha = sozinha(noite, &regua);
                for (porque, id) in sobre.recusas.iter().flat_map(|r| r.titulos.iter().map(|t| (r.porque, *t))) {
                    let titulo = titulo(noite, id);
                    let cobravel = titulo.cobravel(noite.hoje, &noite.regras);
                    match porque {
                        Porque::Criterio { criterio: Criterio::ValorMinimo, soma } => {
                            prop_assert!(!criterios.alcanca(soma.unwrap_or(titulo.saldo)));
                            prop_assert_eq!(criterios.falha(&noite.antes.perfil, titulo), None);
                        }
                        Porque::Criterio { criterio, soma } => {
                            prop_assert_eq!(criterios.falha(&noite.antes.perfil, titulo), Some(criterio));
                            prop_assert!(soma.is_none() && !sozinha.contains(&id));
                        }
                        Porque::ReguaAnterior { regua: outra, .. } => {
                            prop_assert!(ordem[&outra] < sobre.ordem);
                            prop_assert!(!cobravel || donos.get(&id) == Some(&outra));
                        }
                        Porque::Guardado { regua: outra } => prop_assert_eq!(donos.get(&id), Some(&outra)),
                    }
                    let por_criterio = matches!(porque, Porque::Criterio { .. });
                    if cobravel && criterios.valor_minimo.is_none() {
                        prop_assert_eq!(sozinha.contains(&id), !por_criterio, "alone it would take it");
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn every_position_fires_or_says_what_stops_it(historia in historias()) {
        com_passado(&historia, |noite, feitas| {
            for sobre in &dita(noite, feitas).reguas {
                let regua = noite.reguas.get(sobre.regua).unwrap();
                for (posicao, dela) in regua.posicoes().iter().zip(&sobre.posicoes) {
                    prop_assert_eq!(posicao.id, dela.posicao);
                    if matches!(posicao.gatilho, Gatilho::Lembrete { .. }) {
                        continue;
                    }
                    for uma in sobre.inscricoes.iter().filter(|uma| agora(noite, uma)) {
                        let dispara = dela.vezes.iter().any(|vez| vez.inscricao == Some(uma.id));
                        let viva = uma.depois.as_ref().or(uma.antes.as_ref()).unwrap();
                        let paradas: Vec<_> =
                            dela.paradas.iter().filter(|p| p.titulos.contains(&viva.titulos[0])).collect();
                        prop_assert!(dispara || !paradas.is_empty(), "{:?} {:?}", uma, dela);
                        for parada in paradas.iter().filter(|_| !dispara) {
                            check_parada(noite, feitas, (regua, uma), (posicao.id, parada.razao))?;
                        }
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn every_reminder_goes_out_or_says_what_stops_it(historia in historias()) {
        com_passado(&historia, |noite, feitas| {
            let dita = dita(noite, feitas);
            for titulo in noite.antes.titulos.iter().filter(|t| t.lembravel(noite.hoje, &noite.regras)) {
                let lembra = ativas(noite, &dita).into_iter().find(|(_, sobre)| porque(sobre, titulo.id).is_empty());
                let Some((regua, sobre)) = lembra else { continue };
                for (posicao, dela) in regua.posicoes().iter().zip(&sobre.posicoes) {
                    if matches!(posicao.gatilho, Gatilho::Lembrete { .. }) {
                        let vezes = dela.vezes.iter().filter(|vez| vez.titulos.contains(&titulo.id)).count();
                        let paradas = dela.paradas.iter().filter(|p| p.titulos.contains(&titulo.id)).count();
                        prop_assert_eq!(vezes + paradas, 1, "{:?}", dela);
                    }
                }
            }
            Ok(())
        })?;
    }
}

/// That a reason is true of the enrolment it is given for.
fn check_parada(
    noite: &Noite,
    feitas: &[Feita],
    (regua, uma): (&Regua, &SobreInscricao),
    (posicao, razao): (domain::ids::PosicaoId, Razao),
) -> Result<(), TestCaseError> {
    let viva = uma.depois.as_ref().or(uma.antes.as_ref()).unwrap();
    let desta = |feita: &Feita| feita.inscricao.is_some_and(|(id, _)| id == uma.id);
    let feita = feitas.iter().any(|feita| feita.posicao == posicao && desta(feita));
    let verdade = [
        (Razao::Feita, feita),
        (Razao::Passou, !feita),
        (Razao::Encerra, uma.encerra.is_some()),
        (Razao::Congelada, matches!(viva.caminhada, Caminhada::Congelada { .. })),
        (Razao::ReguaInativa, regua.estado() == EstadoRegua::Inativa),
    ];
    prop_assert!(verdade.contains(&(razao, true)), "{razao}: {:?} on {}", uma, noite.hoje);
    Ok(())
}
