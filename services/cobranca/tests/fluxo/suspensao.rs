//! Títulos that are suspended, until a day or until they are reopened.
#![cfg(test)]

use crate::apoio::{Barramento, Cenario, Email, Titulo, cobranca, text};

/// The days on which something left, with the numbers that each message lists.
fn lists(dias: &[(String, Vec<Email>)]) -> Vec<(&str, Vec<String>)> {
    let listas = |emails: &[Email]| emails.iter().map(|email| email.titulos().join(" ")).collect();
    dias.iter().map(|(data, emails)| (data.as_str(), listas(emails))).collect()
}

pub(crate) async fn t03_suspended_it_stands_still_and_reopened_it_goes_on(barramento: Barramento) {
    let c = Cenario::over(barramento, "2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(2), cobranca(4)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20")]).await;
    assert_eq!(c.day("2026-03-10").await.len(), 1);
    c.suspend(&titulos[0], None).await;
    assert_eq!(c.days("2026-03-11", "2026-03-15").await.len(), 0);
    assert_eq!(text(&c.inscricao().await, "estado"), "congelada");
    c.reopen(&titulos[0]).await;
    let dias = c.days("2026-03-16", "2026-03-21").await;
    assert_eq!(
        lists(&dias),
        [("2026-03-17", vec!["NF 1".to_owned()]), ("2026-03-19", vec!["NF 1".to_owned()])],
        "where it was: one day after the entry"
    );
    assert_eq!(c.emails().iter().map(|e| e.assunto.as_str()).collect::<Vec<_>>(), ["D+0", "D+2", "D+4"]);
}

#[tokio::test]
async fn t04_suspended_in_the_nights_of_days_3_to_12_the_sixth_day_is_the_sixteenth() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(6)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20")]).await;
    assert_eq!(c.days("2026-03-10", "2026-03-12").await.len(), 1);
    c.suspend(&titulos[0], None).await;
    assert_eq!(c.days("2026-03-13", "2026-03-22").await.len(), 0);
    c.reopen(&titulos[0]).await;
    let dias = c.days("2026-03-23", "2026-03-30").await;
    assert_eq!(dias.iter().map(|(data, _)| data.as_str()).collect::<Vec<_>>(), ["2026-03-26"]);
}

#[tokio::test]
async fn t05_the_open_one_walks_and_the_suspended_one_is_not_in_the_list() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(1), cobranca(2)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-19"), Titulo::new("2", "2026-02-20")]).await;
    c.suspend(&titulos[0], None).await;
    let mut dias = c.days("2026-03-10", "2026-03-11").await;
    c.reopen(&titulos[0]).await;
    dias.extend(c.days("2026-03-12", "2026-03-14").await);
    let de = |data, lista: &str| (data, vec![lista.to_owned()]);
    assert_eq!(
        lists(&dias),
        [de("2026-03-10", "NF 2"), de("2026-03-11", "NF 2"), de("2026-03-12", "NF 1 NF 2")]
    );
}

#[tokio::test]
async fn t07_suspended_until_a_day_it_reopens_by_itself_in_the_night_of_that_day() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(6)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20")]).await;
    assert_eq!(c.days("2026-03-10", "2026-03-12").await.len(), 1);
    c.suspend(&titulos[0], Some("2026-03-20")).await;
    assert_eq!(c.days("2026-03-13", "2026-03-19").await.len(), 0);
    assert_eq!(c.status(&titulos[0]).await, "suspenso");
    c.night("2026-03-20").await;
    assert_eq!(c.status(&titulos[0]).await, "aberto");
    let dias = c.days("2026-03-21", "2026-03-28").await;
    assert_eq!(dias.iter().map(|(data, _)| data.as_str()).collect::<Vec<_>>(), ["2026-03-23"]);
}

#[tokio::test]
async fn t07_what_waited_for_its_window_leaves_on_the_day_it_reopens_before_any_night() {
    let c = Cenario::on("2026-03-10").await;
    c.set_window("08:00", "09:00").await;
    c.regua(&[cobranca(0)]).await;
    let titulos = c.push(&["1", "2"].map(|codigo| Titulo::new(codigo, "2026-02-20"))).await;
    c.set_clock("2026-03-10", "10:00").await;
    c.night_now("2026-03-10").await;
    c.suspend(&titulos[0], Some("2026-03-11")).await;
    c.suspend(&titulos[1], Some("2026-03-12")).await;
    c.settle("2026-03-11", "08:30").await;
    assert_eq!(c.emails().iter().map(|email| email.titulos().join(" ")).collect::<Vec<_>>(), ["NF 1"]);
}

pub(crate) async fn j04_what_was_suspended_after_the_night_is_not_in_the_message(barramento: Barramento) {
    let c = Cenario::over(barramento, "2026-03-10").await;
    c.regua(&[cobranca(0)]).await;
    let titulos = c
        .push(&[
            Titulo::new("1", "2026-02-10"),
            Titulo::new("2", "2026-02-11").valor("20.00"),
            Titulo::new("3", "2026-02-10").of("bia"),
        ])
        .await;
    c.night("2026-03-10").await;
    c.suspend(&titulos[0], Some("2026-03-11")).await;
    c.suspend(&titulos[2], None).await;
    c.settle("2026-03-10", "12:00").await;
    let emails = c.emails();
    assert_eq!(emails.len(), 1);
    assert_eq!((emails[0].titulos(), emails[0].total()), (vec!["NF 2".to_owned()], "R$ 20,00".to_owned()));
    assert_eq!(c.estados().await, ["descartada titulo_suspenso", "enviada"]);
}
