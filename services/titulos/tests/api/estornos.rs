#![cfg(test)]
//! Payments that are taken back, and títulos that owe nothing. Today is Tuesday, 2026-03-10; a título of `apoio` is of 150.00
//! and fell due on 2026-03-02, so that it owes 3.00 of late fee and 0.40 of interest.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Sql;

use crate::apoio::{Servico, titulo, with};
use crate::negociacoes::{agree, debt, end, pay as pay_parcela, status};

async fn pay(s: &Servico, id: &str, corpo: Value) -> Value {
    s.http.post(&format!("/v1/titulos/{id}/pagamentos"), &corpo).await.expect(201).json["pagamento"].clone()
}

async fn reverse(s: &Servico, id: &str, corpo: Value) -> Value {
    s.http.post(&format!("/v1/titulos/{id}/estorno"), &corpo).await.expect(200).json
}

async fn read(s: &Servico, id: &str) -> Value {
    s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json
}

/// Status, balance and balance with charges.
fn state(titulo: &Value) -> [&str; 3] {
    ["status", "saldo", "saldo_atualizado"].map(|campo| titulo[campo].as_str().unwrap())
}

/// What a payment settled.
async fn parts(s: &Servico, pagamento: &Value) -> Vec<String> {
    let id = pagamento["id"].as_str().unwrap();
    let lido = s.http.get(&format!("/v1/pagamentos/{id}")).await.expect(200).json;
    let campos = ["principal", "correcao", "multa", "juros", "desconto", "excedente"];
    campos.iter().map(|campo| lido[*campo].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn charges_whose_payment_is_taken_back_are_owed_again() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let _encargos = pay(&s, &id, json!({"valor": "3.40", "codigo_integracao": "P1"})).await;
    let principal = pay(&s, &id, json!({"valor": "150.00", "codigo_integracao": "P2"})).await;
    assert_eq!(state(&read(&s, &id).await), ["pago", "0.00", "0.00"]);
    let aberto = reverse(&s, &id, json!({"codigo_integracao": "P1"})).await;
    assert_eq!(state(&aberto), ["aberto", "3.40", "3.40"]);
    // As if it had never come: what did come paid the charges first (CC 354).
    assert_eq!(parts(&s, &principal).await, ["146.60", "0.00", "3.00", "0.40", "0.00", "0.00"]);
    let mut olho = s.banco.observer();
    let antes = olho.look();
    s.pass(Duration::from_mins(1));
    assert_eq!(
        state(&reverse(&s, &id, json!({"codigo_integracao": "P1"})).await),
        ["aberto", "3.40", "3.40"]
    );
    assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
    s.pass(Duration::from_hours(24 * 30));
    assert_eq!(state(&read(&s, &id).await), ["aberto", "3.40", "3.43"], "o que falta rende juros");
    let _pago = s.http.post(&format!("/v1/titulos/{id}/pagamento"), &json!({})).await.expect(200);
    assert_eq!(state(&read(&s, &id).await), ["pago", "0.00", "0.00"]);
    let historia = s.http.get(&format!("/v1/titulos/{id}/historico")).await.expect(200).text;
    assert!(historia.contains(r#""antes":"pago","depois":"aberto""#), "{historia}");
    assert_eq!(state(&reverse(&s, &id, json!({})).await)[..2], ["aberto", "150.00"]);
}

#[tokio::test]
async fn charges_taken_back_are_first_paid_by_what_was_paid_beyond_the_debt() {
    let s = Servico::new();
    for (codigo, valor, esperado, partes) in [
        ("A", "152.00", ["aberto", "1.40", "1.40"], ["148.60", "0.00", "3.00", "0.40", "0.00", "0.00"]),
        ("B", "160.00", ["pago", "0.00", "0.00"], ["150.00", "0.00", "3.00", "0.40", "0.00", "6.60"]),
    ] {
        let id = s.stored(codigo).await;
        let encargos = pay(&s, &id, json!({"valor": "3.40"})).await;
        let principal = pay(&s, &id, json!({"valor": valor})).await;
        let estornado = reverse(&s, &id, json!({"pagamento_id": encargos["id"]})).await;
        assert_eq!(state(&estornado), esperado, "{codigo}");
        assert_eq!(parts(&s, &principal).await, partes, "{codigo}");
    }
}

/// What is owed on the day decides, not what the payment had settled.
#[tokio::test]
async fn a_titulo_whose_other_payments_came_in_time_stays_paid() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let encargos = pay(&s, &id, json!({"valor": "3.40"})).await;
    let em_dia = pay(&s, &id, json!({"valor": "150.00", "data": "2026-03-02"})).await;
    let estornado = reverse(&s, &id, json!({"pagamento_id": encargos["id"]})).await;
    assert_eq!(state(&estornado), ["pago", "0.00", "0.00"]);
    assert_eq!(parts(&s, &em_dia).await, ["150.00", "0.00", "0.00", "0.00", "0.00", "0.00"]);
}

/// In one call as in several, and of a debt that was settled for less nothing more is forgiven.
#[tokio::test]
async fn charges_are_owed_again_in_a_call_of_many_and_where_the_rest_was_forgiven() {
    let s = Servico::new();
    let (a, b) = (s.stored("A").await, s.stored("B").await);
    for (id, codigo) in [(&a, "PA"), (&b, "PB")] {
        let _encargos = pay(&s, id, json!({"valor": "3.40", "codigo_integracao": codigo})).await;
    }
    let _resto = pay(&s, &a, json!({"valor": "150.00"})).await;
    let quita = pay(&s, &b, json!({"valor": "100.00", "quita": true})).await;
    let estornos =
        json!([{"titulo": "A", "codigo_integracao": "PA"}, {"titulo": "B", "codigo_integracao": "PB"}]);
    let feitos = s.http.post("/v1/titulos/estornos", &estornos).await.expect(200).json;
    assert!(feitos["itens"].as_array().unwrap().iter().all(|item| item["estornados"] == 1), "{feitos}");
    for id in [&a, &b] {
        assert_eq!(state(&read(&s, id).await), ["aberto", "3.40", "3.40"]);
    }
    assert_eq!(parts(&s, &quita).await, ["146.60", "0.00", "3.00", "0.40", "50.00", "0.00"]);
}

/// Rules k06, §0: an open título owes something. R$ 50,00 of R$ 150,00 were paid, and then the ERP says that it is of 50.00.
#[tokio::test]
async fn k06_a_titulo_that_was_paid_meanwhile_comes_back_paid() {
    let s = Servico::new();
    for (codigo, paga) in [("A", false), ("B", true)] {
        let futuro = with(&titulo(codigo), "/vencimento", json!("2026-03-20"));
        let id = s.push(std::slice::from_ref(&futuro)).await["itens"][0]["id"].as_str().unwrap().to_owned();
        let mut ids = vec![id.clone()];
        let _parte = pay(&s, &id, json!({"valor": "50.00"})).await;
        if paga {
            let outro =
                with(&with(&futuro, "/codigo_integracao", json!("C")), "/devedor", futuro["devedor"].clone());
            ids.push(s.push(&[outro]).await["itens"][0]["id"].as_str().unwrap().to_owned());
        }
        let pedido = json!({"titulos": ids, "quantidade": 2, "primeiro_vencimento": "2026-03-20"});
        let feita = agree(&s, &pedido).await;
        if paga {
            pay_parcela(&s, &feita, 0).await;
        }
        let _menor = s.push(&[with(&futuro, "/valor", json!("50.00"))]).await;
        assert_eq!(status(&s, &ids).await[0], "negociado 0.00");
        assert_eq!(end(&s, &feita, if paga { "quebra" } else { "cancelamento" }).await.0, 200);
        // Of the agreement over 250.00, 125.00 were paid.
        let depois = if paga { vec!["pago 0.00", "aberto 25.00"] } else { vec!["pago 0.00"] };
        assert_eq!(status(&s, &ids).await, depois);
        let historia = s.http.get(&format!("/v1/titulos/{id}/historico")).await.expect(200).text;
        assert!(historia.contains(r#""antes":"negociado","depois":"pago""#), "{historia}");
    }
}

/// Whatever its status, it is told so and nothing is written.
#[tokio::test]
async fn what_owes_nothing_is_not_paid() {
    let s = Servico::new();
    let mut sql = Sql::connect(s.banco.url());
    for (n, (situacao, status_http, codigo)) in [
        ("aberto", 409, "nada_a_pagar"),
        ("suspenso", 409, "nada_a_pagar"),
        ("negociado", 409, "status_nao_permite"),
        ("cancelado", 409, "status_nao_permite"),
        ("pago", 200, ""),
    ]
    .into_iter()
    .enumerate()
    {
        let id = debt(&s, &[(&format!("T{n}"), "2026-03-20", "150.00")]).await.remove(0);
        sql.run(&format!("UPDATE cadastro.titulo SET saldo = 0, status = '{situacao}' WHERE id = '{id}'"));
        let mut olho = s.banco.observer();
        let antes = olho.look();
        let resposta = s.http.post(&format!("/v1/titulos/{id}/pagamento"), &json!({})).await;
        assert_eq!(resposta.status, status_http, "{situacao}: {}", resposta.text);
        assert_eq!(resposta.json["codigo"].as_str().unwrap_or_default(), codigo, "{situacao}");
        assert_eq!(olho.look(), antes, "{situacao}: nenhuma linha foi escrita");
    }
}
