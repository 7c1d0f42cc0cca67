//! Negotiations, from the walk that stands still to the instalment that is charged.
#![cfg(test)]

use serde_json::json;

use crate::apoio::{Barramento, Cenario, Email, Titulo, cobranca, lembrete, text};

/// Subject and list of every message of these days, by day.
fn told(dias: &[(String, Vec<Email>)]) -> Vec<String> {
    let linha =
        |data: &str, email: &Email| format!("{data} {} {}", email.assunto, email.titulos().join(", "));
    dias.iter().flat_map(|(data, emails)| emails.iter().map(move |email| linha(data, email))).collect()
}

async fn estado(c: &Cenario) -> String {
    let inscricao = c.inscricao().await;
    match inscricao["motivo"].as_str() {
        Some(motivo) => format!("{} {motivo}", text(&inscricao, "estado")),
        None => text(&inscricao, "estado"),
    }
}

pub(crate) async fn k02_k06_negotiated_it_stands_still_and_undone_it_goes_on(barramento: Barramento) {
    let c = Cenario::over(barramento, "2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(3)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20")]).await;
    assert_eq!(told(&c.days("2026-03-10", "2026-03-11").await), ["2026-03-10 D+0 NF 1"]);
    let (negociacao, parcelas) = c.negotiate(&titulos, &["2026-04-10", "2026-05-10"]).await;
    assert_eq!(c.status(&titulos[0]).await, "negociado");
    assert_eq!(c.days("2026-03-12", "2026-03-16").await.len(), 0);
    assert_eq!(estado(&c).await, "congelada");
    assert!(c.undo(negociacao).await);
    assert_eq!(
        (c.status(&titulos[0]).await, c.status(&parcelas[0]).await),
        ("aberto".into(), "cancelado".into())
    );
    assert_eq!(told(&c.days("2026-03-17", "2026-03-22").await), ["2026-03-18 D+3 NF 1"]);
}

#[tokio::test]
async fn k02_another_open_titulo_of_the_debtor_keeps_walking() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(2)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20"), Titulo::new("2", "2026-02-21")]).await;
    assert_eq!(told(&c.days("2026-03-10", "2026-03-10").await), ["2026-03-10 D+0 NF 1, NF 2"]);
    c.negotiate(&titulos[..1], &["2026-04-10"]).await;
    assert_eq!(told(&c.days("2026-03-11", "2026-03-13").await), ["2026-03-12 D+2 NF 2"]);
}

#[tokio::test]
async fn k03_k04_paid_the_originals_leave_and_an_overdue_instalment_enters_at_the_first_position() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(4)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20")]).await;
    assert_eq!(c.day("2026-03-10").await.len(), 1);
    let (negociacao, parcelas) = c.negotiate(&titulos, &["2026-03-12", "2026-03-17"]).await;
    assert_eq!(c.days("2026-03-11", "2026-03-12").await.len(), 0);
    assert_eq!(estado(&c).await, "congelada");
    c.pay(&parcelas[0]).await;
    assert_eq!(c.estado_da_negociacao(negociacao).await, "confirmada");
    assert_eq!(c.days("2026-03-13", "2026-03-17").await.len(), 0);
    assert_eq!(estado(&c).await, "encerrada sem_titulo");
    assert_eq!(c.status(&titulos[0]).await, "negociado");
    assert!(!c.undo(negociacao).await, "k05");
    let dias = c.days("2026-03-18", "2026-03-23").await;
    assert_eq!(told(&dias), ["2026-03-18 D+0 Acordo 2/2", "2026-03-22 D+4 Acordo 2/2"]);
}

#[tokio::test]
async fn k07_unconfirmed_and_overdue_is_listed_and_not_charged() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20")]).await;
    let (negociacao, _) = c.negotiate(&titulos, &["2026-03-12", "2026-03-17"]).await;
    assert_eq!(c.days("2026-03-10", "2026-03-25").await.len(), 0);
    assert_eq!(c.vencidas("2026-03-12").await, []);
    assert_eq!(c.vencidas("2026-03-25").await, [negociacao]);
    assert_eq!(c.estado_da_negociacao(negociacao).await, "aberta");
}

#[tokio::test]
async fn k07_where_the_company_chose_so_it_is_cancelled_and_the_walk_goes_on() {
    let c = Cenario::on("2026-03-10").await;
    c.change(&json!({"cancelar_acordo_apos": 3})).await;
    c.regua(&[cobranca(0), cobranca(6)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20")]).await;
    assert_eq!(c.days("2026-03-10", "2026-03-11").await.len(), 1);
    let (negociacao, parcelas) = c.negotiate(&titulos, &["2026-03-13", "2026-04-13"]).await;
    assert_eq!(c.days("2026-03-12", "2026-03-16").await.len(), 0);
    assert_eq!(c.estado_da_negociacao(negociacao).await, "aberta");
    c.night("2026-03-17").await;
    assert_eq!(c.estado_da_negociacao(negociacao).await, "cancelada");
    assert_eq!(
        (c.status(&titulos[0]).await, c.status(&parcelas[1]).await),
        ("aberto".into(), "cancelado".into())
    );
    assert_eq!(told(&c.days("2026-03-18", "2026-03-23").await), ["2026-03-21 D+6 NF 1"]);
}

#[tokio::test]
async fn k09_instalments_are_reminded_while_nobody_has_confirmed_and_not_once_it_is_undone() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[lembrete(2)]).await;
    let titulos = c.push(&[Titulo::new("1", "2026-02-20")]).await;
    let (negociacao, _) = c.negotiate(&titulos, &["2026-03-13", "2026-03-16", "2026-03-20"]).await;
    let dias = c.days("2026-03-10", "2026-03-15").await;
    assert_eq!(told(&dias), ["2026-03-11 D-2 Acordo 1/3", "2026-03-14 D-2 Acordo 2/3"]);
    c.night("2026-03-18").await;
    assert!(c.undo(negociacao).await);
    c.settle("2026-03-18", "12:00").await;
    assert_eq!(c.estados().await, ["descartada titulo_cancelado", "enviada", "enviada"]);
}
