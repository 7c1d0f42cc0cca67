//! A dispatcher that dies, or is asked to end, in mid-work; and hints that come too often.
#![cfg(test)]

use bus::amqp::Amqp;
use bus::{Bus as _, Mensagem};
use providers::caixa::{Caixa, Fase, Roteiro};
use runtime::Relogio;
use testkit::{Http, Vhost, wait_until};
use uuid::Uuid;

use crate::casa::{Casa, Empresa, PRAZO, PRAZO_DO_FIM, executions};
use crate::oraculo::{
    AO_MESMO_TEMPO, Fins, both_holding_from, company_on_both, hands_full, holding, holding_from, let_go,
    settle, settle_all_sent, states,
};

/// The one whose message is under way when the dispatcher dies.
const VITIMA: &str = "d7@example.com";
/// The shortest lease there is.
const LEASE: (&str, &str) = ("COBRANCA_DISPATCHER__LEASE_S", "10");
const VARRE_SEMPRE: (&str, &str) = ("COBRANCA_DISPATCHER__VARREDURA_S", "1");
/// Looks once, at its start: what it holds too long is the next dispatcher's to judge.
const NAO_VARRE: (&str, &str) = ("COBRANCA_DISPATCHER__VARREDURA_S", "3600");

#[tokio::test(flavor = "multi_thread")]
async fn killed_after_the_server_took_the_message_it_is_uncertain_and_never_sent_again() {
    let (caixa, copias) = kill_while_the_server_is_silent_at(Fase::Corpo).await;
    assert_eq!((caixa.total(), copias), (20, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_before_the_server_took_the_message_it_is_uncertain_and_never_sent_again() {
    let (caixa, copias) = kill_while_the_server_is_silent_at(Fase::Data).await;
    assert_eq!((caixa.total(), copias), (19, 0));
}

/// Twenty actions; the dispatcher is killed between the claim and the result of one. Answers how often the victim's
/// message was accepted in the end, after a second dispatcher was told of it again and again.
async fn kill_while_the_server_is_silent_at(fase: Fase) -> (Caixa, usize) {
    let vhost = Vhost::new();
    let mut casa = Casa::start(vhost.amqp_url(), holding(fase, VITIMA)).await;
    let empresa = casa.empresa().await;
    empresa.push(20).await;
    let mut primeiro = casa.dispatcher(&[LEASE, NAO_VARRE]);
    let api = empresa.at(&mut primeiro).await;
    empresa.night().await;
    wait_until(PRAZO, async || casa.caixa.seguradas() == 1 && states(&api).await.get("enviada") == Some(&19))
        .await;
    primeiro.kill();

    let mut segundo = casa.dispatcher(&[LEASE, VARRE_SEMPRE]);
    let api = empresa.at(&mut segundo).await;
    let esperado = Fins::from([("enviada".to_owned(), 19), ("incerta".to_owned(), 1)]);
    assert_eq!(settle(&casa, &api, 20).await, esperado);

    hint_again(&vhost, &empresa, &api, 3).await;
    wait_until(PRAZO, async || hints_for_nothing(&api).await >= 60).await;
    assert_eq!(settle(&casa, &api, 20).await, esperado);
    let vitima = [VITIMA.to_owned()];
    let copias = casa.caixa.recebidas().iter().filter(|recebida| recebida.para == vitima).count();
    (casa.caixa, copias)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_what_it_had_begun_is_uncertain_and_the_rest_leaves_at_once() {
    let vhost = Vhost::new();
    let mut casa = both_holding_from(60, vhost.amqp_url()).await;
    let empresa = company_on_both(&mut casa).await;
    empresa.push(300).await;
    let mut primeiro = casa.dispatcher(&[LEASE, NAO_VARRE]);
    primeiro.url().await;
    empresa.night().await;
    wait_until(PRAZO, async || hands_full(&casa)).await;
    primeiro.kill();
    let_go(&casa);

    // Long before a hint is taken for lost: one that was in the dead one's hands comes back by itself.
    let mut segundo = casa.dispatcher(&[LEASE, VARRE_SEMPRE]);
    let fins = settle(&casa, &empresa.at(&mut segundo).await, 600).await;
    let esperado = [("enviada".to_owned(), 600 - AO_MESMO_TEMPO), ("incerta".to_owned(), AO_MESMO_TEMPO)];
    assert_eq!(fins, Fins::from(esperado));
    // What the dead one had given the carrier was given again, under the same keys.
    assert_eq!((casa.caixa.total(), casa.operadora.total()), (300, 300));
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_end_under_load_it_puts_down_what_it_holds_and_another_goes_on() {
    let vhost = Vhost::new();
    let mut casa = both_holding_from(60, vhost.amqp_url()).await;
    let empresa = company_on_both(&mut casa).await;
    empresa.push(300).await;
    let mut primeiro = casa.dispatcher(&[LEASE]);
    primeiro.url().await;
    empresa.night().await;
    wait_until(PRAZO, async || hands_full(&casa)).await;
    primeiro.terminate();
    primeiro.logged(PRAZO, "encerramento pedido").await;
    let_go(&casa);
    let fim = primeiro.ended(PRAZO_DO_FIM).await;
    assert!(fim.success(), "{fim}");
    let saidas = (casa.caixa.total(), casa.operadora.total());
    assert!(saidas.0 < 300 && saidas.1 < 300, "it ended after its work, not amidst it");

    // Long before a hint is taken for lost: what the first had not begun is the second's at once.
    let mut segundo = casa.dispatcher(&[LEASE, VARRE_SEMPRE]);
    settle_all_sent(&casa, &empresa.at(&mut segundo).await, 600).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hint_that_comes_five_times_to_two_dispatchers_sends_once() {
    let vhost = Vhost::new();
    let mut casa = Casa::start(vhost.amqp_url(), holding_from(0)).await;
    let empresa = casa.empresa().await;
    empresa.push(100).await;
    let (mut um, mut outro) = (casa.dispatcher(&[]), casa.dispatcher(&[]));
    let api = empresa.at(&mut um).await;
    let api_do_outro = empresa.at(&mut outro).await;
    empresa.night().await;
    // One holds the first hint, and has its hands full; nothing is pendente, so each claim that follows may succeed.
    wait_until(PRAZO, async || {
        casa.caixa.seguradas() >= AO_MESMO_TEMPO && states(&api).await.get("pendente") == Some(&0)
    })
    .await;
    hint_again(&vhost, &empresa, &api, 5).await;
    wait_until(PRAZO, async || casa.caixa.seguradas() == 2 * AO_MESMO_TEMPO).await;
    casa.caixa.liberar();
    settle_all_sent(&casa, &api, 100).await;
    // Six hints of a hundred: all but the hundred claims that succeeded were for nothing.
    wait_until(PRAZO, async || hints_for_nothing(&api).await + hints_for_nothing(&api_do_outro).await == 500)
        .await;
    settle_all_sent(&casa, &api, 100).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatcher_that_was_never_there_is_made_up_for_by_the_next() {
    let vhost = Vhost::new();
    let mut casa = Casa::start(vhost.amqp_url(), Roteiro::normal()).await;
    let empresa = casa.empresa().await;
    empresa.push(10).await;
    empresa.night().await;
    let mut dispatcher = casa.dispatcher(&[]);
    settle_all_sent(&casa, &empresa.at(&mut dispatcher).await, 10).await;
}

/// Publishes one and the same message about every execution of the company, so many times.
async fn hint_again(vhost: &Vhost, empresa: &Empresa, api: &Http, vezes: usize) {
    let execucoes = executions(api).await;
    let ids = execucoes.iter().map(|e| e["id"].as_str().unwrap().parse().unwrap()).collect();
    let agora = Relogio::Sistema.agora();
    let mensagem = Mensagem::new(Uuid::now_v7(), "email", empresa.id, agora, ids).unwrap();
    let bus = Amqp::connect(vhost.amqp_url(), "teste").unwrap();
    let publicadas = bus.publish(&vec![mensagem; vezes]).await;
    assert_eq!(publicadas, vec![Ok(()); vezes]);
    bus.close().await;
}

/// Claims that found the execution taken or ended, by the dispatcher's own metric.
pub(crate) async fn hints_for_nothing(api: &Http) -> usize {
    let numeros = api.get("/metrics").await.expect(200).text;
    let linha =
        numeros.lines().find(|l| l.starts_with("reivindicacoes_sem_envio_total") && l.contains("de_outro"));
    linha.map_or(0, |l| l.rsplit(' ').next().unwrap().parse().unwrap())
}
