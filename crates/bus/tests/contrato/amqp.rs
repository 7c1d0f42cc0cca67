//! RabbitMQ: the contract, and what only a broker can do to a message.

use std::time::Duration;

use bus::amqp::{Amqp, EXCHANGE, dead_letter_queue_name, queue_name};
use bus::{Bus, LIMITE_DEVOLUCOES, PublishError};
use lapin::message::BasicGetMessage;
use lapin::options::{BasicGetOptions, BasicPublishOptions, QueueDeleteOptions};
use lapin::types::AMQPValue;
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use testkit::Vhost;

use crate::apoio::{
    PRAZO, drain, ids, in_time, mensagem, mensagens, next, publish_all, publish_until_confirmed, ready,
};
use crate::contrato;

async fn novo() -> (Vhost, Amqp) {
    let vhost = Vhost::new();
    let bus = Amqp::connect(vhost.amqp_url(), "teste").unwrap();
    ready(&bus).await;
    (vhost, bus)
}

todo_o_contrato!();

/// A second client, without any of our code.
struct Cru {
    _conexao: Connection,
    canal: Channel,
}

impl Cru {
    async fn connect(vhost: &Vhost) -> Self {
        let conexao = Connection::connect(vhost.amqp_url(), ConnectionProperties::default()).await.unwrap();
        let canal = conexao.create_channel().await.unwrap();
        Self { _conexao: conexao, canal }
    }

    async fn delete_queue(&self, nome: &str) {
        self.canal.queue_delete(nome.into(), QueueDeleteOptions::default()).await.unwrap();
    }

    async fn publish(&self, exchange: &str, chave: &str, corpo: &[u8]) {
        let opcoes = BasicPublishOptions::default();
        let propriedades = BasicProperties::default();
        self.canal
            .basic_publish(exchange.into(), chave.into(), opcoes, corpo, propriedades)
            .await
            .unwrap()
            .await
            .unwrap();
    }

    async fn get(&self, fila: &str) -> BasicGetMessage {
        let opcoes = BasicGetOptions { no_ack: true };
        testkit::wait_for(PRAZO, async || self.canal.basic_get(fila.into(), opcoes).await.unwrap()).await
    }
}

/// Why the broker says it dead-lettered a message.
fn reason(morta: &BasicGetMessage) -> String {
    let cabecalhos = morta.delivery.properties.headers().as_ref().unwrap();
    let AMQPValue::FieldArray(mortes) = &cabecalhos.inner()["x-death"] else { panic!("no x-death") };
    let AMQPValue::FieldTable(primeira) = &mortes.as_slice()[0] else { panic!("x-death is no table") };
    primeira.inner()["reason"].as_long_string().unwrap().to_string()
}

#[tokio::test]
async fn only_what_lost_its_queue_is_an_error_and_results_stand_in_order() {
    let (vhost, bus) = novo().await;
    Cru::connect(&vhost).await.delete_queue(&queue_name("sms")).await;
    contrato::results_stand_in_the_order_of_the_messages(&bus, "sms", PublishError::NaoRoteada).await;
    bus.close().await;
}

#[tokio::test]
async fn a_queue_deleted_under_a_publisher_is_an_error_and_then_built_again() {
    let (vhost, bus) = novo().await;
    assert_eq!(vhost.delete_queues().len(), 10);
    let publicada = mensagem("carta");
    let erros = publish_until_confirmed(&bus, &publicada).await;
    assert_eq!(erros.first(), Some(&PublishError::NaoRoteada), "{erros:?}");
    assert_eq!(drain(&mut bus.consume("carta", 1), 1).await, [publicada]);
    bus.close().await;
}

#[tokio::test]
async fn a_queue_deleted_under_its_consumer_is_built_again_and_consumed() {
    let (vhost, bus) = novo().await;
    let mut consumo = bus.consume("email", 10);
    let antes = mensagem("email");
    publish_all(&bus, std::slice::from_ref(&antes)).await;
    assert_eq!(drain(&mut consumo, 1).await, [antes]);
    Cru::connect(&vhost).await.delete_queue(&queue_name("email")).await;
    let depois = mensagem("email");
    publish_until_confirmed(&bus, &depois).await;
    assert_eq!(drain(&mut consumo, 1).await, [depois]);
    bus.close().await;
}

#[tokio::test]
async fn a_broker_that_lost_every_queue_serves_the_next_message_of_a_running_consumer() {
    let (vhost, bus) = novo().await;
    let mut consumo = bus.consume("email", 10);
    ready(&bus).await;
    vhost.delete_queues();
    let publicada = mensagem("email");
    publish_until_confirmed(&bus, &publicada).await;
    assert_eq!(drain(&mut consumo, 1).await, [publicada]);
    bus.close().await;
}

#[tokio::test]
async fn connections_closed_by_the_broker_come_back_by_themselves() {
    let (vhost, bus) = novo().await;
    let mut consumo = bus.consume("email", 10);
    ready(&bus).await;
    let na_mao = mensagem("email");
    publish_all(&bus, std::slice::from_ref(&na_mao)).await;
    let entrega = next(&mut consumo).await;
    let mut fechadas = 0;
    testkit::wait_until(PRAZO, async || {
        fechadas += vhost.close_connections();
        fechadas >= 2
    })
    .await;
    // Its connection is gone, so this ack means nothing, and must do no harm to the next one.
    let outra_vez = next(&mut consumo).await;
    assert_eq!(outra_vez.mensagem, na_mao);
    entrega.ack();
    outra_vez.ack();
    let depois = mensagem("email");
    publish_until_confirmed(&bus, &depois).await;
    assert_eq!(drain(&mut consumo, 1).await, [depois]);
    bus.close().await;
}

