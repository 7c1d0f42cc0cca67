//! The status of the títulos.
#![cfg(test)]

use crate::apoio::{Cenario, Titulo, cobranca, text};

#[tokio::test]
async fn t01_a_cancelled_titulo_leaves_lists_and_pending_actions() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(1)]).await;
    let titulos = c
        .push(&[
            Titulo::new("1", "2026-02-10"),
            Titulo::new("2", "2026-02-11"),
            Titulo::new("3", "2026-02-10").of("bia"),
        ])
        .await;
    c.night("2026-03-10").await;
    c.cancel(&titulos[0]).await;
    c.cancel(&titulos[2]).await;
    c.settle("2026-03-10", "12:00").await;

    let emails = c.emails();
    assert_eq!(emails.len(), 1);
    assert_eq!((emails[0].titulos(), emails[0].total()), (vec!["NF 2".to_owned()], "R$ 100,00".to_owned()));
    assert_eq!(c.estados().await, ["descartada titulo_cancelado", "enviada"]);
    let emails = c.day("2026-03-11").await;
    assert_eq!(emails.iter().map(|email| email.titulos().join(" ")).collect::<Vec<_>>(), ["NF 2"]);
}

#[tokio::test]
async fn t02_one_open_titulo_keeps_the_debtor_in_until_it_is_paid() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(1), cobranca(2)]).await;
    let titulos = c.push(&["1", "2", "3"].map(|codigo| Titulo::new(codigo, "2026-02-20"))).await;
    assert_eq!(c.day("2026-03-10").await[0].titulos().len(), 3);
    c.cancel(&titulos[0]).await;
    c.pay(&titulos[1]).await;
    assert_eq!(c.day("2026-03-11").await[0].titulos(), ["NF 3"]);
    assert_eq!(text(&c.inscricao().await, "estado"), "andando");
    c.pay(&titulos[2]).await;
    assert_eq!(c.day("2026-03-12").await.len(), 0);
    assert_eq!(text(&c.inscricao().await, "estado"), "encerrada");
    assert_eq!(c.days("2026-03-13", "2026-03-15").await.len(), 0);
}

#[tokio::test]
async fn n03_a_debtor_who_falls_behind_again_starts_a_new_walk() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(5)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20")]).await;
    assert_eq!(c.day("2026-03-10").await.len(), 1);
    c.pay(&titulos[0]).await;
    c.night("2026-03-11").await;
    c.push(&[Titulo::new("2", "2026-03-11")]).await;
    let emails = c.day("2026-03-12").await;
    assert_eq!(emails.iter().map(|email| email.assunto.as_str()).collect::<Vec<_>>(), ["D+0"]);
    let mut entradas: Vec<_> =
        c.inscricoes().await.iter().map(|i| text(i, "entrada") + " " + &text(i, "estado")).collect();
    entradas.sort();
    assert_eq!(entradas, ["2026-03-10 encerrada", "2026-03-12 andando"]);
}
