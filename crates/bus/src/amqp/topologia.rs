//! Exchanges, queues and bindings, declared again on every connection: a broker that lost its disk is filled anew.
//!
//! `proto-docs/asyncapi.yaml` describes the same; a test compares the names.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind};

use super::supervisor::{Queda, in_time};
use crate::LIMITE_DEVOLUCOES;

/// Where actions are published, by `acao.<canal>`.
pub const EXCHANGE: &str = "cobranca.acoes";

/// Where the broker puts what was rejected or came back too often, by `acao.<canal>`.
pub const EXCHANGE_MORTAS: &str = "cobranca.mortas";

/// Messages a queue takes before it refuses more (the relay keeps them in the database): 100 million execuções.
const MAX_FILA: u32 = 1_000_000;

/// Dead letters kept. Only unreadable messages and ones that kill their consumer end here, so any at all is an alarm.
const MAX_MORTAS: u32 = 100_000;

/// How often a dead letter may be looked at and put back. Explicit, as newer brokers would default to 20 and then
/// drop it.
const LIMITE_CONSULTAS: u32 = 1_000;

/// The queue of a canal: `dispatcher.<canal>`.
#[must_use]
pub fn queue_name(canal: &str) -> String {
    format!("dispatcher.{canal}")
}

/// Where the dead letters of a canal are: `dispatcher.<canal>.mortas`.
#[must_use]
pub fn dead_letter_queue_name(canal: &str) -> String {
    format!("dispatcher.{canal}.mortas")
}

/// Declares what `canais` need. Declaring what is there is a no-op; a queue that is there with other arguments is an
/// error that stays until somebody deletes it.
pub(super) async fn declare(canal_amqp: &Channel, canais: &[&str]) -> Result<(), Queda> {
    declare_exchange(canal_amqp, EXCHANGE, ExchangeKind::Topic).await?;
    declare_exchange(canal_amqp, EXCHANGE_MORTAS, ExchangeKind::Direct).await?;
    for canal in canais {
        let chave = format!("acao.{canal}");
        // Dead letters first: no message may meet a rejecting queue whose dead-letter queue is not there yet.
        let mortas = dead_letter_queue_name(canal);
        declare_queue(canal_amqp, &mortas, dead_letter_arguments()).await?;
        bind(canal_amqp, &mortas, EXCHANGE_MORTAS, &chave).await?;
        let fila = queue_name(canal);
        declare_queue(canal_amqp, &fila, queue_arguments(&chave)).await?;
        bind(canal_amqp, &fila, EXCHANGE, &chave).await?;
    }
    Ok(())
}

fn queue_arguments(chave: &str) -> FieldTable {
    let mut argumentos = quorum(LIMITE_DEVOLUCOES, MAX_FILA);
    insert_text(&mut argumentos, "x-dead-letter-exchange", EXCHANGE_MORTAS);
    // Also what somebody put into the queue by its name must find the dead-letter queue: with at-least-once, a dead
    // letter without a route stays in its queue forever.
    insert_text(&mut argumentos, "x-dead-letter-routing-key", chave);
    insert_text(&mut argumentos, "x-dead-letter-strategy", "at-least-once");
    argumentos
}

fn dead_letter_arguments() -> FieldTable {
    quorum(LIMITE_CONSULTAS, MAX_MORTAS)
}

/// What every queue has. `reject-publish` is what at-least-once dead-lettering requires, and an honest "no" to the relay.
fn quorum(limite: u32, tamanho: u32) -> FieldTable {
    let mut argumentos = FieldTable::default();
    insert_text(&mut argumentos, "x-queue-type", "quorum");
    insert_text(&mut argumentos, "x-overflow", "reject-publish");
    argumentos.insert("x-delivery-limit".into(), AMQPValue::LongUInt(limite));
    argumentos.insert("x-max-length".into(), AMQPValue::LongUInt(tamanho));
    argumentos
}

fn insert_text(argumentos: &mut FieldTable, nome: &str, valor: &str) {
    argumentos.insert(nome.into(), AMQPValue::LongString(valor.into()));
}

async fn declare_exchange(canal_amqp: &Channel, nome: &str, tipo: ExchangeKind) -> Result<(), Queda> {
    let opcoes = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    in_time(canal_amqp.exchange_declare(nome.into(), tipo, opcoes, FieldTable::default())).await
}

async fn declare_queue(canal_amqp: &Channel, nome: &str, argumentos: FieldTable) -> Result<(), Queda> {
    let opcoes = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    in_time(canal_amqp.queue_declare(nome.into(), opcoes, argumentos)).await.map(drop)
}

async fn bind(canal_amqp: &Channel, fila: &str, exchange: &str, chave: &str) -> Result<(), Queda> {
    let opcoes = QueueBindOptions::default();
    in_time(canal_amqp.queue_bind(fila.into(), exchange.into(), chave.into(), opcoes, FieldTable::default()))
        .await
}
