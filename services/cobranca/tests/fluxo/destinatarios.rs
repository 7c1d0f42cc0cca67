//! To whom a message goes (rule m11).
#![cfg(test)]

use providers::caixa::{Fala, Fase, Roteiro};
use serde_json::{Value, json};

use crate::apoio::{Cenario, Email, Titulo, acao, cobranca, lembrete, subjects, text, to_all};

const TODOS: [&str; 3] = ["ana@example.com", "z@example.com", "b@example.com"];

/// A mail server that answers so to everybody else than Ana.
fn refusing(codigo: u16, poupados: &'static [&'static str]) -> Roteiro {
    Roteiro::new(move |momento| match (momento.fase, momento.para) {
        (Fase::Rcpt, Some(para)) if !poupados.contains(&para) => Fala::Responder(codigo),
        _ => Fala::Normal,
    })
}

/// One debtor with three addresses and one action for all of them, sent on 2026-03-10 through this mail server.
async fn sent_to_all(roteiro: Roteiro) -> (Cenario, Vec<Email>) {
    let c = Cenario::with_mail_server("2026-03-10", roteiro).await;
    c.regua(&[json!({"dias": 0, "acoes": [to_all("D+0")]}), cobranca(1)]).await;
    c.push(&[Titulo::new("1", "2026-02-20").emails(&TODOS)]).await;
    let emails = c.day("2026-03-10").await;
    (c, emails)
}

/// The execution with the message as it was sent.
async fn read(c: &Cenario) -> Value {
    let id = text(&c.execucao().await, "id");
    c.http.get(&format!("/v1/execucoes/{id}")).await.expect(200).json
}

#[tokio::test]
async fn m11_to_all_is_one_message_to_each_address() {
    let (c, emails) = sent_to_all(Roteiro::normal()).await;
    let [email] = emails.as_slice() else { panic!("{emails:?}") };
    assert_eq!((&email.para, &email.destinatarios), (&TODOS.map(str::to_owned).to_vec(), &email.para));
    let lida = read(&c).await;
    assert_eq!(text(&lida["mensagem"], "destinatario"), TODOS.join(", "));
    assert_eq!(c.estados().await, ["enviada"]);
    let emails = c.day("2026-03-11").await;
    assert_eq!(
        (subjects(&emails), emails[0].para.as_slice()),
        (vec!["D+1"], &["ana@example.com".to_owned()][..])
    );
}

#[tokio::test]
async fn m11_one_address_refused_and_the_others_taken_is_sent_and_told() {
    let (c, emails) = sent_to_all(refusing(550, &[TODOS[0], TODOS[2]])).await;
    assert_eq!(emails.len(), 1);
    assert_eq!(emails[0].para, [TODOS[0], TODOS[2]]);
    let lida = read(&c).await;
    assert_eq!(text(&lida, "estado"), "enviada");
    let resposta = text(&lida, "resposta");
    assert!(
        resposta.starts_with("250 ") && resposta.contains("(recusados: z@example.com: 550 "),
        "{resposta}"
    );
    assert_eq!(resposta.matches("@example.com").count(), 1, "{resposta}");
}

#[tokio::test]
async fn m11_all_addresses_refused_has_failed_and_the_walk_goes_on() {
    let (c, emails) = sent_to_all(refusing(550, &[])).await;
    assert_eq!(emails.len(), 0);
    assert_eq!(c.estados().await, ["falhou recusa_do_provedor"]);
    c.day("2026-03-11").await;
    assert_eq!(c.estados().await, ["falhou recusa_do_provedor", "falhou recusa_do_provedor"]);
    assert_eq!(text(&c.inscricao().await, "estado"), "final");
}

#[tokio::test]
async fn m11_without_a_contact_nothing_is_sent_and_every_later_position_still_fires() {
    let c = Cenario::on("2026-03-08").await;
    let a_todos = json!({"dias": 2, "acoes": [to_all("todos"), acao("preferido")]});
    c.regua(&[lembrete(2), cobranca(1), a_todos, cobranca(3)]).await;
    let sem = Titulo::new("1", "2026-03-10").emails(&[]);
    c.push(std::slice::from_ref(&sem)).await;
    // D-2 on the 8th; overdue on the 11th, so D+1 on the 12th and D+2 on the 13th.
    assert_eq!(c.days("2026-03-08", "2026-03-13").await.len(), 0);
    assert_eq!(c.estados().await, ["descartada sem_contato"; 4]);

    c.push(&[sem.emails(&["agora@example.com"])]).await;
    let dias = c.days("2026-03-14", "2026-03-20").await;
    let [(data, emails)] = dias.as_slice() else { panic!("{dias:?}") };
    assert_eq!((data.as_str(), subjects(emails)), ("2026-03-14", vec!["D+3"]));
    assert_eq!(emails[0].para, ["agora@example.com"]);
    assert_eq!(text(&c.inscricao().await, "entrada"), "2026-03-11");
}

#[tokio::test]
async fn m11_the_preferred_contact_is_the_first_one_the_erp_sent_last() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(1)]).await;
    let titulo = Titulo::new("1", "2026-02-20");
    c.push(&[titulo.clone().emails(&["z@example.com", "a@example.com"])]).await;
    assert_eq!(c.day("2026-03-10").await[0].para, ["z@example.com"]);
    c.push(&[titulo.emails(&["a@example.com", "z@example.com"])]).await;
    assert_eq!(c.day("2026-03-11").await[0].para, ["a@example.com"]);
}
