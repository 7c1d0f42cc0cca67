//! Rules f26–f35: contacts.

use domain::filtro::Filtro;
use serde_json::{Value, json};

use super::super::carteira::{Casa, Con, Dev, RESULTADO, dev, id, instante};
use super::assert_dentro;

fn con(em: &str, resultado: u8) -> Con {
    Con { em: instante(em), resultado, agendado: None }
}

fn contatado(nome: &str, contatos: Vec<Con>) -> Dev {
    Dev { contatos, ..dev(nome) }
}

#[test]
fn f26_data_of_some_contact_by_days_of_the_company() {
    let devedores = [
        contatado("dentro", vec![con("2026-11-01T03:00:00Z", 0)]),
        contatado("dentro fim", vec![con("2026-11-02T02:59:59Z", 0), con("2026-11-07T12:00:00Z", 0)]),
        contatado("fora antes", vec![con("2026-11-01T02:59:59Z", 0)]),
        contatado("fora depois", vec![con("2026-11-02T03:00:00Z", 0)]),
        dev("nulo"),
    ];
    assert_dentro(&devedores, &json!({"contato": {"data_de": "2026-11-01", "data_ate": "2026-11-01"}}));
}

#[test]
fn f27_grupo_ultimo_resultado_of_the_latest_contact_only() {
    let (cedo, tarde) = ("2026-11-01T12:00:00Z", "2026-11-02T12:00:00Z");
    let devedores = [
        contatado("dentro", vec![con(tarde, 0), con(cedo, 2)]),
        contatado("dentro outro do grupo", vec![con(cedo, 1)]),
        contatado("dentro no mesmo instante", vec![con(cedo, 2), con(cedo, 1)]),
        contatado("fora", vec![con(cedo, 0), con(tarde, 2)]),
        contatado("fora no mesmo instante", vec![con(cedo, 1), con(cedo, 2)]),
        dev("nulo"),
    ];
    assert_dentro(&devedores, &json!({"contato": {"grupo_ultimo_resultado": ["Promessa"]}}));
}

#[test]
fn f28_ultimo_resultado_of_the_latest_contact_which_is_in_the_period() {
    let (cedo, tarde) = ("2026-11-01T12:00:00Z", "2026-11-02T12:00:00Z");
    let zero = id(1, RESULTADO, 0).to_string();
    let devedores = [
        contatado("dentro", vec![con(cedo, 3), con(tarde, 0)]),
        contatado("fora do mesmo grupo", vec![con(tarde, 1)]),
        contatado("fora não é o último", vec![con(cedo, 0), con(tarde, 3)]),
        dev("nulo"),
    ];
    assert_dentro(&devedores, &json!({"contato": {"ultimo_resultado": [zero]}}));
    let no_periodo =
        [Dev { nome: "fora".to_owned(), ..devedores[0].clone() }, contatado("dentro", vec![con(cedo, 0)])];
    assert_dentro(&no_periodo, &json!({"contato": {"ultimo_resultado": [zero], "data_ate": "2026-11-01"}}));
}

#[test]
fn f29_sem_grupo_resultado_in_the_period() {
    let (antes, dentro) = ("2026-11-01T02:59:59Z", "2026-11-01T03:00:00Z");
    let devedores = [
        contatado("dentro fora do período", vec![con(antes, 0)]),
        contatado("dentro outro grupo", vec![con(dentro, 2)]),
        contatado("fora", vec![con(dentro, 1), con("2026-11-07T12:00:00Z", 2)]),
        dev("dentro sem contato"),
    ];
    let filtro = json!({"contato": {"data_de": "2026-11-01", "sem_grupo_resultado": ["Promessa"]}});
    assert_dentro(&devedores, &filtro);
}

#[test]
fn f30_sem_resultado_in_the_period() {
    let um = id(1, RESULTADO, 1).to_string();
    let devedores = [
        contatado("dentro do mesmo grupo", vec![con("2026-11-01T12:00:00Z", 0)]),
        contatado("dentro depois", vec![con("2026-11-02T03:00:00Z", 1)]),
        contatado("fora", vec![con("2026-11-01T12:00:00Z", 1)]),
        dev("dentro sem contato"),
    ];
    assert_dentro(&devedores, &json!({"contato": {"data_ate": "2026-11-01", "sem_resultado": [um]}}));
}

fn agendado(nome: &str, para: &str, operador: Option<&'static str>) -> Dev {
    let contato = Con { agendado: Some((instante(para), operador)), ..con("2026-10-01T12:00:00Z", 0) };
    contatado(nome, vec![contato])
}

