//! What a test may rely on when it takes a vhost, or a broker of its own.
#![expect(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

use std::net::TcpStream;
use std::time::Duration;

use lapin::options::{BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use testkit::{RabbitPrivado, Vhost, wait_until};

const QUEUE: &str = "fila";

async fn open(url: &str) -> (Connection, Channel) {
    let conn = Connection::connect(url, ConnectionProperties::default()).await.unwrap();
    let channel = conn.create_channel().await.unwrap();
    (conn, channel)
}

async fn declare(channel: &Channel) {
    let mut quorum = FieldTable::default();
    quorum.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(QUEUE.into(), options, quorum).await.unwrap();
}

/// Published and confirmed: on the broker's disk.
async fn publish(channel: &Channel, body: &[u8]) {
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    let properties = BasicProperties::default().with_delivery_mode(2);
    let options = BasicPublishOptions::default();
    let confirm = channel.basic_publish("".into(), QUEUE.into(), options, body, properties).await.unwrap();
    assert!(confirm.await.unwrap().is_ack());
}

async fn take(channel: &Channel) -> Option<Vec<u8>> {
    let got = channel.basic_get(QUEUE.into(), BasicGetOptions { no_ack: true }).await.unwrap();
    got.map(|message| message.delivery.data)
}

#[tokio::test]
async fn two_vhosts_do_not_see_each_other() {
    let (one, other) = (Vhost::new(), Vhost::new());
    assert_ne!(one.amqp_url(), other.amqp_url());
    let (_conn_one, in_one) = open(one.amqp_url()).await;
    let (_conn_other, in_other) = open(other.amqp_url()).await;
    declare(&in_one).await;
    declare(&in_other).await;
    publish(&in_one, b"para um").await;
    assert_eq!(take(&in_other).await, None);
    assert_eq!(take(&in_one).await.as_deref(), Some(&b"para um"[..]));
}

#[tokio::test]
async fn a_vhost_is_gone_after_drop_and_nobody_can_connect_to_it() {
    let vhost = Vhost::new();
    let url = vhost.amqp_url().to_owned();
    let (conn, _channel) = open(&url).await;
    assert!(vhost.exists());
    drop(vhost);
    wait_until(Duration::from_secs(10), async || !conn.status().connected()).await;
    assert!(Connection::connect(&url, ConnectionProperties::default()).await.is_err());
}

#[tokio::test]
async fn the_broker_can_close_the_connections_of_one_vhost_only() {
    let (hit, spared) = (Vhost::new(), Vhost::new());
    let (conn, _channel) = open(hit.amqp_url()).await;
    let (other, _other_channel) = open(spared.amqp_url()).await;
    wait_until(Duration::from_secs(10), async || {
        hit.close_connections();
        !conn.status().connected()
    })
    .await;
    assert!(other.status().connected());
}

#[tokio::test]
async fn deleting_the_queues_loses_the_messages() {
    let vhost = Vhost::new();
    let (_conn, channel) = open(vhost.amqp_url()).await;
    declare(&channel).await;
    publish(&channel, b"perdida").await;
    assert_eq!(vhost.delete_queues(), [QUEUE]);
    declare(&channel).await;
    assert_eq!(take(&channel).await, None);
}

#[tokio::test]
async fn a_private_broker_keeps_its_address_and_its_data_when_it_is_killed_and_started_and_goes_away_at_the_end()
 {
    let rabbit = RabbitPrivado::new();
    let url = rabbit.amqp_url().to_owned();
    let port =
        url.rsplit(':').next().and_then(|tail| tail.split('/').next()).unwrap().parse::<u16>().unwrap();
    let listens = || TcpStream::connect(("127.0.0.1", port)).is_ok();
    {
        let (_conn, channel) = open(&url).await;
        declare(&channel).await;
        publish(&channel, b"guardada").await;
    }
    rabbit.kill().await;
    assert!(!listens());
    rabbit.start().await;
    {
        let (_conn, channel) = open(&url).await;
        assert_eq!(take(&channel).await.as_deref(), Some(&b"guardada"[..]));
    }
    assert_eq!(rabbit.delete_queues(), [QUEUE]);
    drop(rabbit);
    assert!(!listens());
}
