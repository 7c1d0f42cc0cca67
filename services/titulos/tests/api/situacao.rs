#![cfg(test)]
//! Paying and cancelling.

use std::time::Duration;

use serde_json::{Value, json};

use crate::apoio::{Servico, titulo, with};

async fn change(s: &Servico, id: &str, acao: &str) -> (u16, Value) {
    let resposta = s.http.post(&format!("/v1/titulos/{id}/{acao}"), &json!({})).await;
    (resposta.status, resposta.json)
}

#[tokio::test]
async fn paying_and_cancelling_again_change_nothing() {
    let s = Servico::new();
    for (codigo, acao, status) in [("A", "pagamento", "pago"), ("B", "cancelamento", "cancelado")] {
        let id = s.stored(codigo).await;
        let (feito, primeiro) = change(&s, &id, acao).await;
        assert_eq!((feito, &primeiro["status"], &primeiro["valor"]), (200, &json!(status), &json!("150.00")));
        let mut olho = s.banco.observer();
        let antes = olho.look();
        s.pass(Duration::from_mins(1));
        assert_eq!(change(&s, &id, acao).await, (200, primeiro.clone()), "a hora é a da primeira vez");
        assert_eq!(olho.look(), antes, "nenhuma linha foi escrita");
        assert_eq!(s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json, primeiro);
    }
}

#[tokio::test]
async fn what_is_paid_is_not_cancelled_and_what_is_cancelled_not_paid() {
    let s = Servico::new();
    for (codigo, primeira, segunda, status) in
        [("A", "pagamento", "cancelamento", "pago"), ("B", "cancelamento", "pagamento", "cancelado")]
    {
        let id = s.stored(codigo).await;
        assert_eq!(change(&s, &id, primeira).await.0, 200);
        let (recusado, problema) = change(&s, &id, segunda).await;
        assert_eq!((recusado, &problema["codigo"]), (409, &json!("status_nao_permite")), "{problema}");
        assert_eq!(s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json["status"], status);
    }
}

#[tokio::test]
async fn what_was_cancelled_by_mistake_is_reopened_and_owes_what_was_not_paid_of_it() {
    let s = Servico::new();
    let id = s.stored("A").await;
    let parte = json!({"valor": "50.00", "data": "2026-03-02"});
    let _parte = s.http.post(&format!("/v1/titulos/{id}/pagamentos"), &parte).await.expect(201);
    let antes = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json;
    assert_eq!(change(&s, &id, "cancelamento").await.1["saldo"], "0.00");
    let (feito, reaberto) = change(&s, &id, "reabertura").await;
    assert_eq!((feito, &reaberto["status"], &reaberto["saldo"]), (200, &json!("aberto"), &json!("100.00")));
    assert_eq!(reaberto["saldo_atualizado"], antes["saldo_atualizado"]);
    // What the ERP said of it meanwhile counts.
    assert_eq!(change(&s, &id, "cancelamento").await.0, 200);
    let _menor = s.push(&[with(&titulo("A"), "/valor", json!("50.00"))]).await;
    assert_eq!(change(&s, &id, "reabertura").await.1["status"], "pago");
}

#[tokio::test]
async fn an_instalment_that_was_cancelled_is_not_reopened_by_itself() {
    let s = Servico::new();
    let parcelas = s.negotiated("A").await;
    let acordo = s.http.get("/v1/negociacoes").await.expect(200).json["itens"][0]["id"].clone();
    let cancelar = format!("/v1/negociacoes/{}/cancelamento", acordo.as_str().unwrap());
    let _cancelada = s.http.post(&cancelar, &json!({})).await.expect(200);
    let (recusado, problema) = change(&s, &parcelas[0], "reabertura").await;
    assert_eq!((recusado, &problema["codigo"]), (409, &json!("status_nao_permite")), "{problema}");
    let lida = s.http.get(&format!("/v1/titulos/{}", parcelas[0])).await.expect(200).json;
    assert_eq!(lida["status"], "cancelado");
}

#[tokio::test]
async fn an_instalment_is_not_cancelled_by_itself() {
    let s = Servico::new();
    let parcelas = s.negotiated("A").await;
    let (recusado, problema) = change(&s, &parcelas[0], "cancelamento").await;
    assert_eq!((recusado, &problema["codigo"]), (409, &json!("status_nao_permite")), "{problema}");
    assert_eq!(problema["detail"], "uma parcela de acordo só é cancelada com a negociação inteira");
    let lida = s.http.get(&format!("/v1/titulos/{}", parcelas[0])).await.expect(200).json;
    assert_eq!(lida["status"], "aberto");
    assert_eq!(change(&s, &parcelas[0], "pagamento").await.0, 200);
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    let s = Servico::new();
    for id in ["00000000-0000-0000-0000-000000000000", "A", "%00"] {
        for acao in ["pagamento", "cancelamento"] {
            let (status, problema) = change(&s, id, acao).await;
            assert_eq!((status, &problema["codigo"]), (404, &json!("nao_encontrado")), "{id}");
        }
    }
}

/// A push that comes late does not open what is over.
#[tokio::test]
async fn a_push_does_not_reopen_what_is_paid() {
    let s = Servico::new();
    let id = s.stored("A").await;
    assert_eq!(change(&s, &id, "pagamento").await.0, 200);
    let envio = s.push(&[with(&titulo("A"), "/valor", json!("200.00"))]).await;
    assert_eq!(envio["itens"][0]["resultado"], "atualizado");
    let lido = s.http.get(&format!("/v1/titulos/{id}")).await.expect(200).json;
    assert_eq!((&lido["status"], &lido["valor"]), (&json!("pago"), &json!("200.00")));
}
