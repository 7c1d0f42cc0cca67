//! Rules f17–f19: where the debtor is in its réguas.

use serde_json::json;

use super::super::carteira::{Dev, Insc, POSICAO, REGUA, dev, dia, id};
use super::assert_dentro;

fn em_regua(nome: &str, regua: u8, posicao: Option<(u8, &str)>, viva: bool) -> Dev {
    let posicao = posicao.map(|(n, em)| (n, dia(em)));
    Dev { inscricoes: vec![Insc { regua, posicao, viva }], ..dev(nome) }
}

#[test]
fn f17_regua_of_those_that_live_or_none() {
    let uma = id(1, REGUA, 1).to_string();
    let devedores = |sem: &str| {
        [
            em_regua("dentro", 1, None, true),
            em_regua("fora de outra", 0, None, true),
            em_regua(sem, 1, None, false),
            dev(&format!("{sem} nenhuma")),
        ]
    };
    assert_dentro(&devedores("nulo"), &json!({"regua": {"regua": [uma]}}));
    assert_dentro(&devedores("dentro sem"), &json!({"regua": {"regua": [uma], "sem_regua": true}}));
    let so_sem = [em_regua("fora", 1, None, true), em_regua("dentro", 1, None, false), dev("dentro nenhuma")];
    assert_dentro(&so_sem, &json!({"regua": {"sem_regua": true}}));
}

#[test]
fn f18_posicao_in_which_the_same_enrolment_is() {
    let segunda = id(1, POSICAO, 3).to_string();
    let devedores = [
        em_regua("dentro", 1, Some((1, "2026-11-01")), true),
        em_regua("fora primeira", 1, Some((0, "2026-11-01")), true),
        em_regua("fora de outra régua", 0, Some((1, "2026-11-01")), true),
        em_regua("fora encerrada", 1, Some((1, "2026-11-01")), false),
        em_regua("nulo", 1, None, true),
        dev("nulo sem régua"),
    ];
    assert_dentro(&devedores, &json!({"regua": {"posicao": [segunda]}}));
    let outra = id(1, REGUA, 0).to_string();
    let nenhum = devedores.map(|dev| Dev { nome: format!("fora {}", dev.nome), ..dev });
    assert_dentro(&nenhum, &json!({"regua": {"posicao": [segunda], "regua": [outra]}}));
}

#[test]
fn f19_entrada_na_posicao() {
    let devedores = [
        em_regua("dentro", 0, Some((0, "2026-11-01")), true),
        em_regua("dentro fim", 1, Some((1, "2026-11-02")), true),
        em_regua("fora antes", 0, Some((0, "2026-10-31")), true),
        em_regua("fora depois", 0, Some((0, "2026-11-03")), true),
        em_regua("nulo", 0, None, true),
        dev("nulo sem régua"),
    ];
    let entrada = json!({"entrada_na_posicao_de": "2026-11-01", "entrada_na_posicao_ate": "2026-11-02"});
    assert_dentro(&devedores, &json!({ "regua": entrada }));
}
