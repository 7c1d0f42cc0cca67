//! Reminders, which hang on the due date.
#![cfg(test)]

use crate::apoio::{Cenario, Titulo, cobranca, lembrete, subjects};

#[tokio::test]
async fn l02_two_days_before_the_due_date_and_on_no_other_day() {
    let c = Cenario::on("2026-03-01").await;
    c.regua(&[cobranca(0), lembrete(2)]).await;
    c.push(&[Titulo::new("1", "2026-03-10")]).await;
    let dias = c.days("2026-03-01", "2026-03-10").await;
    let saidas: Vec<_> = dias.iter().map(|(data, emails)| (data.as_str(), subjects(emails))).collect();
    assert_eq!(saidas, [("2026-03-08", vec!["D-2"])]);
}

#[tokio::test]
async fn l04_overdue_on_arrival_is_never_reminded() {
    let c = Cenario::on("2026-03-11").await;
    c.regua(&[lembrete(5), lembrete(0), cobranca(0)]).await;
    c.push(&[Titulo::new("1", "2026-03-10")]).await;
    let dias = c.days("2026-03-11", "2026-03-16").await;
    let saidas: Vec<_> = dias.iter().map(|(data, emails)| (data.as_str(), subjects(emails))).collect();
    assert_eq!(saidas, [("2026-03-11", vec!["D+0"])]);
}

#[tokio::test]
async fn l05_titulos_of_one_debtor_due_together_share_one_message() {
    let c = Cenario::on("2026-03-05").await;
    c.regua(&[lembrete(2)]).await;
    c.push(&[
        Titulo::new("1", "2026-03-10").valor("10.00"),
        Titulo::new("2", "2026-03-10").valor("20.00"),
        Titulo::new("3", "2026-03-12").valor("40.00"),
        Titulo::new("4", "2026-03-10").of("bia"),
    ])
    .await;
    let dias = c.days("2026-03-05", "2026-03-13").await;
    let listas: Vec<(&str, Vec<String>)> = dias
        .iter()
        .map(|(data, emails)| {
            let mut listas: Vec<_> = emails.iter().map(|email| email.titulos().join(" ")).collect();
            listas.sort();
            (data.as_str(), listas)
        })
        .collect();
    let esperado = |listas: &[&str]| listas.iter().map(|lista| (*lista).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        listas,
        [("2026-03-08", esperado(&["NF 2 NF 1", "NF 4"])), ("2026-03-10", esperado(&["NF 3"]))]
    );
    assert_eq!(c.emails().iter().filter(|email| email.total() == "R$ 30,00").count(), 1);
}

#[tokio::test]
async fn l06_paid_early_is_not_reminded() {
    let c = Cenario::on("2026-03-05").await;
    c.regua(&[lembrete(2), cobranca(0)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-03-10"), Titulo::new("2", "2026-03-10").of("bia")]).await;
    assert_eq!(c.days("2026-03-05", "2026-03-07").await.len(), 0);
    c.pay(&titulos[0]).await;
    // The other one is paid after the night has decided, and before the window.
    c.night("2026-03-08").await;
    c.pay(&titulos[1]).await;
    c.settle("2026-03-08", "12:00").await;
    assert_eq!(c.estados().await, ["descartada titulo_pago"]);
    assert_eq!(c.days("2026-03-09", "2026-03-13").await.len(), 0);
    assert_eq!(c.caixa.total(), 0);
}

#[tokio::test]
async fn l07_late_is_reminded_once_by_the_tightest() {
    let c = Cenario::on("2026-03-09").await;
    c.regua(&[lembrete(10), lembrete(5), lembrete(2), lembrete(0)]).await;
    c.push(&[Titulo::new("1", "2026-03-10")]).await;
    let dias = c.days("2026-03-09", "2026-03-13").await;
    let saidas: Vec<_> = dias.iter().map(|(data, emails)| (data.as_str(), subjects(emails))).collect();
    assert_eq!(saidas, [("2026-03-09", vec!["D-2"]), ("2026-03-10", vec!["D-0"])]);
}

#[tokio::test]
async fn l07_what_the_window_held_past_the_due_date_is_never_sent() {
    let c = Cenario::on("2026-03-08").await;
    c.regua(&[lembrete(0)]).await;
    c.push(&[Titulo::new("1", "2026-03-10")]).await;
    c.set_clock("2026-03-10", "21:00").await;
    c.night_now("2026-03-10").await;
    c.settle("2026-03-11", "12:00").await;
    assert_eq!(c.estados().await, ["descartada lembrete_vencido"]);
    assert_eq!(c.caixa.total(), 0);
}

#[tokio::test]
async fn l10_reminded_and_not_paid_enters_the_walk() {
    let c = Cenario::on("2026-03-05").await;
    c.regua(&[lembrete(2), cobranca(0), cobranca(1)]).await;
    // A Saturday: reminded by the printed date, charged after the banking day.
    c.push(&[Titulo::new("1", "2026-03-07")]).await;
    let dias = c.days("2026-03-05", "2026-03-12").await;
    let saidas: Vec<_> = dias.iter().map(|(data, emails)| (data.as_str(), subjects(emails))).collect();
    assert_eq!(
        saidas,
        [("2026-03-05", vec!["D-2"]), ("2026-03-10", vec!["D+0"]), ("2026-03-11", vec!["D+1"])]
    );
}
