//! Nights: by themselves at the company's hour, and when asked for.
#![cfg(test)]

use serde_json::json;
use testkit::wait_until;

use crate::apoio::{Cenario, PRAZO, Titulo, cobranca, subjects, text};

#[tokio::test]
async fn g01_the_night_runs_by_itself_once_with_three_engines_and_missed_dates_are_late() {
    let mut c = Cenario::on("2026-03-10").await;
    c.change(&json!({"hora_noite": "03:00"})).await;
    c.regua(&[cobranca(0), cobranca(2), cobranca(5)]).await;
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    c.start_another_system().await;
    c.start_another_system().await;
    c.set_clock("2026-03-10", "03:00").await;
    night_by_itself(&c, "2026-03-10").await;
    c.settle("2026-03-10", "12:00").await;
    assert_eq!(c.noites().await, ["2026-03-10"]);
    assert_eq!(c.caixa.total(), 1);

    // Nobody was there on the 11th to the 19th, nor at three on the 20th.
    c.set_clock("2026-03-20", "09:30").await;
    night_by_itself(&c, "2026-03-20").await;
    c.quiet().await;
    assert_eq!(c.noites().await, ["2026-03-20", "2026-03-10"]);
    assert_eq!(subjects(&c.emails()[1..]), ["D+2"], "one position a night");
    let atrasada = c.execucoes().await.into_iter().find(|execucao| execucao["data"] == "2026-03-20").unwrap();
    assert_eq!(text(&atrasada, "devida_em"), "2026-03-12");
    assert_eq!(text(&c.inscricao().await, "ancora"), "2026-03-18", "D+5 keeps its three days from D+2");
}

#[tokio::test]
async fn g01_a_late_position_keeps_the_distance_to_the_next() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0), cobranca(2), cobranca(5)]).await;
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    assert_eq!(c.day("2026-03-10").await.len(), 1);
    let dias = c.days("2026-03-20", "2026-03-26").await;
    let saidas: Vec<_> = dias.iter().map(|(data, emails)| (data.as_str(), subjects(emails))).collect();
    assert_eq!(saidas, [("2026-03-20", vec!["D+2"]), ("2026-03-23", vec!["D+5"])]);
}

#[tokio::test]
async fn g07_nights_go_forward_only() {
    let c = Cenario::on("2026-03-10").await;
    c.regua(&[cobranca(0)]).await;
    c.night("2026-03-11").await;
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    let recusa = c.http.post("/v1/noites", &json!({"data": "2026-03-10"})).await.expect(409).json;
    assert_eq!(recusa["codigo"], "noite_anterior");
    assert!(text(&recusa, "detail").contains("2026-03-11"), "{recusa}");
    let repetida = c.http.post("/v1/noites", &json!({"data": "2026-03-11"})).await.expect(200).json;
    assert_eq!((&repetida["estado"], &repetida["acoes"]), (&json!("concluida"), &json!(0)));
    let _futura = c.http.post("/v1/noites", &json!({"data": "2026-03-12"})).await.expect(422);
    c.settle("2026-03-11", "12:00").await;
    assert_eq!(
        (c.noites().await, c.execucoes().await.len(), c.caixa.total()),
        (vec!["2026-03-11".into()], 0, 0)
    );
    assert_eq!(c.day("2026-03-12").await.len(), 1, "the next night sees what came meanwhile");
}

async fn night_by_itself(c: &Cenario, data: &str) {
    wait_until(PRAZO, async || {
        let noites = c.http.get("/v1/noites").await.expect(200).json;
        let ultima = &noites["itens"][0];
        ultima["data"] == data && ultima["estado"] == "concluida"
    })
    .await;
}
