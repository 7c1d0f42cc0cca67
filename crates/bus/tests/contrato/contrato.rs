//! The facts that hold for every bus.

use std::collections::BTreeSet;
use std::time::Duration;

use bus::{Bus, CANAIS, LIMITE_DEVOLUCOES, PublishError};

use crate::apoio::{drain, ids, in_time, mensagem, mensagens, next, publish_all, ready};

pub(crate) async fn what_is_published_arrives_as_it_was(bus: &dyn Bus) {
    let publicada = mensagem("email");
    let mut consumo = bus.consume("email", 10);
    publish_all(bus, std::slice::from_ref(&publicada)).await;
    let entrega = next(&mut consumo).await;
    assert_eq!(entrega.mensagem, publicada);
    entrega.ack();
}

pub(crate) async fn what_was_acked_does_not_come_again(bus: &dyn Bus) {
    let publicadas = mensagens("email", 3);
    publish_all(bus, &publicadas).await;
    let mut consumo = bus.consume("email", 10);
    drain(&mut consumo, 3).await;
    drop(consumo);
    let depois = mensagem("email");
    publish_all(bus, std::slice::from_ref(&depois)).await;
    assert_eq!(drain(&mut bus.consume("email", 10), 1).await, [depois]);
}

pub(crate) async fn what_is_dropped_without_ack_comes_again(bus: &dyn Bus) {
    let publicada = mensagem("email");
    publish_all(bus, std::slice::from_ref(&publicada)).await;
    let mut consumo = bus.consume("email", 1);
    drop(next(&mut consumo).await);
    let outra_vez = next(&mut consumo).await;
    assert_eq!(outra_vez.mensagem, publicada);
    outra_vez.ack();
    let depois = mensagem("email");
    publish_all(bus, std::slice::from_ref(&depois)).await;
    assert_eq!(drain(&mut consumo, 1).await, [depois]);
}

pub(crate) async fn what_a_lost_consumer_held_goes_to_another(bus: &dyn Bus) {
    let publicadas = mensagens("email", 6);
    publish_all(bus, &publicadas).await;
    let mut perdido = bus.consume("email", 10);
    let na_mao = next(&mut perdido).await;
    drop(perdido);
    drop(na_mao);
    let vistas = drain(&mut bus.consume("email", 10), 6).await;
    assert_eq!(ids(&vistas), ids(&publicadas));
}

pub(crate) async fn two_consumers_share_the_work(bus: &dyn Bus) {
    let (mut um, mut outro) = (bus.consume("email", 1), bus.consume("email", 1));
    ready(bus).await;
    let publicadas = mensagens("email", 40);
    publish_all(bus, &publicadas).await;
    let mut vistas = Vec::new();
    for _ in 0..20 {
        // Both hold one at the same time: neither waits for the other.
        let (a, b) = tokio::join!(next(&mut um), next(&mut outro));
        vistas.extend([a.mensagem.clone(), b.mensagem.clone()]);
        a.ack();
        b.ack();
    }
    assert_eq!(vistas.len(), publicadas.len());
    assert_eq!(ids(&vistas), ids(&publicadas));
}

pub(crate) async fn a_consumer_holds_no_more_than_its_prefetch(bus: &dyn Bus) {
    publish_all(bus, &mensagens("email", 3)).await;
    let mut consumo = bus.consume("email", 2);
    let (primeira, segunda) = (next(&mut consumo).await, next(&mut consumo).await);
    let terceira = tokio::time::timeout(Duration::from_millis(300), consumo.next()).await;
    assert!(terceira.is_err(), "a third delivery with a prefetch of 2");
    primeira.ack();
    next(&mut consumo).await.ack();
    segunda.ack();
}

pub(crate) async fn canais_do_not_mix(bus: &dyn Bus) {
    let todas: Vec<_> = (0..20).flat_map(|_| CANAIS.map(mensagem)).collect();
    publish_all(bus, &todas).await;
    for canal in CANAIS {
        let deste: Vec<_> = todas.iter().filter(|mensagem| mensagem.canal() == canal).cloned().collect();
        let vistas = drain(&mut bus.consume(canal, 10), deste.len()).await;
        assert_eq!(ids(&vistas), ids(&deste), "{canal}");
    }
}

