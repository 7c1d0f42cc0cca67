//! What is wrong with a filter, all of it at once.

use domain::filtro::Filtro;
use serde_json::{Value, json};

fn erros(filtro: &Value) -> Vec<String> {
    let erros = Filtro::ler(filtro).unwrap_err();
    erros.iter().map(|erro| format!("{} {}", erro.ponteiro, erro.codigo)).collect()
}

#[test]
fn every_fault_of_every_tab_is_told_at_once() {
    let filtro = json!({
        "devedor": {
            "codigo": ["ok", "", 7, "x".repeat(61), "a\u{0}b"],
            "uf": ["SP", "XX"],
            "saldo_de": "-1",
            "cadastrado_de": "2026-02-30",
            "tipo_pessoa": "fisica",
            "saldo": "1.00",
        },
        "titulo": {"dias_vencido_de": 40_000, "dias_vencido_ate": "1", "status": ["vencido"], "vencimento_de": "1899-12-31"},
        "regua": {"regua": ["não"], "sem_regua": "sim"},
        "negociacao": [],
        "contato": {"data_de": "2026-11-02", "data_ate": "2026-11-01"},
        "a/b": 1,
    });
    assert_eq!(
        erros(&filtro),
        [
            "/devedor/codigo/1 tamanho_invalido",
            "/devedor/codigo/2 tipo_invalido",
            "/devedor/codigo/3 tamanho_invalido",
            "/devedor/codigo/4 caractere_invalido",
            "/devedor/cadastrado_de formato_invalido",
            "/devedor/saldo_de formato_invalido",
            "/devedor/uf/1 valor_invalido",
            "/devedor/tipo_pessoa tipo_invalido",
            "/devedor/saldo desconhecido",
            "/titulo/vencimento_de formato_invalido",
            "/titulo/dias_vencido_de fora_do_intervalo",
            "/titulo/dias_vencido_ate tipo_invalido",
            "/titulo/status/0 valor_invalido",
            "/regua/regua/0 formato_invalido",
            "/regua/sem_regua tipo_invalido",
            "/negociacao tipo_invalido",
            "/a~1b desconhecido",
            "/contato/data_ate intervalo_invertido",
        ]
    );
    assert_eq!(erros(&json!("tudo")), [" tipo_invalido"]);
}

#[test]
fn an_unknown_code_is_told_which_there_are_and_no_value_comes_back() {
    let erros = Filtro::ler(&json!({"titulo": {"quais": ["segredo"]}})).unwrap_err();
    assert_eq!(erros[0].ponteiro, "/titulo/quais/0");
    assert!(
        erros[0].detalhe.contains("originais, acordos, a_vencer") && !erros[0].detalhe.contains("segredo")
    );
}

#[test]
fn a_range_that_ends_before_it_begins_is_refused_at_its_end() {
    let dia = |aba: &str, campo: &str| {
        let (de, ate) = (format!("{campo}_de"), format!("{campo}_ate"));
        json!({ aba: { de: "2026-11-02", ate: "2026-11-01" } })
    };
    let invertidas = [
        (dia("devedor", "cadastrado"), "/devedor/cadastrado_ate"),
        (json!({"devedor": {"saldo_de": "2", "saldo_ate": "1"}}), "/devedor/saldo_ate"),
        (dia("titulo", "vencimento"), "/titulo/vencimento_ate"),
        (dia("titulo", "vencimento_minimo"), "/titulo/vencimento_minimo_ate"),
        (json!({"titulo": {"dias_vencido_de": 1, "dias_vencido_ate": -1}}), "/titulo/dias_vencido_ate"),
        (dia("regua", "entrada_na_posicao"), "/regua/entrada_na_posicao_ate"),
        (dia("negociacao", "data"), "/negociacao/data_ate"),
        (dia("negociacao", "vencimento_parcela"), "/negociacao/vencimento_parcela_ate"),
        (dia("negociacao", "cancelada"), "/negociacao/cancelada_ate"),
        (dia("contato", "data"), "/contato/data_ate"),
        (dia("contato", "agendado"), "/contato/agendado_ate"),
    ];
    for (filtro, ponteiro) in invertidas {
        assert_eq!(erros(&filtro), [format!("{ponteiro} intervalo_invertido")]);
    }
    assert!(Filtro::ler(&json!({"titulo": {"dias_vencido_de": 1, "dias_vencido_ate": 1}})).is_ok(), "a day");
}

#[test]
fn f29_f30_what_was_not_there_needs_the_period_in_which_it_was_not() {
    let grupo = json!({"sem_grupo_resultado": ["Promessa"]});
    let resultado = json!({"sem_resultado": ["0199f2a0-0000-7000-8000-000000000030"]});
    for aba in [grupo, resultado] {
        assert_eq!(erros(&json!({ "contato": aba })), ["/contato/data_de obrigatorio"]);
        for ponta in ["data_de", "data_ate"] {
            let mut com_periodo = aba.clone();
            com_periodo[ponta] = json!("2026-11-01");
            assert!(Filtro::ler(&json!({ "contato": com_periodo })).is_ok(), "{ponta} alone is a period");
        }
    }
}

#[test]
fn f17_who_is_in_no_regua_is_in_no_position() {
    for campo in [
        json!({"posicao": ["0199f2a0-0000-7000-8000-000000000018"]}),
        json!({"entrada_na_posicao_de": "2026-11-01"}),
    ] {
        let mut aba = campo;
        aba["sem_regua"] = json!(true);
        assert_eq!(erros(&json!({ "regua": aba })), ["/regua/sem_regua nao_combina"]);
    }
}
