//! Rules f01–f09: the debtor itself.

use domain::documento::TipoPessoa;
use domain::titulo::StatusTitulo;
use serde_json::json;

use super::super::carteira::{Dev, Meio, Tipo, Tit, dev, instante, tit};
use super::{assert_dentro, com_titulo};

#[test]
fn f01_codigo() {
    let codigos = |codigos: &[&str]| codigos.iter().map(|codigo| (*codigo).to_owned()).collect();
    let devedores = [
        Dev { codigos: codigos(&["z", "c1"]), ..dev("dentro") },
        Dev { codigos: codigos(&["c2"]), ..dev("dentro 2") },
        Dev { codigos: codigos(&["C1", "c10"]), ..dev("fora") },
        dev("nulo"),
    ];
    assert_dentro(&devedores, &json!({"devedor": {"codigo": ["c1", "c2", "outro"]}}));
}

#[test]
fn f02_gerente() {
    let de = |nome, gerente: &str| Dev { gerente: Some(gerente.to_owned()), ..dev(nome) };
    let devedores = [de("dentro", "Ana"), de("dentro 2", "Caio"), de("fora", "ana"), dev("nulo")];
    assert_dentro(&devedores, &json!({"devedor": {"gerente": ["Ana", "Caio"]}}));
}

#[test]
fn f03_cadastrado_by_days_of_the_company() {
    let em = |nome, em| Dev { criado_em: instante(em), ..dev(nome) };
    let devedores = [
        em("dentro no primeiro instante", "2026-11-01T03:00:00Z"),
        em("dentro no último", "2026-11-03T02:59:59.999Z"),
        em("fora antes", "2026-11-01T02:59:59.999Z"),
        em("fora depois", "2026-11-03T03:00:00Z"),
    ];
    assert_dentro(
        &devedores,
        &json!({"devedor": {"cadastrado_de": "2026-11-01", "cadastrado_ate": "2026-11-02"}}),
    );
}

#[test]
fn f04_saldo_is_the_sum_of_what_is_open() {
    let com = |nome, saldos: &[i64]| Dev {
        titulos: saldos.iter().map(|saldo| Tit { saldo: *saldo, ..tit("2026-11-01") }).collect(),
        ..dev(nome)
    };
    let suspenso = Tit { status: StatusTitulo::Suspenso, saldo: 150, ..tit("2026-11-01") };
    let devedores = [
        com("dentro soma", &[50, 100]),
        com("dentro fim", &[200]),
        com("fora pouco", &[149]),
        com("fora muito", &[100, 101]),
        com_titulo("fora suspenso", suspenso),
        dev("nulo"),
    ];
    assert_dentro(&devedores, &json!({"devedor": {"saldo_de": "1.50", "saldo_ate": "2.00"}}));
    let nada = [dev("dentro sem título"), com("fora", &[1])];
    assert_dentro(&nada, &json!({"devedor": {"saldo_ate": "0"}}));
}

#[test]
fn f05_f06_cidade_without_accents_and_uf_of_the_same_address() {
    let em = |nome, lugares: &[(&'static str, &'static str)]| Dev {
        meios: lugares.iter().map(|(cidade, uf)| Meio::Endereco(cidade, uf, false)).collect(),
        ..dev(nome)
    };
    let devedores = [
        em("dentro", &[("São Paulo", "SP")]),
        em("dentro 2", &[("Rio", "RJ"), ("SAO PAULO", "SP")]),
        em("fora", &[("São Paulo de Olivença", "SP")]),
        em("fora de dois", &[("São Paulo", "RJ"), ("Lins", "SP")]),
        dev("nulo"),
    ];
    assert_dentro(&devedores, &json!({"devedor": {"cidade": ["sÃo paulo"], "uf": ["SP", "MG"]}}));
}

#[test]
fn f05_cidade_alone() {
    let em = |nome, cidade| Dev { meios: vec![Meio::Endereco(cidade, "SP", true)], ..dev(nome) };
    let devedores = [em("dentro", "LINS"), em("fora", "Bauru"), dev("nulo")];
    assert_dentro(&devedores, &json!({"devedor": {"cidade": ["lins"]}}));
}

#[test]
fn f06_uf_alone() {
    let em = |nome, uf| Dev { meios: vec![Meio::Endereco("Lins", uf, true)], ..dev(nome) };
    let devedores = [em("dentro", "SP"), em("fora", "RJ"), dev("nulo")];
    assert_dentro(&devedores, &json!({"devedor": {"uf": ["SP"]}}));
}

#[test]
fn f07_tipo_pessoa() {
    let de = |nome, tipo| Dev { tipo: Tipo(tipo), ..dev(nome) };
    let devedores = [
        de("dentro", TipoPessoa::Juridica),
        de("dentro 2", TipoPessoa::Isenta),
        de("fora", TipoPessoa::Fisica),
    ];
    assert_dentro(&devedores, &json!({"devedor": {"tipo_pessoa": ["juridica", "isenta"]}}));
}

#[test]
fn f08_categoria() {
    let de = |nome, categoria: &str| Dev { categoria: Some(categoria.to_owned()), ..dev(nome) };
    assert_dentro(
        &[de("dentro", "VIP"), de("fora", "Varejo"), dev("nulo")],
        &json!({"devedor": {"categoria": ["VIP", "Atacado"]}}),
    );
}

#[test]
fn f09_credor_of_some_titulo_whatever_its_status_and_not_of_the_one_that_the_others_are_about() {
    let de = |credor, status| Tit { status, credor, ..tit("2026-11-01") };
    let devedores = [
        com_titulo("dentro", de(Some(1), StatusTitulo::Pago)),
        Dev {
            titulos: vec![de(Some(1), StatusTitulo::Pago), de(None, StatusTitulo::Aberto)],
            ..dev("dentro de dois")
        },
        com_titulo("fora", de(Some(0), StatusTitulo::Aberto)),
        com_titulo("nulo", de(None, StatusTitulo::Aberto)),
        dev("nulo de títulos"),
    ];
    assert_dentro(&devedores, &json!({"devedor": {"credor": ["K1", "K9"]}}));
    let abertos = [devedores[1].clone(), Dev { nome: "fora".to_owned(), ..devedores[0].clone() }];
    assert_dentro(&abertos, &json!({"devedor": {"credor": ["K1"]}, "titulo": {"status": ["aberto"]}}));
}