pub(crate) async fn five_thousand_in_one_call_all_arrive(bus: &dyn Bus) {
    let publicadas = mensagens("sms", 5_000);
    let mut consumo = bus.consume("sms", 500);
    let (resultados, vistas) = tokio::join!(bus.publish(&publicadas), drain(&mut consumo, publicadas.len()));
    assert_eq!(resultados, vec![Ok(()); publicadas.len()]);
    assert_eq!(ids(&vistas), ids(&publicadas));
}

pub(crate) async fn an_interrupted_wait_loses_nothing(bus: &dyn Bus) {
    let publicadas = mensagens("email", 200);
    let mut consumo = bus.consume("email", 20);
    publish_all(bus, &publicadas).await;
    let mut vistas = BTreeSet::new();
    in_time("all of them", async {
        while vistas.len() < publicadas.len() {
            tokio::select! {
                biased;
                entrega = consumo.next() => {
                    let entrega = entrega.expect("the consumer ended");
                    assert!(vistas.insert(entrega.mensagem.id()), "delivered twice");
                    entrega.ack();
                }
                () = tokio::task::yield_now() => {}
            }
        }
    })
    .await;
    assert_eq!(vistas, ids(&publicadas));
}

pub(crate) async fn a_message_that_always_comes_back_is_put_aside(bus: &dyn Bus) {
    let publicada = mensagem("email");
    publish_all(bus, std::slice::from_ref(&publicada)).await;
    let mut consumo = bus.consume("email", 1);
    for vez in 0..=LIMITE_DEVOLUCOES {
        assert_eq!(next(&mut consumo).await.mensagem, publicada, "delivery {vez}");
    }
    let depois = mensagem("email");
    publish_all(bus, std::slice::from_ref(&depois)).await;
    assert_eq!(drain(&mut consumo, 1).await, [depois]);
}

pub(crate) async fn publishing_nothing_answers_nothing(bus: &dyn Bus) {
    assert_eq!(in_time("publish", bus.publish(&[])).await, []);
}

pub(crate) async fn an_unknown_canal_ends_at_once(bus: &dyn Bus) {
    assert!(in_time("the end", bus.consume("fax", 10).next()).await.is_none());
    assert!(bus.pronto());
}

pub(crate) async fn close_ends_every_consumer(bus: &dyn Bus) {
    let (mut esperando, mut com_fila) = (bus.consume("email", 10), bus.consume("sms", 10));
    publish_all(bus, &mensagens("sms", 3)).await;
    let na_mao = next(&mut com_fila).await;
    let (fim, ()) = in_time("close", async { tokio::join!(esperando.next(), bus.close()) }).await;
    assert!(fim.is_none());
    assert!(in_time("the end", com_fila.next()).await.is_none(), "a closed bus handed out a delivery");
    na_mao.ack();
    assert!(in_time("the end", bus.consume("email", 10).next()).await.is_none());
}

pub(crate) async fn a_closed_bus_takes_nothing(bus: &dyn Bus) {
    in_time("close", bus.close()).await;
    assert!(!bus.pronto());
    let fechado = vec![Err(PublishError::Fechado); 2];
    assert_eq!(in_time("publish", bus.publish(&mensagens("sms", 2))).await, fechado);
    in_time("a second close", bus.close()).await;
}

/// `recusa` is a canal that takes no message now; the adapters have their own reasons.
pub(crate) async fn results_stand_in_the_order_of_the_messages(
    bus: &dyn Bus,
    recusa: &str,
    erro: PublishError,
) {
    let mistas: Vec<_> =
        (0..600).map(|n| mensagem(if n % 7 == 3 || n % 50 > 44 { recusa } else { "email" })).collect();
    let resultados = in_time("publish", bus.publish(&mistas)).await;
    let esperados: Vec<_> =
        mistas.iter().map(|m| if m.canal() == recusa { Err(erro.clone()) } else { Ok(()) }).collect();
    assert_eq!(resultados, esperados);
    let aceitas: Vec<_> = mistas.iter().filter(|m| m.canal() == "email").cloned().collect();
    assert_eq!(ids(&drain(&mut bus.consume("email", 100), aceitas.len()).await), ids(&aceitas));
}
