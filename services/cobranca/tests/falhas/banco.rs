//! The database's sessions are cut while the night goes on.
#![cfg(test)]

use bus::LIMITE_DEVOLUCOES;
use serde_json::json;
use testkit::{Http, PostgresPrivado, Vhost, wait_until};

use crate::casa::{Casa, PRAZO};
use crate::oraculo::{
    AO_MESMO_TEMPO, both_holding_from, carrier_holding_from, company_on_both, hands_full, holding_from,
    let_go, settle, settle_all_sent, states,
};

const AJUSTES: [(&str, &str); 3] = [
    ("COBRANCA_DISPATCHER__LEASE_S", "10"),
    ("COBRANCA_DISPATCHER__FILA_S", "5"),
    ("COBRANCA_DISPATCHER__VARREDURA_S", "1"),
];
const DEVEDORES: usize = 300;
const ACOES: usize = 2 * DEVEDORES;

#[tokio::test(flavor = "multi_thread")]
async fn sessions_cut_again_and_again_lose_nothing_and_double_nothing() {
    let vhost = Vhost::new();
    let mut casa = both_holding_from(u64::MAX, vhost.amqp_url()).await;
    let empresa = company_on_both(&mut casa).await;
    empresa.push(DEVEDORES).await;
    let mut dispatcher = casa.dispatcher(&AJUSTES);
    let api = empresa.at(&mut dispatcher).await;
    let noite = empresa.open_night().await;
    for ja_saidas in [0, 40, 120, 200] {
        wait_until(PRAZO, async || casa.caixa.total() >= ja_saidas).await;
        assert!(casa.banco.disconnect_all() > 0);
    }
    let fins = settle(&casa, &api, ACOES).await;
    assert!(fins.keys().all(|fim| fim == "enviada" || fim == "incerta"), "{fins:?}");
    // Only what was between its claim and its result at one of the cuts may be in doubt.
    assert!(fins.get("incerta").copied().unwrap_or_default() <= 4 * 9, "{fins:?}");
    let concluida = empresa.motor.get(&noite).await.expect(200).json;
    assert_eq!((&concluida["estado"], &concluida["acoes"]), (&json!("concluida"), &json!(ACOES)));
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_cut_no_caller_gets_a_wrong_answer() {
    let vhost = Vhost::new();
    let mut casa = both_holding_from(u64::MAX, vhost.amqp_url()).await;
    let empresa = company_on_both(&mut casa).await;
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
    settle_all_sent(&casa, &api, 10).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_for_long_delays_the_night_and_costs_no_hint() {
    let vhost = Vhost::new();
    let mut casa = both_holding_from(40, vhost.amqp_url()).await;
    let empresa = company_on_both(&mut casa).await;
    empresa.push(DEVEDORES).await;
    // Nothing is taken for lost: a hint that the broker had given up would be missed for five minutes.
    let mut dispatcher = casa.dispatcher(&[AJUSTES[0], AJUSTES[2], ("COBRANCA_DISPATCHER__PREFETCH", "1")]);
    let api = empresa.at(&mut dispatcher).await;
    empresa.night().await;
    wait_until(PRAZO, async || hands_full(&casa) && states(&api).await.get("pendente") == Some(&0)).await;
    casa.banco.set_away(true);
    let_go(&casa);
    // Oftener than the broker takes a message back.
    wait_until(PRAZO, async || restarts(&api).await > u64::from(LIMITE_DEVOLUCOES)).await;
    casa.banco.set_away(false);
    let fins = settle(&casa, &api, ACOES).await;
    // What was in the provider's hands may have no result that could be written down in time.
    let incertas = fins.get("incerta").copied().unwrap_or_default();
    assert_eq!(fins.get("enviada"), Some(&(ACOES - incertas)));
    assert!(incertas <= 2 * AO_MESMO_TEMPO, "{fins:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_in_mid_night_and_recovers_loses_and_doubles_nothing() {
    let servidor = tokio::task::spawn_blocking(PostgresPrivado::new).await.unwrap();
    let vhost = Vhost::new();
    let roteiros = (holding_from(40), carrier_holding_from(40));
    let mut casa = Casa::on(servidor.banco(), vhost.amqp_url(), roteiros).await;
    let empresa = company_on_both(&mut casa).await;
    empresa.push(DEVEDORES).await;
    let mut dispatcher = casa.dispatcher(&AJUSTES);
    let api = empresa.at(&mut dispatcher).await;
    let noite = empresa.open_night().await;
    // In the middle of the night or after it; and then with as many messages as can be between their claims and results.
    servidor.kill().await;
    servidor.start().await;
    wait_until(PRAZO, async || hands_full(&casa)).await;
    servidor.kill().await;
    let_go(&casa);
    servidor.start().await;
    wait_until(PRAZO, async || empresa.motor.get(&noite).await.status == 200).await;
    let fins = settle(&casa, &api, ACOES).await;
    let incertas = fins.get("incerta").copied().unwrap_or_default();
    assert_eq!(fins.get("enviada"), Some(&(ACOES - incertas)));
    assert!(incertas <= 2 * AO_MESMO_TEMPO, "{fins:?}");
    let concluida = empresa.motor.get(&noite).await.expect(200).json;
    assert_eq!((&concluida["estado"], &concluida["acoes"]), (&json!("concluida"), &json!(ACOES)));
}

/// How often the consumer had to start over, by the dispatcher's own metric.
async fn restarts(api: &Http) -> u64 {
    let numeros = api.get("/metrics").await.expect(200).text;
    let linha = numeros.lines().find(|l| l.starts_with("laco_reinicios_total") && l.contains("consumidor"));
    linha.map_or(0, |l| l.rsplit(' ').next().unwrap().parse().unwrap())
}
