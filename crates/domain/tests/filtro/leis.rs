//! What holds of every filter.

use std::collections::{BTreeMap, BTreeSet};

use domain::filtro::{EXEMPLOS, Filtro, MAX_LISTA};
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Map, Value, json};

fn exemplo(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// The examples together; of a field that two have, the last one's.
fn juntos(exemplos: &[usize]) -> Value {
    let mut abas = Map::new();
    for i in exemplos {
        for (aba, campos) in exemplo(EXEMPLOS[*i].json).as_object().unwrap() {
            let todos = abas.entry(aba.clone()).or_insert_with(|| json!({}));
            todos.as_object_mut().unwrap().extend(campos.as_object().unwrap().clone());
        }
    }
    // Nobody who is in no régua is in a position.
    let regua = abas.get_mut("regua").and_then(Value::as_object_mut);
    if let Some(regua) = regua.filter(|regua| regua.len() > 1) {
        regua.remove("sem_regua");
    }
    Value::Object(abas)
}

#[test]
fn every_filter_has_an_example_that_reads_back_as_it_is_written() {
    let regras: Vec<String> = EXEMPLOS.iter().map(|exemplo| exemplo.regra.to_owned()).collect();
    assert_eq!(regras, (1..=34).map(|n| format!("f{n:02}")).collect::<Vec<_>>());
    let mut vistos = BTreeSet::new();
    for dado in EXEMPLOS {
        let valor = exemplo(dado.json);
        let filtro = Filtro::ler(&valor).unwrap();
        assert_eq!(filtro.escrever(), valor, "{}", dado.regra);
        assert_eq!(serde_json::from_str::<Filtro>(dado.json).unwrap(), filtro);
        assert_eq!(serde_json::to_value(&filtro).unwrap(), valor);
        assert!(vistos.insert(valor.to_string()), "{} says what another one says", dado.regra);
        assert!(!dado.resumo.is_empty() && filtro.em_palavras(&BTreeMap::new())[0] != "Todos os devedores");
    }
}

proptest! {
    #[test]
    fn a_filter_reads_back_as_it_is_written(exemplos in subsequence((0..EXEMPLOS.len()).collect::<Vec<_>>(), 0..=EXEMPLOS.len())) {
        let valor = juntos(&exemplos);
        let filtro = Filtro::ler(&valor).unwrap();
        prop_assert_eq!(filtro.escrever(), valor);
        prop_assert_eq!(Filtro::ler(&filtro.escrever()).unwrap(), filtro.clone());
        prop_assert_eq!(filtro.clone().conferir().unwrap(), filtro);
    }

    #[test]
    fn whatever_comes_gets_an_answer(texto in r#"[\[\]{}:,"a-z_0-9]{0,40}"#, campo in "[a-z_]{0,20}", aba in 0..5_usize) {
        let aba = ["devedor", "titulo", "regua", "negociacao", "contato"][aba];
        let valor = serde_json::from_str(&texto).unwrap_or(Value::String(texto));
        let lido = Filtro::ler(&json!({ aba: { campo: valor } }));
        prop_assert!(lido.is_ok() || lido.is_err_and(|erros| !erros.is_empty()));
    }
}

#[test]
fn filters_that_say_the_same_are_equal() {
    let iguais = [
        (json!({}), json!({"devedor": {}, "titulo": null})),
        (json!({}), json!({"devedor": {"codigo": [], "gerente": null, "saldo_de": "0.00"}})),
        (json!({}), json!({"devedor": {"tipo_pessoa": ["fisica", "isenta", "juridica"]}})),
        (json!({}), json!({"contato": {"sem_contato": false}})),
        (json!({"devedor": {"uf": ["SP", "RJ"]}}), json!({"devedor": {"uf": ["RJ", "SP", "RJ"]}})),
        (
            json!({"devedor": {"cidade": ["São Paulo"]}}),
            json!({"devedor": {"cidade": [" SAO PAULO", "são paulo"]}}),
        ),
        (json!({"devedor": {"gerente": ["João"]}}), json!({"devedor": {"gerente": [" Joa\u{303}o "]}})),
        (json!({"devedor": {"saldo_de": 10.5}}), json!({"devedor": {"saldo_de": "10.50"}})),
        (
            json!({"titulo": {"quais": ["originais", "acordos"]}}),
            json!({"titulo": {"quais": ["a_vencer", "acordos", "originais"]}}),
        ),
    ];
    for (um, outro) in iguais {
        assert_eq!(Filtro::ler(&um).unwrap(), Filtro::ler(&outro).unwrap(), "{um} {outro}");
    }
    // Every status asks for a título; no status asks for nothing.
    let todos = json!({"titulo": {"status": ["aberto", "negociado", "pago", "cancelado", "suspenso"]}});
    assert_ne!(Filtro::ler(&todos).unwrap(), Filtro::default());
}

#[test]
fn a_list_is_as_long_as_it_may_be() {
    let lista = |n: usize| json!({"devedor": {"codigo": (0..n).map(|i| i.to_string()).collect::<Vec<_>>()}});
    assert_eq!(Filtro::ler(&lista(MAX_LISTA)).unwrap().devedor.codigo.len(), MAX_LISTA);
    let erros = Filtro::ler(&lista(MAX_LISTA + 1)).unwrap_err();
    assert_eq!((erros[0].ponteiro.as_str(), erros[0].codigo), ("/devedor/codigo", "tamanho_invalido"));
}
