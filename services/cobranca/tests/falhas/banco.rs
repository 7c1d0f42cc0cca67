//! The database's sessions are cut while the night goes on.
#![cfg(test)]

use bus::LIMITE_DEVOLUCOES;
use serde_json::json;
use testkit::{Http, Vhost, wait_until};

use crate::casa::{Casa, PRAZO};
use crate::oraculo::{AO_MESMO_TEMPO, holding_from, settle, settle_all_sent, states};

const AJUSTES: [(&str, &str); 3] = [
    ("COBRANCA_DISPATCHER__LEASE_S", "10"),
    ("COBRANCA_DISPATCHER__FILA_S", "5"),
    ("COBRANCA_DISPATCHER__VARREDURA_S", "1"),
];
const DEVEDORES: usize = 300;

#[tokio::test(flavor = "multi_thread")]
async fn sessions_cut_again_and_again_lose_nothing_and_double_nothing() {
    let vhost = Vhost::new();
    let mut casa = Casa::start(vhost.amqp_url(), holding_from(u64::MAX)).await;
    let empresa = casa.empresa().await;
    empresa.push(DEVEDORES).await;
    let mut dispatcher = casa.dispatcher(&AJUSTES);
    let api = empresa.at(&mut dispatcher).await;
    let noite = empresa.open_night().await;
    for ja_saidas in [0, 40, 120, 200] {
        wait_until(PRAZO, async || casa.caixa.total() >= ja_saidas).await;
        assert!(casa.banco.disconnect_all() > 0);
    }
    let fins = settle(&casa.caixa, &api, DEVEDORES).await;
    assert!(fins.keys().all(|fim| fim == "enviada" || fim == "incerta"), "{fins:?}");
    // Only what was between its claim and its result at one of the cuts may be in doubt.
    assert!(fins.get("incerta").copied().unwrap_or_default() <= 4 * 9, "{fins:?}");
    let concluida = empresa.motor.get(&noite).await.expect(200).json;
    assert_eq!((&concluida["estado"], &concluida["acoes"]), (&json!("concluida"), &json!(DEVEDORES)));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_cut_no_caller_gets_a_wrong_answer() {
    let vhost = Vhost::new();
    let mut casa = Casa::start(vhost.amqp_url(), holding_from(u64::MAX)).await;
    let empresa = casa.empresa().await;
    empresa.push(5).await;
    let mut dispatcher = casa.dispatcher(&AJUSTES);
    let api = empresa.at(&mut dispatcher).await;
    for _ in 0..3 {
        assert!(casa.banco.disconnect_all() > 0);
        for (http, caminho) in
            [(&empresa.titulos, "/v1/titulos"), (&empresa.motor, "/v1/reguas"), (&api, "/v1/execucoes")]
        {
            assert_eq!(http.get(caminho).await.status, 200, "{caminho}");
        }
    }
    empresa.night().await;
    settle_all_sent(&casa.caixa, &api, 5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_for_long_delays_the_night_and_costs_no_hint() {
    let vhost = Vhost::new();
    let mut casa = Casa::start(vhost.amqp_url(), holding_from(40)).await;
    let empresa = casa.empresa().await;
    empresa.push(DEVEDORES).await;
    // Nothing is taken for lost: a hint that the broker had given up would be missed for five minutes.
    let mut dispatcher = casa.dispatcher(&[AJUSTES[0], AJUSTES[2], ("COBRANCA_DISPATCHER__PREFETCH", "1")]);
    let api = empresa.at(&mut dispatcher).await;
    empresa.night().await;
    wait_until(PRAZO, async || {
        casa.caixa.seguradas() == AO_MESMO_TEMPO && states(&api).await.get("pendente") == Some(&0)
    })
    .await;
    casa.banco.set_away(true);
    casa.caixa.liberar();
    // Oftener than the broker takes a message back.
    wait_until(PRAZO, async || restarts(&api).await > u64::from(LIMITE_DEVOLUCOES)).await;
    casa.banco.set_away(false);
    let fins = settle(&casa.caixa, &api, DEVEDORES).await;
    // What was in the provider's hands may have no result that could be written down in time.
    let incertas = fins.get("incerta").copied().unwrap_or_default();
    assert_eq!(fins.get("enviada"), Some(&(DEVEDORES - incertas)));
    assert!(incertas <= 2 * AO_MESMO_TEMPO, "{fins:?}");
}

/// How often the consumer had to start over, by the dispatcher's own metric.
async fn restarts(api: &Http) -> u64 {
    let numeros = api.get("/metrics").await.expect(200).text;
    let linha = numeros.lines().find(|l| l.starts_with("laco_reinicios_total") && l.contains("consumidor"));
    linha.map_or(0, |l| l.rsplit(' ').next().unwrap().parse().unwrap())
}