#[test]
fn f31_agendado_by_days_of_the_company() {
    let devedores = [
        agendado("dentro", "2026-11-09T03:00:00Z", None),
        agendado("dentro fim", "2026-11-10T02:59:59Z", None),
        agendado("fora antes", "2026-11-09T02:59:59Z", None),
        agendado("fora depois", "2026-11-10T03:00:00Z", None),
        contatado("nulo", vec![con("2026-11-09T12:00:00Z", 0)]),
        dev("nulo sem contato"),
    ];
    assert_dentro(
        &devedores,
        &json!({"contato": {"agendado_de": "2026-11-09", "agendado_ate": "2026-11-09"}}),
    );
}

#[test]
fn f32_operador_agendamento_of_the_same_contact() {
    let em = "2026-11-09T12:00:00Z";
    let dois = Dev {
        contatos: [
            agendado("", em, Some("caio")).contatos,
            agendado("", "2026-12-01T12:00:00Z", Some("bia")).contatos,
        ]
        .concat(),
        ..dev("fora de dois")
    };
    let devedores = [
        agendado("dentro", em, Some("bia")),
        agendado("fora", em, Some("caio")),
        dois,
        agendado("nulo", em, None),
        dev("nulo sem contato"),
    ];
    let filtro = json!({"contato": {"operador_agendamento": ["bia"], "agendado_ate": "2026-11-30"}});
    assert_dentro(&devedores, &filtro);
    let so_quem = [devedores[0].clone(), devedores[1].clone(), devedores[3].clone()];
    assert_dentro(&so_quem, &json!({"contato": {"operador_agendamento": ["bia"]}}));
}

#[test]
fn f33_sem_contato_ever_or_in_the_period() {
    let antes = |nome| contatado(nome, vec![con("2026-10-31T12:00:00Z", 0)]);
    let devedores = [antes("fora"), dev("dentro")];
    assert_dentro(&devedores, &json!({"contato": {"sem_contato": true}}));
    let no_mes =
        [antes("dentro antes"), contatado("fora", vec![con("2026-11-01T03:00:00Z", 0)]), dev("dentro")];
    assert_dentro(&no_mes, &json!({"contato": {"sem_contato": true, "data_de": "2026-11-01"}}));
}

#[test]
fn f34_sem_resultado_positivo_ever_or_in_the_period() {
    let (antes, depois) = ("2026-10-31T12:00:00Z", "2026-11-01T12:00:00Z");
    let sempre = [
        contatado("dentro", vec![con(antes, 1), con(depois, 2)]),
        contatado("fora", vec![con(antes, 3), con(depois, 2)]),
        dev("dentro sem contato"),
    ];
    assert_dentro(&sempre, &json!({"contato": {"sem_resultado_positivo": true}}));
    let no_mes = [
        contatado("dentro antes", vec![con(antes, 3)]),
        contatado("fora", vec![con(depois, 0)]),
        dev("dentro sem contato"),
    ];
    assert_dentro(&no_mes, &json!({"contato": {"sem_resultado_positivo": true, "data_de": "2026-11-01"}}));
}

#[test]
fn f35_a_result_that_changes_changes_what_the_filters_take_at_once() {
    let devedor = |nome: &str| [contatado(nome, vec![con("2026-11-01T12:00:00Z", 0)])];
    let casa = Casa::nova();
    casa.guardar(1, &devedor("d"));
    let quem = |filtro: Value| casa.quem(1, &devedor("d"), &Filtro::ler(&filtro).unwrap()).len();
    let grupo = || json!({"contato": {"grupo_ultimo_resultado": ["Promessa"]}});
    let outro = || json!({"contato": {"grupo_ultimo_resultado": ["Adiado"]}});
    let sem_grupo = || json!({"contato": {"sem_grupo_resultado": ["Promessa"], "data_de": "2026-11-01"}});
    let negativo = || json!({"contato": {"sem_resultado_positivo": true}});
    assert_eq!([quem(grupo()), quem(outro()), quem(sem_grupo()), quem(negativo())], [1, 0, 0, 0]);
    testkit::Sql::connect(casa.pg.url())
        .run("UPDATE cadastro.resultado_contato SET grupo = 'Adiado', positivo = false WHERE nome = 'R0'");
    assert_eq!([quem(grupo()), quem(outro()), quem(sem_grupo()), quem(negativo())], [0, 1, 1, 1]);
}
