//! Rule s11: the key by which two réguas are the same.

use crate::geradores::criterios;
use crate::support::{credor, rotulo};
use domain::dinheiro::Centavos;
use domain::documento::TipoPessoa;
use domain::regua::{Criterios, Modo};
use domain::titulo::Origem;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::collections::BTreeSet;

/// Labels that a careless key would confuse.
const ROTULOS: [&str; 8] = ["a", "b", "a,b", "a, b", "\"", "a\", \"b", "a]|score=[", "\\"];

fn com_rotulos() -> impl Strategy<Value = Criterios> {
    let rotulos = || subsequence(&ROTULOS[..], 0..4);
    let minimo = select(&[None, Some(-5), Some(0), Some(1)][..]);
    let pessoas = subsequence(TipoPessoa::TODOS, 0..=3);
    (criterios(), rotulos(), rotulos(), rotulos(), minimo, pessoas).prop_map(
        |(criterios, categorias, tipos_negocio, tipos_titulo, minimo, pessoas)| Criterios {
            categorias: categorias.into_iter().map(rotulo).collect(),
            tipos_negocio: tipos_negocio.into_iter().map(rotulo).collect(),
            tipos_titulo: tipos_titulo.into_iter().map(rotulo).collect(),
            valor_minimo: minimo.map(Centavos::new),
            tipos_pessoa: pessoas.into_iter().collect(),
            ..criterios
        },
    )
}

/// As whoever posts them may write them: in any order, with duplicates.
fn repetida<T: Ord + Clone>(lista: &BTreeSet<T>) -> BTreeSet<T> {
    lista.iter().rev().chain(lista).cloned().collect()
}

proptest! {
    #[test]
    fn s11_the_key_is_equal_exactly_when_criteria_and_mode_are(
        um in com_rotulos(),
        outro in com_rotulos(),
        modo in select(Modo::TODOS),
        outro_modo in select(Modo::TODOS),
    ) {
        let (um, outro) = (um.normalizar(), outro.normalizar());
        let iguais = um == outro && modo == outro_modo;
        prop_assert_eq!(um.chave(modo) == outro.chave(outro_modo), iguais);
        // Two drawn apart are seldom equal; one field apart they must differ.
        let outra_categoria = Criterios { categorias: outro.categorias.clone(), ..um.clone() };
        prop_assert_eq!(um.chave(modo) == outra_categoria.chave(modo), um.categorias == outro.categorias);
        let outro_score = Criterios { score_de: outro.score_de, score_ate: outro.score_ate, ..um.clone() };
        prop_assert_eq!(um.chave(modo) == outro_score.chave(modo), um == outro_score);
    }

    #[test]
    fn s11_the_order_duplicates_and_what_says_nothing_do_not_matter(criterios in com_rotulos(), modo in select(Modo::TODOS)) {
        let mut outro = Criterios {
            credores: repetida(&criterios.credores),
            tipos_pessoa: repetida(&criterios.tipos_pessoa),
            categorias: repetida(&criterios.categorias),
            ..criterios.clone()
        };
        if criterios.valor_minimo.is_none() {
            outro.valor_minimo = Some(Centavos::new(0));
        }
        if criterios.tipos_pessoa.is_empty() {
            outro.tipos_pessoa = TipoPessoa::TODOS.iter().copied().collect();
        }
        prop_assert_eq!(criterios.chave(modo), outro.chave(modo));
        prop_assert_eq!(criterios.quantos(), outro.quantos());
        prop_assert_eq!(criterios.normalizar(), outro.normalizar());
    }

    #[test]
    fn s11_lists_of_labels_do_not_collide(uma in vec(select(&ROTULOS[..]), 0..4), outra in vec(select(&ROTULOS[..]), 0..4)) {
        let com = |lista: &[&str]| {
            let categorias: BTreeSet<_> = lista.iter().map(|texto| rotulo(texto)).collect();
            Criterios { categorias, ..Criterios::default() }
        };
        let iguais = com(&uma) == com(&outra);
        prop_assert_eq!(com(&uma).chave(Modo::PorDevedor) == com(&outra).chave(Modo::PorDevedor), iguais);
    }
}

#[test]
fn s11_the_same_value_in_another_place_is_another_key() {
    let x = || [rotulo("x")].into();
    let nada = Criterios::default;
    let todos = [
        Criterios { categorias: x(), ..nada() },
        Criterios { tipos_negocio: x(), ..nada() },
        Criterios { tipos_titulo: x(), ..nada() },
        Criterios { score_de: Some(1), ..nada() },
        Criterios { score_ate: Some(1), ..nada() },
        Criterios { vencimento_de: "2026-01-01".parse().ok(), ..nada() },
        Criterios { vencimento_ate: "2026-01-01".parse().ok(), ..nada() },
        Criterios { origem: Some(Origem::Original), ..nada() },
        Criterios { origem: Some(Origem::Acordo), ..nada() },
        Criterios { credores: [credor(1)].into(), ..nada() },
        Criterios { valor_minimo: Some(Centavos::new(1)), ..nada() },
        nada(),
    ];
    let chaves: BTreeSet<_> =
        Modo::TODOS.iter().flat_map(|modo| todos.iter().map(|criterios| criterios.chave(*modo))).collect();
    assert_eq!(chaves.len(), todos.len() * Modo::TODOS.len());
}

#[test]
fn s11_the_key_is_stored_and_never_changes() {
    let criterios = Criterios {
        valor_minimo: Some(Centavos::new(10_050)),
        vencimento_de: "2026-01-01".parse().ok(),
        categorias: [rotulo("B"), rotulo("A, \"C\"")].into(),
        tipos_pessoa: [TipoPessoa::Juridica, TipoPessoa::Fisica].into(),
        score_ate: Some(500),
        ..Criterios::default()
    };
    let esperada = concat!(
        "por_titulo|vencimento=[\"2026-01-01\", \"\"]|tipo_pessoa=[\"fisica\", \"juridica\"]",
        "|categoria=[\"A, \\\"C\\\"\", \"B\"]|score=[\"\", \"500\"]|valor_minimo=[\"100.50\"]"
    );
    assert_eq!(criterios.chave(Modo::PorTitulo), esperada);
    assert_eq!(Criterios::default().chave(Modo::PorDevedor), "por_devedor");
}
