//! Rules f20–f25: a negotiation.

use domain::negociacao::EstadoNegociacao;
use domain::titulo::StatusTitulo;
use serde_json::json;

use super::super::carteira::{Dev, Neg, dev, dia, instante, tit};
use super::{assert_dentro, com_titulo};

fn neg() -> Neg {
    Neg {
        estado: EstadoNegociacao::Aberta,
        criada_em: instante("2026-11-02T12:00:00Z"),
        cancelada_em: instante("2026-11-05T12:00:00Z"),
        usuario: None,
        parcelas: Vec::new(),
    }
}

fn que_negociou(nome: &str, negociacoes: Vec<Neg>) -> Dev {
    Dev { negociacoes, ..dev(nome) }
}

#[test]
fn f20_status_of_the_negotiation() {
    let com = |nome, estado| que_negociou(nome, vec![Neg { estado, ..neg() }]);
    let devedores = [
        com("dentro", EstadoNegociacao::Quebrada),
        com("dentro 2", EstadoNegociacao::Cancelada),
        com("fora", EstadoNegociacao::Confirmada),
        dev("nulo"),
    ];
    assert_dentro(&devedores, &json!({"negociacao": {"status": ["quebrada", "cancelada"]}}));
}

#[test]
fn f21_data_by_days_of_the_company_and_f22_usuario_of_the_same_negotiation() {
    let por = |usuario, em| Neg { usuario, criada_em: instante(em), ..neg() };
    let (cedo, dentro, fim, tarde) =
        ("2026-11-01T02:59:59Z", "2026-11-01T03:00:00Z", "2026-11-02T02:59:59Z", "2026-11-02T03:00:00Z");
    let devedores = [
        que_negociou("dentro", vec![por(Some("bia"), dentro)]),
        que_negociou("dentro fim", vec![por(None, cedo), por(Some("bia"), fim)]),
        que_negociou("fora antes", vec![por(Some("bia"), cedo)]),
        que_negociou("fora depois", vec![por(Some("bia"), tarde)]),
        que_negociou("fora de dois", vec![por(Some("bia"), tarde), por(Some("caio"), dentro)]),
        que_negociou("nulo", vec![por(None, dentro)]),
        dev("nulo de negociação"),
    ];
    let data = json!({"data_de": "2026-11-01", "data_ate": "2026-11-01", "usuario": ["bia"]});
    assert_dentro(&devedores, &json!({ "negociacao": data }));
}

#[test]
fn f21_data_alone() {
    let em = |nome, em| que_negociou(nome, vec![Neg { criada_em: instante(em), ..neg() }]);
    let devedores = [em("dentro", "2026-11-01T03:00:00Z"), em("fora", "2026-11-01T02:59:59Z"), dev("nulo")];
    assert_dentro(&devedores, &json!({"negociacao": {"data_de": "2026-11-01"}}));
}

#[test]
fn f22_usuario_alone() {
    let por = |nome, usuario| que_negociou(nome, vec![Neg { usuario, ..neg() }]);
    let devedores = [por("dentro", Some("bia")), por("fora", Some("caio")), por("nulo", None), dev("nulo 2")];
    assert_dentro(&devedores, &json!({"negociacao": {"usuario": ["bia", "ana"]}}));
}

#[test]
fn f23_status_parcela_and_f24_vencimento_parcela_of_the_same_instalment_of_the_same_negotiation() {
    let com = |parcelas: &[(StatusTitulo, &str)]| Neg {
        parcelas: parcelas.iter().map(|(status, em)| (*status, dia(em))).collect(),
        ..neg()
    };
    let (aberta, paga) = (StatusTitulo::Aberto, StatusTitulo::Pago);
    let devedores = [
        que_negociou("dentro", vec![com(&[(paga, "2026-10-01"), (aberta, "2026-11-01")])]),
        que_negociou("dentro fim", vec![com(&[(aberta, "2026-11-02")])]),
        que_negociou("fora", vec![com(&[(paga, "2026-11-01"), (aberta, "2026-11-03")])]),
        que_negociou("nulo sem parcela", vec![com(&[])]),
        com_titulo("nulo original", tit("2026-11-01")),
    ];
    let parcela = json!({"status_parcela": ["aberto"], "vencimento_parcela_de": "2026-11-01", "vencimento_parcela_ate": "2026-11-02"});
    assert_dentro(&devedores, &json!({ "negociacao": parcela }));
    let bia = Neg { usuario: Some("bia"), ..com(&[]) };
    let de_duas = [que_negociou("fora", vec![bia, com(&[(aberta, "2026-11-01")])])];
    assert_dentro(&de_duas, &json!({"negociacao": {"status_parcela": ["aberto"], "usuario": ["bia"]}}));
}

#[test]
fn f24_vencimento_parcela_alone_whatever_its_status() {
    let com = |nome, status, em| que_negociou(nome, vec![Neg { parcelas: vec![(status, dia(em))], ..neg() }]);
    let devedores = [
        com("dentro", StatusTitulo::Cancelado, "2026-11-01"),
        com("fora", StatusTitulo::Aberto, "2026-10-31"),
        dev("nulo"),
    ];
    assert_dentro(&devedores, &json!({"negociacao": {"vencimento_parcela_de": "2026-11-01"}}));
}

#[test]
fn f25_cancelada_by_days_of_the_company() {
    let em = |nome, estado, em| que_negociou(nome, vec![Neg { estado, cancelada_em: instante(em), ..neg() }]);
    let cancelada = EstadoNegociacao::Cancelada;
    let devedores = [
        em("dentro", cancelada, "2026-11-05T03:00:00Z"),
        em("dentro fim", cancelada, "2026-11-06T02:59:59Z"),
        em("fora antes", cancelada, "2026-11-05T02:59:59Z"),
        em("fora depois", cancelada, "2026-11-06T03:00:00Z"),
        em("nulo", EstadoNegociacao::Aberta, "2026-11-05T12:00:00Z"),
        dev("nulo sem negociação"),
    ];
    let filtro = json!({"negociacao": {"cancelada_de": "2026-11-05", "cancelada_ate": "2026-11-05"}});
    assert_dentro(&devedores, &filtro);
}
