#![cfg(test)]
//! Suspending and reopening. Today is 2026-03-10.

use std::time::Duration;

use serde_json::{Value, json};

use crate::apoio::{Servico, refused};

async fn suspend(s: &Servico, id: &str, corpo: Value) -> (u16, Value) {
    let resposta = s.http.post(&format!("/v1/titulos/{id}/suspensao"), &corpo).await;
    (resposta.status, resposta.json)
}

async fn reopen(s: &Servico, id: &str) -> (u16, Value) {
    let resposta = s.http.post(&format!("/v1/titulos/{id}/reabertura"), &json!({})).await;
    (resposta.status, resposta.json)
}

#[tokio::test]
async fn t03_suspending_and_reopening_again_change_nothing() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let (feito, suspenso) = suspend(&s, &id, json!({})).await;
    assert_eq!(
        (feito, &suspenso["status"], &suspenso["suspenso_ate"]),
        (200, &json!("suspenso"), &Value::Null)
    );
    assert_eq!(suspenso["saldo"], "150.00");
    let mut olho = s.banco.observer();
    let antes = olho.look();
    s.pass(Duration::from_mins(1));
    for corpo in [json!({}), json!({"ate": null})] {
        assert_eq!(suspend(&s, &id, corpo).await, (200, suspenso.clone()), "a hora é a da primeira vez");
    }
    assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");

    let (feito, aberto) = reopen(&s, &id).await;
    assert_eq!((feito, &aberto["status"]), (200, &json!("aberto")));
    let antes = olho.look();
    s.pass(Duration::from_mins(1));
    assert_eq!(reopen(&s, &id).await, (200, aberto));
    assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
}

#[tokio::test]
async fn t07_another_date_changes_the_date_and_no_date_takes_it_away() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let mut desde = Vec::new();
    for ate in [json!("2026-03-20"), json!("2026-03-11"), Value::Null] {
        let (feito, suspenso) = suspend(&s, &id, json!({ "ate": ate })).await;
        assert_eq!((feito, &suspenso["suspenso_ate"]), (200, &ate));
        assert_eq!(s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json, suspenso);
        desde.push(suspenso["status_em"].clone());
        s.pass(Duration::from_mins(1));
    }
    assert!(desde.iter().all(|em| *em == desde[0]), "suspenso desde a primeira vez: {desde:?}");
    let (_, suspenso) = suspend(&s, &id, json!({"ate": "2026-03-20"})).await;
    assert_eq!(suspenso["suspenso_ate"], "2026-03-20");
    assert_eq!(reopen(&s, &id).await.1["suspenso_ate"], Value::Null);
}

#[tokio::test]
async fn t07_the_date_is_after_today_in_the_companys_zone() {
    let s = Servico::new();
    let id = s.stored("A").await;
    for ruim in ["2026-03-10", "2026-03-09", "1999-01-01"] {
        let (status, problema) = suspend(&s, &id, json!({ "ate": ruim })).await;
        assert_eq!((status, refused(&problema)), (422, vec!["/ate fora_do_intervalo".to_owned()]), "{ruim}");
    }
    for (ruim, codigo) in [
        (json!({"ate": "10/03/2026"}), "/ate formato_invalido"),
        (json!({"ate": 1}), "/ate tipo_invalido"),
        (json!({"ate": "2026-03-20", "motivo": "x"}), "/motivo desconhecido"),
    ] {
        let (status, problema) = suspend(&s, &id, ruim).await;
        assert_eq!((status, refused(&problema)), (422, vec![codigo.to_owned()]));
    }
    assert_eq!(s.all().await[0]["status"], "aberto");
    // In São Paulo it is still the 10th when it is already the 11th in UTC, and the 11th in Kiritimati since noon.
    s.pass(Duration::from_hours(10));
    assert_eq!(suspend(&s, &id, json!({"ate": "2026-03-11"})).await.0, 200);
    let _mudada = s.http.patch("/v1/empresa", &json!({"fuso": "Pacific/Kiritimati"})).await.expect(200);
    assert_eq!(suspend(&s, &id, json!({"ate": "2026-03-11"})).await.0, 422);
}

#[tokio::test]
async fn t03_what_is_over_is_not_suspended_and_only_what_was_cancelled_is_reopened() {
    let s = Servico::new();
    for (codigo, acao, status) in [("A", "pagamento", "pago"), ("B", "cancelamento", "cancelado")] {
        let id = s.stored(codigo).await;
        let _feito = s.http.post(&format!("/v1/titulos/{id}/{acao}"), &json!({})).await.expect(200);
        let (recusado, problema) = suspend(&s, &id, json!({})).await;
        assert_eq!((recusado, &problema["codigo"]), (409, &json!("status_nao_permite")), "{problema}");
        assert_eq!(s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json["status"], status);
        let (feito, lido) = reopen(&s, &id).await;
        if status == "pago" {
            assert_eq!((feito, &lido["codigo"]), (409, &json!("status_nao_permite")), "{lido}");
            assert_eq!(s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json["status"], status);
        } else {
            assert_eq!((feito, &lido["status"], &lido["saldo"]), (200, &json!("aberto"), &json!("150.00")));
        }
    }
}

#[tokio::test]
async fn t03_a_suspended_titulo_may_be_paid_or_cancelled() {
    let s = Servico::new();
    for (codigo, acao, status) in [("A", "pagamento", "pago"), ("B", "cancelamento", "cancelado")] {
        let id = s.stored(codigo).await;
        assert_eq!(suspend(&s, &id, json!({"ate": "2026-03-20"})).await.0, 200);
        let lido = s.http.post(&format!("/v1/titulos/{id}/{acao}"), &json!({})).await.expect(200).json;
        assert_eq!((&lido["status"], &lido["suspenso_ate"]), (&json!(status), &Value::Null));
    }
}

#[tokio::test]
async fn r02_another_companys_titulo_is_not_found() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let outra = s.other_company();
    for acao in ["suspensao", "reabertura"] {
        let problema = outra.post(&format!("/v1/titulos/{id}/{acao}"), &json!({})).await.expect(404).json;
        assert_eq!(problema["codigo"], "nao_encontrado");
        let nenhum = "/v1/titulos/00000000-0000-0000-0000-000000000000";
        let _problema = s.http.post(&format!("{nenhum}/{acao}"), &json!({})).await.expect(404);
    }
    assert_eq!(s.all().await[0]["status"], "aberto");
}