#[tokio::test]
async fn what_nobody_can_read_is_dead_lettered_and_does_not_stop_the_rest() {
    let (vhost, bus) = novo().await;
    let cru = Cru::connect(&vhost).await;
    let mut consumo = bus.consume("email", 1);
    let lixos: [&[u8]; 4] = [b"\x00\xff nada disto", b"", b"{\"versao\":2}", b"{\"versao\":1,\"cpf\":\"x\"}"];
    for lixo in lixos {
        cru.publish(EXCHANGE, "acao.email", lixo).await;
    }
    // Put into the queue by its name: the dead-letter route does not depend on how it came.
    cru.publish("", &queue_name("email"), b"pela porta dos fundos").await;
    let boa = mensagem("email");
    publish_all(&bus, std::slice::from_ref(&boa)).await;
    assert_eq!(drain(&mut consumo, 1).await, [boa]);
    for lixo in lixos.into_iter().chain([b"pela porta dos fundos".as_slice()]) {
        let morta = cru.get(&dead_letter_queue_name("email")).await;
        assert_eq!(morta.delivery.data, lixo);
        assert_eq!(reason(&morta), "rejected", "it was read more than once");
    }
    bus.close().await;
}

#[tokio::test]
async fn a_message_that_always_comes_back_ends_in_the_dead_letter_queue() {
    let (vhost, bus) = novo().await;
    let publicada = mensagem("negativacao");
    publish_all(&bus, std::slice::from_ref(&publicada)).await;
    let mut consumo = bus.consume("negativacao", 1);
    for _ in 0..=LIMITE_DEVOLUCOES {
        drop(next(&mut consumo).await);
    }
    let morta = Cru::connect(&vhost).await.get(&dead_letter_queue_name("negativacao")).await;
    assert_eq!(morta.delivery.data, publicada.to_json().unwrap());
    assert_eq!(reason(&morta), "delivery_limit");
    bus.close().await;
}

#[tokio::test]
async fn acks_given_before_close_are_not_lost() {
    let (vhost, bus) = novo().await;
    let publicadas = mensagens("email", 300);
    publish_all(&bus, &publicadas).await;
    let mut consumo = bus.consume("email", 300);
    let mut na_mao = Vec::new();
    for n in 0..publicadas.len() {
        let entrega = next(&mut consumo).await;
        if n % 3 == 0 {
            na_mao.push(entrega);
        } else {
            entrega.ack();
        }
    }
    bus.close().await;
    let sobra: Vec<_> = na_mao.iter().map(|entrega| entrega.mensagem.clone()).collect();
    let outro = Amqp::connect(vhost.amqp_url(), "teste").unwrap();
    let de_novo = ids(&drain(&mut outro.consume("email", 300), sobra.len()).await);
    assert_eq!(de_novo.difference(&ids(&sobra)).count(), 0, "acked messages came again");
    let depois = mensagem("email");
    publish_all(&outro, std::slice::from_ref(&depois)).await;
    assert_eq!(drain(&mut outro.consume("email", 10), 1).await, [depois], "an acked message came again");
    outro.close().await;
}

#[tokio::test]
async fn many_callers_publish_at_once_without_mixing_up_their_confirms() {
    let (_vhost, bus) = novo().await;
    let lotes: Vec<_> = (0..40).map(|_| mensagens("sms", 50)).collect();
    let resultados = futures_util::future::join_all(lotes.iter().map(|lote| bus.publish(lote))).await;
    assert!(resultados.iter().flatten().all(Result::is_ok), "{resultados:?}");
    let todas = lotes.concat();
    assert_eq!(ids(&drain(&mut bus.consume("sms", 500), todas.len()).await), ids(&todas));
    bus.close().await;
}

#[tokio::test]
async fn two_processes_declare_the_same_topology_without_a_quarrel() {
    let (vhost, um) = novo().await;
    let outro = Amqp::connect(vhost.amqp_url(), "outro").unwrap();
    let mut consumo = outro.consume("email", 1);
    ready(&outro).await;
    let publicada = mensagem("email");
    publish_all(&um, std::slice::from_ref(&publicada)).await;
    assert_eq!(drain(&mut consumo, 1).await, [publicada]);
    um.close().await;
    outro.close().await;
}

#[tokio::test]
async fn a_dropped_bus_ends_its_consumers() {
    let (_vhost, bus) = novo().await;
    let mut consumo = bus.consume("email", 1);
    ready(&bus).await;
    drop(bus);
    assert!(in_time("the end", consumo.next()).await.is_none());
}

#[tokio::test]
async fn a_wrong_vhost_is_never_ready_and_answers_in_time() {
    let vhost = Vhost::new();
    let bus = Amqp::connect(&format!("{}-que-nao-existe", vhost.amqp_url()), "teste").unwrap();
    let resultado = tokio::time::timeout(Duration::from_secs(5), bus.publish(&mensagens("email", 2))).await;
    assert_eq!(resultado.unwrap(), vec![Err(PublishError::Desconectado); 2]);
    assert!(!bus.pronto());
    bus.close().await;
}
