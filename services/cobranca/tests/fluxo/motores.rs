//! Once, whatever is asked for twice and whoever works at it.
#![cfg(test)]

use std::collections::BTreeMap;

use serde_json::json;

use crate::apoio::{Barramento, Cenario, Titulo, acao, cobranca, date, text};

const DEVEDORES: usize = 40;

pub(crate) async fn m02_a_night_asked_for_twice_sends_once(barramento: Barramento) {
    let c = Cenario::over(barramento, "2026-03-10").await;
    c.regua(&[cobranca(0)]).await;
    c.push(&[Titulo::new("1", "2026-02-20")]).await;
    c.night("2026-03-10").await;
    let pedido = json!({"data": date("2026-03-10")});
    let primeira = c.http.post("/v1/noites", &pedido).await.expect(200).json;
    c.settle("2026-03-10", "12:00").await;
    let segunda = c.http.post("/v1/noites", &pedido).await.expect(200).json;
    c.quiet().await;
    assert_eq!(primeira, segunda);
    assert_eq!((&segunda["devedores"], &segunda["acoes"]), (&json!(1), &json!(1)));
    assert_eq!(c.noites().await, ["2026-03-10"]);
    assert_eq!(c.caixa.total(), 1);
}

pub(crate) async fn m02_a_restart_between_night_and_window_sends_once(barramento: Barramento) {
    let mut c = Cenario::over(barramento, "2026-03-10").await;
    two_actions_for_many(&c).await;
    c.night("2026-03-10").await;
    c.restart().await;
    c.night_now("2026-03-10").await;
    c.settle("2026-03-10", "12:00").await;
    assert_each_action_left_once(&c).await;
    c.restart().await;
    c.settle("2026-03-10", "13:00").await;
    assert_each_action_left_once(&c).await;
}

pub(crate) async fn m02_two_systems_on_one_database_send_once(barramento: Barramento) {
    let mut c = Cenario::over(barramento, "2026-03-10").await;
    two_actions_for_many(&c).await;
    c.start_another_system().await;
    // The window is open: one system's dispatcher may send while the other's engine still decides.
    c.set_clock("2026-03-10", "12:00").await;
    c.night_now("2026-03-10").await;
    c.quiet().await;
    assert_each_action_left_once(&c).await;
}

#[tokio::test]
async fn m02_a_system_that_stops_in_the_middle_of_sending_leaves_the_rest_to_the_next() {
    let mut c = Cenario::with_a_held_provider(Barramento::RabbitMq, "2026-03-10").await;
    two_actions_for_many(&c).await;
    c.night("2026-03-10").await;
    c.set_clock("2026-03-10", "12:00").await;
    testkit::wait_until(crate::apoio::PRAZO, async || c.caixa.seguradas() == 1).await;
    c.caixa.liberar();
    c.restart().await;
    c.quiet().await;
    assert_each_action_left_once(&c).await;
}

async fn two_actions_for_many(c: &Cenario) {
    c.regua(&[json!({"dias": 0, "acoes": [acao("primeira"), acao("segunda")]})]).await;
    let titulos: Vec<_> =
        (0..DEVEDORES).map(|n| Titulo::new(&n.to_string(), "2026-02-20").of(&format!("d{n}"))).collect();
    c.push(&titulos).await;
}

/// By the mailbox, and by the API.
async fn assert_each_action_left_once(c: &Cenario) {
    let mut copias: BTreeMap<(String, String), usize> = BTreeMap::new();
    for email in c.emails() {
        *copias.entry((email.para[0].clone(), email.assunto.clone())).or_default() += 1;
    }
    assert_eq!(copias.len(), 2 * DEVEDORES);
    assert!(copias.values().all(|n| *n == 1), "{copias:?}");
    let execucoes = c.execucoes().await;
    assert_eq!(execucoes.len(), 2 * DEVEDORES);
    assert!(execucoes.iter().all(|execucao| text(execucao, "estado") == "enviada"));
    assert_eq!(c.inscricoes().await.len(), DEVEDORES);
}
