//! Rule b14: what is asked, as a person reads it.

use std::collections::BTreeMap;

use domain::filtro::Filtro;
use serde_json::json;
use uuid::Uuid;

#[test]
fn b14_a_filter_is_said_line_by_line_with_the_names_of_what_it_names() {
    let (regua, resultado) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let filtro = Filtro::ler(&json!({
        "devedor": {"gerente": ["Bia", "Ana", "Caio"], "saldo_de": "1234.5", "cidade": ["são paulo"], "cadastrado_ate": "2026-11-30"},
        "titulo": {"vencimento_de": "2026-11-01", "vencimento_ate": "2026-11-30", "dias_vencido_de": -5, "dias_vencido_ate": -5, "quais": ["a_vencer"]},
        "regua": {"regua": [regua], "sem_regua": true},
        "contato": {"ultimo_resultado": [resultado], "sem_resultado_positivo": true},
    }))
    .unwrap();
    let nomes = BTreeMap::from([(regua, "Varejo".to_owned())]);
    assert_eq!(
        filtro.em_palavras(&nomes),
        [
            "Devedor: gerente Ana, Bia ou Caio",
            "Devedor: cadastrado até 30/11/2026",
            "Devedor: saldo em aberto a partir de R$ 1.234,50",
            "Devedor: cidade são paulo",
            "Título: vencimento de 01/11/2026 a 30/11/2026",
            "Título: dias de vencido igual a -5",
            "Título: quais a vencer",
            "Régua: régua Varejo",
            "Régua: sem régua",
            "Contato: último resultado 00000000-0000-0000-0000-000000000002",
            "Contato: sem resultado positivo",
        ]
    );
    assert_eq!(Filtro::default().em_palavras(&nomes), ["Todos os devedores"]);
}
