//! What was paid is never asked for: in part, in full, and taken back.
#![cfg(test)]

use providers::caixa::{Fala, Fase, Roteiro};
use serde_json::{Value, json};

use crate::apoio::{Barramento, Cenario, Titulo, cobranca, text};

async fn pay_part(c: &Cenario, titulo: &str, corpo: Value) -> String {
    let caminho = format!("/v1/titulos/{titulo}/pagamentos");
    let registrado = c.http.post(&caminho, &corpo).await.expect(201).json;
    text(&registrado["titulo"], "status")
}

async fn reverse(c: &Cenario, titulo: &str, corpo: Value) -> String {
    text(&c.http.post(&format!("/v1/titulos/{titulo}/estorno"), &corpo).await.expect(200).json, "status")
}

/// Three títulos of one debtor, due in a message that has not left.
async fn due(c: &Cenario) -> Vec<String> {
    c.regua(&[cobranca(0), cobranca(5)]).await;
    let valores = [("1", "1.00"), ("2", "20.00"), ("3", "300.00")];
    let titulo = |(n, valor)| Titulo::new(n, &format!("2026-02-1{n}")).valor(valor);
    let titulos = c.push(&valores.map(titulo)).await;
    c.night("2026-03-10").await;
    titulos
}

#[tokio::test]
async fn j05_a_partial_payment_that_was_answered_is_told_as_the_balance_it_leaves() {
    let c = Cenario::on("2026-03-10").await;
    let titulos = due(&c).await;
    assert_eq!(pay_part(&c, &titulos[1], json!({"valor": "4.50", "data": "2026-02-12"})).await, "aberto");
    c.settle("2026-03-10", "12:00").await;

    let emails = c.emails();
    assert_eq!(emails.len(), 1);
    assert_eq!(emails[0].titulos(), ["NF 1", "NF 2", "NF 3"]);
    assert_eq!(emails[0].total(), "R$ 316,50");
    assert!(emails[0].table().iter().any(|linha| linha.contains(&"R$ 15,50".to_owned())), "{:?}", emails[0]);
}

#[tokio::test]
async fn j05_parts_that_add_up_to_the_debt_take_the_titulo_out_of_the_message() {
    let c = Cenario::on("2026-03-10").await;
    let titulos = due(&c).await;
    assert_eq!(pay_part(&c, &titulos[1], json!({"valor": "19.99", "data": "2026-02-12"})).await, "aberto");
    assert_eq!(pay_part(&c, &titulos[1], json!({"valor": "0.01", "data": "2026-02-12"})).await, "pago");
    c.settle("2026-03-10", "12:00").await;
    assert_eq!(c.told(), (vec!["NF 1".into(), "NF 3".into()], "R$ 301,00".into()));
}

#[tokio::test]
async fn j05_many_payments_in_one_call_are_answered_before_the_message_and_leave_nothing_to_send() {
    let c = Cenario::on("2026-03-10").await;
    due(&c).await;
    let todos = ["1", "2", "3"].map(|titulo| json!({"titulo": titulo, "valor": "1.00", "quita": true}));
    let feito = c.http.post("/v1/titulos/pagamentos", &json!(todos)).await.expect(200).json;
    assert_eq!(feito["recusados"], 0, "{feito}");
    c.settle("2026-03-10", "12:00").await;
    assert_eq!(c.estados().await, ["descartada titulo_pago"]);
    assert_eq!(c.caixa.total(), 0);
}

/// The dispatcher had claimed it, and the provider put it off: the next attempt asks again.
#[tokio::test]
async fn j05_a_payment_between_two_attempts_is_not_in_the_second() {
    let roteiro = Roteiro::lista(vec![(0, Fase::Corpo, Fala::Responder(451))]);
    let c = Cenario::with_mail_server("2026-03-10", roteiro).await;
    let titulos = due(&c).await;
    c.settle("2026-03-10", "12:00").await;
    let adiada = c.execucao().await;
    assert_eq!(
        (text(&adiada, "estado"), c.emails().len()),
        ("pendente".into(), 0),
        "the first attempt was put off"
    );
    c.pay(&titulos[2]).await;
    c.settle("2026-03-10", "18:00").await;
    assert_eq!(c.told(), (vec!["NF 1".into(), "NF 2".into()], "R$ 21,00".into()));
}

#[tokio::test]
async fn a_payment_taken_back_before_the_message_leaves_is_asked_for_again() {
    let c = Cenario::on("2026-03-10").await;
    let titulos = due(&c).await;
    assert_eq!(
        pay_part(&c, &titulos[2], json!({"valor": "300.00", "data": "2026-02-13", "codigo_integracao": "B"}))
            .await,
        "pago"
    );
    assert_eq!(reverse(&c, &titulos[2], json!({"codigo_integracao": "B"})).await, "aberto");
    pay_part(&c, &titulos[1], json!({"valor": "5.00", "codigo_integracao": "C"})).await;
    reverse(&c, &titulos[1], json!({"codigo_integracao": "C"})).await;
    c.settle("2026-03-10", "12:00").await;
    let emails = c.emails();
    assert_eq!(emails.len(), 1);
    assert_eq!((emails[0].titulos().len(), emails[0].total()), (3, "R$ 321,00".into()));
}

/// Paid, the debtor is out of the régua; taken back, the next night takes it in from the first position on.
#[tokio::test]
async fn a_payment_taken_back_enrols_the_debtor_in_the_next_night() {
    let c = Cenario::over(Barramento::Local, "2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(5)]).await;
    let titulo = c.push(&[Titulo::new("1", "2026-02-10")]).await.remove(0);
    assert_eq!(c.day("2026-03-10").await.len(), 1);
    c.pay(&titulo).await;
    assert_eq!(c.day("2026-03-11").await.len(), 0);
    assert_eq!(text(&c.inscricao().await, "estado"), "encerrada");

    assert_eq!(reverse(&c, &titulo, json!({"motivo": "cheque devolvido"})).await, "aberto");
    let emails = c.day("2026-03-12").await;
    assert_eq!(emails.iter().map(|email| email.assunto.as_str()).collect::<Vec<_>>(), ["D+0"]);
    assert_eq!(emails[0].total(), "R$ 100,00");
    let mut estados: Vec<_> = c.inscricoes().await.iter().map(|i| text(i, "estado")).collect();
    estados.sort();
    assert_eq!(estados, ["andando", "encerrada"]);
    assert_eq!(c.day("2026-03-17").await.len(), 1, "and it walks on");
}
