//! A broker that goes away in mid-night, or forgets everything.
#![cfg(test)]

use providers::caixa::Roteiro;
use testkit::{Http, Processo, RabbitPrivado, Vhost, wait_until};

use crate::casa::{Casa, Empresa, PRAZO};
use crate::oraculo::{both_holding_from, company_on_both, hands_full, let_go, settle_all_sent, states};

/// One hint in hand, the others in the queue.
const UMA_NA_MAO: (&str, &str) = ("COBRANCA_DISPATCHER__PREFETCH", "1");
/// What the broker loses is missed as soon as can be.
const VARRE_LOGO: [(&str, &str); 2] =
    [("COBRANCA_DISPATCHER__FILA_S", "5"), ("COBRANCA_DISPATCHER__VARREDURA_S", "1")];
/// Three hints and more on each channel.
const DEVEDORES: usize = 320;
const ACOES: usize = 2 * DEVEDORES;

/// A night in the middle: some messages have left, as many as can are in the hands of the mail server and of the carrier, a hint
/// is in each consumer's, and the others are in their queues.
async fn amid_the_night(casa: &mut Casa, ajustes: &[(&str, &str)]) -> (Empresa, Processo, Http) {
    let empresa = company_on_both(casa).await;
    empresa.push(DEVEDORES).await;
    let mut dispatcher = casa.dispatcher(&[&[UMA_NA_MAO], ajustes].concat());
    let api = empresa.at(&mut dispatcher).await;
    empresa.night().await;
    wait_until(PRAZO, async || hands_full(casa) && states(&api).await.get("pendente") == Some(&0)).await;
    (empresa, dispatcher, api)
}

#[tokio::test(flavor = "multi_thread")]
async fn queues_deleted_with_their_messages_delay_the_night_and_lose_nothing() {
    let vhost = Vhost::new();
    let mut casa = both_holding_from(40, vhost.amqp_url()).await;
    let (_empresa, _dispatcher, api) = amid_the_night(&mut casa, &VARRE_LOGO).await;
    let filas = vhost.delete_queues();
    assert!(["dispatcher.email", "dispatcher.sms"].iter().all(|fila| filas.iter().any(|f| f == fila)));
    let_go(&casa);
    settle_all_sent(&casa, &api, ACOES).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_lost_all_its_data_delays_the_night_and_loses_nothing() {
    let vhost = Vhost::new();
    let mut casa = both_holding_from(40, vhost.amqp_url()).await;
    let (_empresa, _dispatcher, api) = amid_the_night(&mut casa, &VARRE_LOGO).await;
    vhost.lose_everything();
    let_go(&casa);
    settle_all_sent(&casa, &api, ACOES).await;
    assert!(vhost.delete_queues().contains(&"dispatcher.email".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_stops_in_mid_night_and_comes_back_loses_and_doubles_nothing() {
    let rabbit = tokio::task::spawn_blocking(RabbitPrivado::new).await.unwrap();
    let mut casa = both_holding_from(40, rabbit.amqp_url()).await;
    let outra = company_on_both(&mut casa).await;
    outra.push(DEVEDORES).await;
    // It has its data still, so that nothing needs to be taken for lost (that would take five minutes here).
    let (_empresa, mut dispatcher, api) = amid_the_night(&mut casa, &[]).await;
    rabbit.stop().await;
    // Consumed: what is in hand goes on. Published: the second company's night finds no broker.
    let_go(&casa);
    outra.night().await;
    let api_da_outra = outra.at(&mut dispatcher).await;
    dispatcher.logged(PRAZO, "o barramento não confirmou").await;
    assert_eq!(states(&api_da_outra).await.get("enviada"), Some(&0));
    rabbit.start().await;
    settle_all_sent(&casa, &api, ACOES).await;
    settle_all_sent(&casa, &api_da_outra, ACOES).await;
    let de_cada = 2 * u64::try_from(DEVEDORES).unwrap();
    assert_eq!((casa.caixa.total(), casa.operadora.total()), (de_cada, de_cada));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_not_there_at_the_start_is_waited_for() {
    let vhost = Vhost::new();
    // Nobody listens there until the vhost is asked for: the dispatcher is up, says that it is not ready, and serves.
    let mut casa = Casa::start("amqp://127.0.0.1:1/%2f", Roteiro::normal()).await;
    let empresa = casa.empresa().await;
    empresa.push(10).await;
    let mut sem_broker = casa.dispatcher(&[]);
    let api = empresa.at(&mut sem_broker).await;
    empresa.night().await;
    sem_broker.logged(PRAZO, "o barramento não confirmou").await;
    let pronto = api.get("/readyz").await.expect(503);
    assert!(pronto.text.contains("fila"), "{}", pronto.text);
    assert_eq!(casa.caixa.total(), 0);
    sem_broker.kill();

    let mut com_broker = casa.dispatcher(&[("AMQP_URL", vhost.amqp_url()), VARRE_LOGO[0], VARRE_LOGO[1]]);
    settle_all_sent(&casa, &empresa.at(&mut com_broker).await, 10).await;
}

/// Connections closed again and again, a memory alarm while there is much to publish, and at last a disk that is lost: one
/// broker after the other fault, one night after the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_closes_blocks_dies_and_forgets_delays_each_night_and_loses_nothing() {
    let rabbit = tokio::task::spawn_blocking(RabbitPrivado::new).await.unwrap();
    let mut casa = both_holding_from(u64::MAX, rabbit.amqp_url()).await;
    let mut dispatcher = casa.dispatcher(&VARRE_LOGO);
    dispatcher.url().await;

    let empresa = company_on_both(&mut casa).await;
    empresa.push(DEVEDORES).await;
    empresa.night().await;
    for _ in 0..3 {
        // Two consumers and a publisher; one that is coming back is not in the list yet.
        wait_until(PRAZO, async || rabbit.close_connections() >= 3).await;
    }
    settle_all_sent(&casa, &empresa.at(&mut dispatcher).await, ACOES).await;

    rabbit.set_alarm(true).await;
    let empresa = company_on_both(&mut casa).await;
    empresa.push(DEVEDORES).await;
    empresa.night().await;
    dispatcher.logged(PRAZO, "o barramento não confirmou").await;
    rabbit.set_alarm(false).await;
    settle_all_sent(&casa, &empresa.at(&mut dispatcher).await, ACOES).await;

    let empresa = company_on_both(&mut casa).await;
    empresa.push(DEVEDORES).await;
    let antes = casa.operadora.total();
    empresa.night().await;
    wait_until(PRAZO, async || casa.operadora.total() > antes).await;
    rabbit.kill().await;
    rabbit.lose_disk().await;
    rabbit.start().await;
    settle_all_sent(&casa, &empresa.at(&mut dispatcher).await, ACOES).await;
}
