//! Rules f10–f16: a título.

use domain::titulo::StatusTitulo;
use serde_json::json;

use super::super::carteira::{Dev, Tit, dev, dia, tit};
use super::{assert_dentro, com_titulo};

#[test]
fn f10_vencimento_of_some_titulo() {
    let em = |nome, em: &str| com_titulo(nome, tit(em));
    let dois = Dev { titulos: vec![tit("2026-10-31"), tit("2026-11-04")], ..dev("fora dos dois lados") };
    let devedores = [
        em("dentro começo", "2026-11-01"),
        em("dentro fim", "2026-11-03"),
        em("fora antes", "2026-10-31"),
        em("fora depois", "2026-11-04"),
        dois,
        dev("nulo"),
    ];
    assert_dentro(
        &devedores,
        &json!({"titulo": {"vencimento_de": "2026-11-01", "vencimento_ate": "2026-11-03"}}),
    );
}

#[test]
fn f11_vencimento_minimo_is_the_oldest_that_is_open_and_apart_from_the_other_filters() {
    let pago = |em| Tit { status: StatusTitulo::Pago, ..tit(em) };
    let devedores = [
        Dev { titulos: vec![tit("2026-11-02"), tit("2026-12-24")], ..dev("dentro") },
        Dev { titulos: vec![pago("2026-10-01"), tit("2026-11-03")], ..dev("dentro com pago antes") },
        Dev { titulos: vec![tit("2026-10-31"), tit("2026-11-02")], ..dev("fora tem mais antigo") },
        com_titulo("fora depois", tit("2026-11-04")),
        com_titulo("nulo nada aberto", pago("2026-11-02")),
        dev("nulo"),
    ];
    let minimo = json!({"vencimento_minimo_de": "2026-11-01", "vencimento_minimo_ate": "2026-11-03"});
    assert_dentro(&devedores, &json!({ "titulo": minimo }));
    // The oldest open is one título, the paid one another.
    let com_pago = [devedores[1].clone(), Dev { nome: "fora".to_owned(), ..devedores[0].clone() }];
    let mut aba = minimo;
    aba["status"] = json!(["pago"]);
    assert_dentro(&com_pago, &json!({ "titulo": aba }));
}

#[test]
fn f12_dias_vencido_negative_is_to_come() {
    let em = |nome, em: &str| com_titulo(nome, tit(em));
    let devedores = [
        em("dentro venceu ontem", "2026-11-07"),
        em("dentro vence hoje", "2026-11-08"),
        em("dentro vence em dois dias", "2026-11-10"),
        em("fora venceu antes", "2026-11-06"),
        em("fora vence depois", "2026-11-11"),
        dev("nulo"),
    ];
    assert_dentro(&devedores, &json!({"titulo": {"dias_vencido_de": -2, "dias_vencido_ate": 1}}));
}

#[test]
fn f13_status_list_on_the_same_titulo_as_the_others() {
    let com = |status| Tit { status, ..tit("2026-11-01") };
    let devedores = [
        com_titulo("dentro", com(StatusTitulo::Suspenso)),
        com_titulo("dentro 2", com(StatusTitulo::Cancelado)),
        com_titulo("fora", com(StatusTitulo::Aberto)),
        Dev {
            titulos: vec![
                com(StatusTitulo::Aberto),
                Tit { vencimento: dia("2026-11-02"), ..com(StatusTitulo::Suspenso) },
            ],
            ..dev("fora de dois")
        },
        dev("nulo"),
    ];
    let filtro = json!({"titulo": {"status": ["suspenso", "cancelado"], "vencimento_ate": "2026-11-01"}});
    assert_dentro(&devedores, &filtro);
}

#[test]
fn f14_flags_of_which_one_is_enough() {
    let acordo = |em| Tit { acordo: true, ..tit(em) };
    let devedores = [
        com_titulo("dentro acordo", acordo("2026-11-01")),
        com_titulo("dentro a vencer hoje", tit("2026-11-08")),
        com_titulo("fora", tit("2026-11-07")),
        dev("nulo"),
    ];
    assert_dentro(&devedores, &json!({"titulo": {"quais": ["acordos", "a_vencer"]}}));
    let originais = [com_titulo("dentro", tit("2026-11-01")), com_titulo("fora", acordo("2026-11-01"))];
    assert_dentro(&originais, &json!({"titulo": {"quais": ["originais"]}}));
}

#[test]
fn f15_tipo_negocio() {
    let de = |nome, negocio| com_titulo(nome, Tit { negocio, ..tit("2026-11-01") });
    assert_dentro(
        &[de("dentro", Some("A")), de("fora", Some("B")), de("nulo", None), dev("nulo de títulos")],
        &json!({"titulo": {"tipo_negocio": ["A", "C"]}}),
    );
}

#[test]
fn f16_tipo_titulo() {
    let de = |nome, tipo| com_titulo(nome, Tit { tipo, ..tit("2026-11-01") });
    assert_dentro(
        &[de("dentro", Some("A")), de("fora", Some("B")), de("nulo", None), dev("nulo de títulos")],
        &json!({"titulo": {"tipo_titulo": ["A"]}}),
    );
}
