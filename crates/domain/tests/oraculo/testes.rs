//! The runs.

use crate::correr::{Resultado, correr};
use crate::eventos::Evento;

/// A year.
const DIAS: i64 = 365;
/// How many histories every run of the tests goes through.
const HISTORIAS: u64 = 3_000;
/// How many days each of those takes.
const DIAS_DE_SEMPRE: i64 = 200;
const AVISAR_A_CADA: u64 = 5_000;

#[test]
fn decide_and_the_model_tell_the_same_story() {
    let pedidas = pedidas();
    let (quantas, dias, avisar) = match pedidas {
        Some(quantas) => (quantas, DIAS, Some(AVISAR_A_CADA)),
        None => (HISTORIAS, DIAS_DE_SEMPRE, None),
    };
    let resultado = correr(0..quantas, dias, avisar);
    if pedidas.is_some() {
        resultado.vistos.iter().for_each(|(evento, historias)| println!("{historias:>8} {evento:?}"));
    }
    sem_falhas(&resultado);
    let nunca: Vec<_> =
        Evento::TODOS.iter().filter(|evento| !resultado.vistos.contains_key(evento)).collect();
    assert!(nunca.is_empty(), "no history came across {nunca:?}");
}

#[test]
fn the_seeds_that_once_failed_do_not_fail_again() {
    let numero = |linha: &'static str| linha.split_whitespace().next()?.parse().ok();
    let sementes: Vec<u64> = include_str!("sementes.txt").lines().filter_map(numero).collect();
    assert!(!sementes.is_empty());
    sem_falhas(&correr(sementes.into_iter(), DIAS, None));
}

fn sem_falhas(resultado: &Resultado) {
    let contos: Vec<_> = resultado.falhas.values().map(String::as_str).collect();
    assert!(contos.is_empty(), "\n{}", contos.join("\n"));
}

/// How many histories whoever runs this asked for.
#[expect(clippy::disallowed_methods, reason = "a test has no config; this one is asked to run longer")]
fn pedidas() -> Option<u64> {
    std::env::var("COBRANCA_HISTORIAS").ok()?.parse().ok()
}
