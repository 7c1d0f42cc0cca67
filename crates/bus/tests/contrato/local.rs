//! The in-process bus.

use bus::local::{CAPACIDADE, Local};
use bus::{Bus, PublishError};

use crate::apoio::{drain, mensagem, mensagens, next, publish_all};
use crate::contrato;

async fn novo() -> ((), Local) {
    std::future::ready(((), Local::new())).await
}

todo_o_contrato!();

#[tokio::test]
async fn a_full_canal_refuses_and_results_stand_in_order() {
    let bus = Local::new();
    publish_all(&bus, &mensagens("carta", CAPACIDADE)).await;
    contrato::results_stand_in_the_order_of_the_messages(&bus, "carta", PublishError::Recusada).await;
}

#[tokio::test]
async fn what_is_in_hand_counts_against_the_capacity() {
    let bus = Local::new();
    publish_all(&bus, &mensagens("carta", CAPACIDADE)).await;
    let mut consumo = bus.consume("carta", 1);
    let na_mao = next(&mut consumo).await;
    let mais_uma = [mensagem("carta")];
    assert_eq!(bus.publish(&mais_uma).await, [Err(PublishError::Recusada)]);
    na_mao.ack();
    assert_eq!(bus.publish(&mais_uma).await, [Ok(())]);
}

#[tokio::test]
async fn what_comes_back_comes_before_what_waits() {
    let bus = Local::new();
    let publicadas = mensagens("email", 3);
    publish_all(&bus, &publicadas).await;
    let mut consumo = bus.consume("email", 1);
    drop(next(&mut consumo).await);
    assert_eq!(drain(&mut consumo, 3).await, publicadas);
}

#[tokio::test]
async fn clones_share_their_queues() {
    let bus = Local::new();
    let clone = bus.clone();
    let publicadas = mensagens("email", 1);
    publish_all(&bus, &publicadas).await;
    assert_eq!(drain(&mut clone.consume("email", 1), 1).await, publicadas);
}
