//! What the tests share: messages, and waits that always have an end.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use bus::{Bus, Consumo, Entrega, Mensagem, PublishError};
use uuid::Uuid;

/// Longest wait for anything that must happen. Reached only by a failure.
pub(crate) const PRAZO: Duration = Duration::from_secs(30);

pub(crate) fn mensagem(canal: &str) -> Mensagem {
    let agora = "2026-03-02T09:00:00.5Z".parse().unwrap();
    Mensagem::new(Uuid::now_v7(), canal, Uuid::now_v7(), agora, vec![Uuid::now_v7(), Uuid::now_v7()]).unwrap()
}

pub(crate) fn mensagens(canal: &str, quantas: usize) -> Vec<Mensagem> {
    (0..quantas).map(|_| mensagem(canal)).collect()
}

pub(crate) fn ids(mensagens: &[Mensagem]) -> BTreeSet<Uuid> {
    mensagens.iter().map(Mensagem::id).collect()
}

pub(crate) async fn in_time<T>(o_que: &str, espera: impl Future<Output = T>) -> T {
    tokio::time::timeout(PRAZO, espera).await.unwrap_or_else(|_| panic!("{o_que}: not within {PRAZO:?}"))
}

pub(crate) async fn ready(bus: &dyn Bus) {
    testkit::wait_until(PRAZO, async || bus.pronto()).await;
}

pub(crate) async fn next(consumo: &mut Consumo) -> Entrega {
    in_time("a delivery", consumo.next()).await.expect("the consumer ended")
}

/// Takes and acks `quantas` deliveries.
pub(crate) async fn drain(consumo: &mut Consumo, quantas: usize) -> Vec<Mensagem> {
    let mut vistas = Vec::with_capacity(quantas);
    while vistas.len() < quantas {
        let entrega = next(consumo).await;
        vistas.push(entrega.mensagem.clone());
        entrega.ack();
    }
    vistas
}

pub(crate) async fn publish_all(bus: &dyn Bus, mensagens: &[Mensagem]) {
    assert_eq!(in_time("publish", bus.publish(mensagens)).await, vec![Ok(()); mensagens.len()]);
}

/// What the relay does: publish again whatever is not known to have arrived. Answers what went wrong on the way.
pub(crate) async fn publish_until_confirmed(bus: &dyn Bus, mensagem: &Mensagem) -> Vec<PublishError> {
    let mut erros = Vec::new();
    testkit::wait_until(PRAZO, async || {
        match bus.publish(std::slice::from_ref(mensagem)).await.pop().unwrap() {
            Ok(()) => true,
            Err(erro) => {
                erros.push(erro);
                false
            }
        }
    })
    .await;
    erros
}
