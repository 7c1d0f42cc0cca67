//! What a message lists (rule m09).
#![cfg(test)]

use crate::apoio::{Cenario, Titulo, cobranca, subjects};

/// What each message of a day says: its títulos and its total, by the first of them.
fn lists(emails: &[crate::apoio::Email]) -> Vec<(String, String)> {
    let mut listas: Vec<_> = emails.iter().map(|email| (email.titulos().join(" "), email.total())).collect();
    listas.sort();
    listas
}

fn list(titulos: &str, total: &str) -> (String, String) {
    (titulos.to_owned(), total.to_owned())
}

#[tokio::test]
async fn m09_two_creditors_with_a_regua_each_never_share_a_list() {
    let c = Cenario::on("2026-03-10").await;
    let titulos = c
        .push(&[
            Titulo::new("1", "2026-02-10").to("escola").valor("1.00"),
            Titulo::new("2", "2026-02-11").to("escola").valor("20.00"),
            Titulo::new("3", "2026-02-12").to("escola").valor("300.00"),
            Titulo::new("4", "2026-02-10").to("clube").valor("4000.00"),
            Titulo::new("5", "2026-02-11").to("clube").valor("50000.00"),
        ])
        .await;
    c.regua_of("escola", &[cobranca(0), cobranca(1), cobranca(2)]).await;
    c.regua_of("clube", &[cobranca(0), cobranca(1), cobranca(2)]).await;

    let emails = c.day("2026-03-10").await;
    assert_eq!(c.inscricoes().await.len(), 2, "one debtor in both");
    let escola = list("NF 1 NF 2 NF 3", "R$ 321,00");
    assert_eq!(lists(&emails), [escola, list("NF 4 NF 5", "R$ 54.000,00")]);
    for email in &emails {
        let do_clube = email.titulos()[0] == "NF 4";
        for (numero, e_do_clube) in
            [("NF 1", false), ("NF 2", false), ("NF 3", false), ("NF 4", true), ("NF 5", true)]
        {
            let esperado = e_do_clube == do_clube;
            assert_eq!(
                (email.texto.contains(numero), email.html.contains(numero)),
                (esperado, esperado),
                "{numero}"
            );
        }
    }

    // Decided with all of them; one is paid and one cancelled before it leaves.
    c.night("2026-03-11").await;
    c.pay(&titulos[1]).await;
    c.cancel(&titulos[3]).await;
    c.settle("2026-03-11", "12:00").await;
    let emails = c.emails().split_off(2);
    assert_eq!(lists(&emails), [list("NF 1 NF 3", "R$ 301,00"), list("NF 5", "R$ 50.000,00")]);

    // A título that changes hands while a message about it waits is in the other creditor's list only.
    c.set_window("14:00", "20:00").await;
    c.night("2026-03-12").await;
    c.push(&[Titulo::new("3", "2026-02-12").to("clube").valor("300.00")]).await;
    c.night("2026-03-13").await;
    c.settle("2026-03-13", "15:00").await;
    let emails = c.emails().split_off(4);
    assert_eq!(subjects(&emails), ["D+2", "D+2"]);
    assert_eq!(lists(&emails), [list("NF 1", "R$ 1,00"), list("NF 5", "R$ 50.000,00")]);
}
