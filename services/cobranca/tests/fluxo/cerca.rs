//! The last check, right before the provider is called.
#![cfg(test)]

use testkit::wait_until;

use crate::apoio::{Barramento, Cenario, PRAZO, Titulo, cobranca, text};

pub(crate) async fn n03_a_payment_between_night_and_window_is_in_time(barramento: Barramento) {
    let c = Cenario::over(barramento, "2026-03-10").await;
    c.set_window("14:00", "20:00").await;
    c.regua(&[cobranca(0), cobranca(1)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20"), Titulo::new("2", "2026-02-20").of("bia")]).await;
    c.night("2026-03-10").await;
    c.set_clock("2026-03-10", "10:00").await;
    c.pay(&titulos[0]).await;
    c.settle("2026-03-10", "14:00").await;

    assert_eq!(
        c.emails().iter().map(|email| email.para[0].as_str()).collect::<Vec<_>>(),
        ["bia@example.com"]
    );
    assert_eq!(c.estados().await, ["descartada titulo_pago", "enviada"]);
    c.night("2026-03-11").await;
    let mut inscricoes: Vec<_> = c.inscricoes().await.iter().map(|i| text(i, "estado")).collect();
    inscricoes.sort();
    assert_eq!(inscricoes, ["encerrada", "final"]);
}

#[tokio::test]
async fn j03_what_counts_is_the_moment_of_sending_not_of_queueing() {
    let (c, _, titulos) = queued_behind_a_held_message(Barramento::Local).await;
    for titulo in &titulos {
        c.cancel(titulo).await;
    }
    c.caixa.liberar();
    c.quiet().await;
    assert_eq!(c.estados().await, ["descartada titulo_cancelado", "enviada"]);
    assert_eq!(c.caixa.total(), 1);
}

pub(crate) async fn j04_the_message_lists_what_is_still_open(barramento: Barramento) {
    let c = Cenario::over(barramento, "2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(1)]).await;
    let titulos = c
        .push(&[
            Titulo::new("1", "2026-02-10").valor("1.00"),
            Titulo::new("2", "2026-02-11").valor("20.00"),
            Titulo::new("3", "2026-02-12").valor("300.00"),
        ])
        .await;
    c.night("2026-03-10").await;
    c.pay(&titulos[1]).await;
    c.settle("2026-03-10", "12:00").await;

    assert_eq!(c.told(), (vec!["NF 1".into(), "NF 3".into()], "R$ 301,00".into()));

    c.night("2026-03-11").await;
    c.pay(&titulos[0]).await;
    c.pay(&titulos[2]).await;
    c.settle("2026-03-11", "12:00").await;
    assert_eq!(c.estados().await, ["descartada titulo_pago", "enviada"]);
    assert_eq!(c.caixa.total(), 1);
}

pub(crate) async fn j05_a_payment_that_was_answered_is_never_in_a_message(barramento: Barramento) {
    let (c, nome, titulos) = queued_behind_a_held_message(barramento).await;
    c.pay(&titulos[1]).await;
    c.caixa.liberar();
    c.quiet().await;
    let emails = c.emails();
    assert_eq!(emails.len(), 2);
    assert_eq!(emails[0].titulos().len(), 3, "it was in the provider's hands before the payment");
    assert_eq!(emails[1].titulos(), [format!("NF 1 {nome}"), format!("NF 3 {nome}")]);
    assert_eq!(emails[1].total(), "R$ 301,00");
}

/// Two debtors with three títulos each; the message of one is in the provider's hands and the other's is queued behind it.
/// Answers the name and the títulos of the queued one.
async fn queued_behind_a_held_message(barramento: Barramento) -> (Cenario, &'static str, Vec<String>) {
    let c = Cenario::with_a_held_provider(barramento, "2026-03-10").await;
    c.regua(&[cobranca(0)]).await;
    let de = |nome: &str| {
        let titulo = |n: u32, valor: &str| {
            Titulo::new(&format!("{n} {nome}"), &format!("2026-02-1{n}")).valor(valor).of(nome)
        };
        [titulo(1, "1.00"), titulo(2, "20.00"), titulo(3, "300.00")]
    };
    let (ana, bia) = (c.push(&de("ana")).await, c.push(&de("bia")).await);
    c.night("2026-03-10").await;
    c.set_clock("2026-03-10", "12:00").await;
    wait_until(PRAZO, async || c.caixa.seguradas() == 1).await;
    assert_eq!(c.estados().await, ["enfileirada", "enviando"]);
    let segurada = &c.emails()[0].para;
    let (nome, titulos) = if segurada == &["ana@example.com"] { ("bia", bia) } else { ("ana", ana) };
    (c, nome, titulos)
}
