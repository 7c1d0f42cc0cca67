//! The end of a régua.
#![cfg(test)]

use crate::apoio::{Cenario, Titulo, cobranca, text};

#[tokio::test]
async fn e01_after_the_last_position_nothing_leaves_and_payment_takes_out() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(2)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20")]).await;
    let dias = c.days("2026-03-10", "2026-03-12").await;
    assert_eq!(dias.iter().map(|(data, _)| data.as_str()).collect::<Vec<_>>(), ["2026-03-10", "2026-03-12"]);
    let final_em = c.inscricao().await;
    assert_eq!(
        (text(&final_em, "estado"), text(&final_em, "final_em")),
        ("final".into(), "2026-03-12".into())
    );

    assert_eq!(c.days("2026-03-13", "2026-03-20").await.len(), 0);
    assert_eq!(c.inscricao().await, final_em, "still listed there");
    assert_eq!(c.execucoes().await.len(), 2);

    c.pay(&titulos[0]).await;
    c.night("2026-03-21").await;
    let fora = c.inscricao().await;
    assert_eq!(
        (text(&fora, "estado"), text(&fora, "motivo"), text(&fora, "encerrada_em")),
        ("encerrada".into(), "sem_titulo".into(), "2026-03-21".into())
    );
}

#[tokio::test]
async fn e01_a_new_titulo_at_the_end_starts_nothing_again() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0)]).await;
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    assert_eq!(c.day("2026-03-10").await.len(), 1);
    let novos = c.push(&[Titulo::new("2", "2026-03-02")]).await;
    assert_eq!(c.days("2026-03-11", "2026-03-14").await.len(), 0);
    let inscricao = c.inscricao().await;
    assert_eq!(text(&inscricao, "estado"), "final");
    assert!(inscricao["titulos"].as_array().unwrap().contains(&novos[0].as_str().into()), "{inscricao}");
}
