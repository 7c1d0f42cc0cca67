#![cfg(test)]
//! The ways to reach a debtor: several of each, with where they come from and whether they may be used.

use serde_json::{Value, json};
use std::time::Duration;
use testkit::Sql;

use crate::apoio::Servico;
use crate::devedores::{change, each, push, read, stored};

#[tokio::test]
async fn a_list_of_the_erp_takes_the_place_of_its_own_and_a_change_that_of_all() {
    let s = Servico::new();
    let com = |emails: Value| json!({"codigo_integracao": "A", "nome": "A", "emails": emails});
    let id = stored(&s, com(json!(["erp1@x.com", "erp2@x.com"]))).await;
    let todos = json!(["erp1@x.com", "erp2@x.com", "manual@x.com", {"email": "enriq@x.com", "origem": "enriquecimento"}]);
    let lidos = change(&s, &id, json!({"emails": todos})).await["emails"].clone();
    assert_eq!(each(&lidos, "origem"), ["erp", "erp", "manual", "enriquecimento"]);
    let marcados = json!([{"email": "erp1@x.com", "valido": false, "motivo": "voltou"},
                          {"email": "erp2@x.com", "confirmado_em": "2026-03-09T10:00:00Z"}, "manual@x.com", "enriq@x.com"]);
    change(&s, &id, json!({"emails": marcados})).await;
    let _envio = push(&s, json!([com(json!(["erp2@x.com", "erp1@x.com"]))])).await;
    let lidos = read(&s, &id).await["emails"].clone();
    assert_eq!(each(&lidos, "email"), ["erp2@x.com", "erp1@x.com", "manual@x.com", "enriq@x.com"]);
    assert_eq!(
        (&lidos[1]["valido"], &lidos[1]["motivo"]),
        (&json!(false), &json!("voltou")),
        "continua inválido"
    );
    assert_eq!(lidos[0]["confirmado_em"], "2026-03-09T10:00:00Z", "continua confirmado");
    let _envio = push(&s, json!([com(json!([]))])).await;
    assert_eq!(each(&read(&s, &id).await["emails"], "email"), ["manual@x.com", "enriq@x.com"]);
    let _envio = push(&s, json!([{"codigo_integracao": "A", "nome": "A", "emails": null}])).await;
    assert_eq!(
        change(&s, &id, json!({"emails": ["enriq@x.com"]})).await["emails"][0]["origem"],
        "enriquecimento"
    );
    assert_eq!(change(&s, &id, json!({"emails": []})).await["emails"], json!([]));
}

#[tokio::test]
async fn m11_the_preferred_usable_contact_is_one_and_moves_on() {
    let s = Servico::new();
    let id = stored(
        &s,
        json!({"codigo_integracao": "A", "nome": "A", "emails": ["a@x.com", "b@x.com"],
        "telefones": ["(11) 3333-4444", "(11) 98765-4321", "(21) 98765-4321"]}),
    )
    .await;
    let mut sql = Sql::connect(s.banco.url());
    sql.run(&format!("SET app.empresa = '{}'", s.empresa));
    let mut usados = |email: &str, telefone: &str| {
        let um = format!("(coalesce(email, '-'), coalesce(telefone, '-')) = ('{email}', '{telefone}')");
        sql.number(&format!("SELECT count(*) FROM cadastro.v_devedor WHERE {um}")) == 1
    };
    assert!(usados("a@x.com", "+5511987654321"), "fixo não recebe SMS");
    change(&s, &id, json!({"emails": ["a@x.com", {"email": "b@x.com", "preferido": true}],
        "telefones": ["(11) 3333-4444", {"telefone": "(11) 98765-4321", "valido": false}, "(21) 98765-4321"]})).await;
    assert!(usados("b@x.com", "+5521987654321"));
    let lidos =
        change(&s, &id, json!({"emails": [{"email": "a@x.com", "preferido": true}, "b@x.com"]})).await;
    assert_eq!(each(&lidos["emails"], "email"), ["a@x.com", "b@x.com"]);
    assert_eq!(lidos["emails"][1]["preferido"], false);
    // A push that prefers another leaves what a person added, but not its preference.
    change(
        &s,
        &id,
        json!({"emails": [{"email": "manual@x.com", "origem": "manual", "preferido": true}, "a@x.com"]}),
    )
    .await;
    let _envio = push(
        &s,
        json!([{"codigo_integracao": "A", "nome": "A", "emails": [{"email": "a@x.com", "preferido": true}]}]),
    )
    .await;
    assert!(usados("a@x.com", "+5521987654321"));
    change(&s, &id, json!({"opt_out": [{"canal": "email"}]})).await;
    assert!(usados("-", "+5521987654321"));
    change(&s, &id, json!({"opt_out": [{"canal": "sms"}, {"canal": "telefone"}]})).await;
    assert!(usados("a@x.com", "-"));
}

#[tokio::test]
async fn who_opted_out_stays_so_until_a_person_says_otherwise() {
    let s = Servico::new();
    let com = |opt_out: Value| json!({"codigo_integracao": "A", "nome": "A", "opt_out": opt_out});
    let id = stored(
        &s,
        com(json!([{"canal": "email", "motivo": "descadastro", "desde": "2026-01-05T12:00:00Z"}])),
    )
    .await;
    s.pass(Duration::from_hours(1));
    let _envio = push(&s, json!([com(json!([]))])).await;
    let _envio = push(&s, json!([com(json!([{"canal": "carta"}, {"canal": "email"}]))])).await;
    assert_eq!(
        read(&s, &id).await["opt_out"],
        json!([{"canal": "carta", "desde": "2026-03-10T16:00:00Z", "motivo": null},
               {"canal": "email", "desde": "2026-01-05T12:00:00Z", "motivo": "descadastro"}])
    );
    assert_eq!(
        change(&s, &id, json!({"opt_out": [{"canal": "carta", "motivo": "mudou"}]})).await["opt_out"],
        json!([{"canal": "carta", "desde": "2026-03-10T16:00:00Z", "motivo": "mudou"}])
    );
    assert_eq!(change(&s, &id, json!({"opt_out": []})).await["opt_out"], json!([]));
}
