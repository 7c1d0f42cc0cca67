//! A filter as a person reads it before confirming (rule b14).

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::valores::{Faixa, Valor};

pub(super) fn dizer_lista<T: Valor>(
    nome: &str,
    lista: &BTreeSet<T>,
    nomes: &BTreeMap<Uuid, String>,
) -> Option<String> {
    let ditos: Vec<String> = lista.iter().map(|valor| valor.dizer(nomes)).collect();
    let (ultimo, outros) = ditos.split_last()?;
    Some(match outros {
        [] => format!("{nome} {ultimo}"),
        outros => format!("{nome} {} ou {ultimo}", outros.join(", ")),
    })
}

pub(super) fn dizer_faixa<T: Valor>(
    nome: &str,
    faixa: &Faixa<T>,
    nomes: &BTreeMap<Uuid, String>,
) -> Option<String> {
    match (&faixa.de, &faixa.ate) {
        (None, None) => None,
        (Some(de), None) => Some(format!("{nome} a partir de {}", de.dizer(nomes))),
        (None, Some(ate)) => Some(format!("{nome} até {}", ate.dizer(nomes))),
        (Some(de), Some(ate)) if de == ate => Some(format!("{nome} igual a {}", de.dizer(nomes))),
        (Some(de), Some(ate)) => Some(format!("{nome} de {} a {}", de.dizer(nomes), ate.dizer(nomes))),
    }
}

pub(super) fn dizer_sim(nome: &str, sim: bool) -> Option<String> {
    sim.then(|| nome.to_owned())
}
