//! Laws of the edge: whatever comes in, what goes out is an answer or a whole problem, never a failure of ours.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Number, Value};
use tokio::runtime::Runtime;

use crate::apoio::{Resposta, Teste, amostra, start};

const CASOS: u32 = 300;

/// Values that have broken parsers before, beside random ones.
fn value() -> impl Strategy<Value = Value> {
    let numero = prop_oneof![
        any::<i64>().prop_map(|n| Value::Number(n.into())),
        any::<u64>().prop_map(|n| Value::Number(n.into())),
        any::<f64>().prop_map(|n| Number::from_f64(n).map_or(Value::Null, Value::Number)),
    ];
    let texto = prop_oneof![
        any::<String>(),
        Just(String::from("\0")),
        Just("9".repeat(400)),
        Just(String::from("9999-12-31")),
        Just(String::from("-0.00")),
        Just(String::from("1e3")),
    ];
    let folha = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        numero,
        texto.prop_map(Value::from)
    ];
    folha.prop_recursive(4, 32, 6, |dentro| {
        prop_oneof![
            vec(dentro.clone(), 0..8).prop_map(Value::Array),
            btree_map(key(), dentro, 0..8).prop_map(|campos| Value::Object(campos.into_iter().collect())),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    let nossas = ["nome", "valor", "vencimento", "dias", "etiquetas", "contato", "email", "ativo", "", "~/"];
    prop_oneof![proptest::sample::select(nossas.to_vec()).prop_map(str::to_owned), any::<String>()]
}

/// A good body with one field made strange.
fn almost_good() -> impl Strategy<Value = Value> {
    (key(), value()).prop_map(|(chave, valor)| {
        let mut corpo = amostra();
        corpo[chave.as_str()] = valor;
        corpo
    })
}

fn check(resposta: &Resposta) -> Result<(), TestCaseError> {
    match resposta.status {
        200 => return Ok(()),
        400 | 422 => {}
        outro => return Err(TestCaseError::fail(format!("{outro}: {resposta:?}"))),
    }
    resposta.problem();
    prop_assert_eq!(resposta.faults().is_empty(), resposta.status == 400);
    for falta in resposta.faults() {
        prop_assert!(falta.starts_with('/') || falta.starts_with(' '), "{}", falta);
    }
    Ok(())
}

fn law<S: Strategy<Value = Vec<u8>>>(corpos: S) {
    let runtime = Runtime::new().unwrap();
    let teste: Teste = runtime.block_on(async { start(|_| {}) });
    let mut runner = TestRunner::new(Config { cases: CASOS, failure_persistence: None, ..Config::default() });
    let resultado = runner.run(&corpos, |corpo| check(&runtime.block_on(teste.put(corpo))));
    resultado.unwrap();
}

#[test]
fn random_json_never_gives_a_failure_of_ours() {
    law(value().prop_map(|valor| valor.to_string().into_bytes()));
}

#[test]
fn a_good_body_with_one_strange_field_is_taken_or_refused_by_name() {
    law(almost_good().prop_map(|valor| valor.to_string().into_bytes()));
}

#[test]
fn random_bytes_never_give_a_failure_of_ours() {
    let quase =
        (almost_good(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(valor, onde, troca)| {
            let mut bytes = valor.to_string().into_bytes();
            let onde = onde.index(bytes.len());
            bytes[onde] = troca;
            bytes
        });
    law(prop_oneof![vec(any::<u8>(), 0..200), quase]);
}
