//! The consuming side of one canal: what arrives is read here and waits for [`crate::Consumo::next`]; acks flow back.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use lapin::message::Delivery;
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions,
    QueueDeclareOptions,
};
use lapin::types::{FieldTable, ShortString};
use lapin::{Channel, Connection};
use tokio::sync::{Notify, mpsc, watch};

use super::acertos::{Acertos, Marca, Quadro};
use super::ligacao::Parada;
use super::supervisor::{Queda, VIGIA, in_time};
use super::topologia::queue_name;
use crate::consumo::{Entrega, Fim, Fonte};
use crate::{Mensagem, MensagemError};

/// What the supervisor and the [`FonteAmqp`] of one [`crate::Consumo`] share.
pub(super) struct Consumidor {
    canal: &'static str,
    prefetch: u16,
    prontas: Mutex<Prontas>,
    mudou: Notify,
}

/// Arrived and not yet taken: at most `prefetch`, as the broker sends no more and a lost connection empties it.
#[derive(Default)]
struct Prontas {
    entregas: VecDeque<Entrega>,
    fechado: bool,
}

/// The owner's end. The supervisor stops when it is dropped.
pub(super) struct FonteAmqp {
    consumidor: Arc<Consumidor>,
    _dono: watch::Sender<bool>,
}

/// One connection's worth of consuming.
struct Sessao<'a> {
    consumidor: &'a Consumidor,
    canal: Channel,
    acertos: Acertos,
    acerta: mpsc::UnboundedSender<(Marca, Fim)>,
}

impl FonteAmqp {
    pub(super) fn new(consumidor: Arc<Consumidor>) -> (Self, watch::Receiver<bool>) {
        let (dono, parada) = watch::channel(false);
        (Self { consumidor, _dono: dono }, parada)
    }
}

impl Fonte for FonteAmqp {
    fn next(&mut self) -> BoxFuture<'_, Option<Entrega>> {
        Box::pin(self.consumidor.next())
    }
}

impl Consumidor {
    pub(super) fn new(canal: &'static str, prefetch: u16) -> Self {
        Self { canal, prefetch, prontas: Mutex::default(), mudou: Notify::new() }
    }

    pub(super) fn canal(&self) -> &'static str {
        self.canal
    }

    /// Nothing more comes.
    pub(super) fn close(&self) {
        self.lock().fechado = true;
        self.forget();
        self.mudou.notify_waiters();
    }

    /// One connection's worth: until told to stop (acks sent, `Ok`) or until anything goes wrong. What had arrived over
    /// this connection and was not taken is forgotten: the broker delivers it again over the next.
    pub(super) async fn consume(
        &self,
        conexao: &Connection,
        canal: Channel,
        parada: Parada,
    ) -> Result<(), Queda> {
        let fim = self.session(conexao, canal, parada).await;
        match fim {
            Ok(()) => self.close(),
            Err(_) => self.forget(),
        }
        fim
    }

    async fn session(&self, conexao: &Connection, canal: Channel, mut parada: Parada) -> Result<(), Queda> {
        in_time(canal.basic_qos(self.prefetch, BasicQosOptions { global: false })).await?;
        let fila = queue_name(self.canal).into();
        let opcoes = BasicConsumeOptions::default();
        let mut entregas =
            in_time(canal.basic_consume(fila, "".into(), opcoes, FieldTable::default())).await?;
        // Unbounded but small: a delivery is settled once, and there are at most `prefetch` of them.
        let (acerta, mut acertadas) = mpsc::unbounded_channel();
        let mut sessao = Sessao { consumidor: self, canal, acertos: Acertos::default(), acerta };
        let mut vigia = tokio::time::interval(VIGIA);
        loop {
            tokio::select! {
                () = parada.requested() => {
                    sessao.flush(&mut acertadas).await?;
                    return sessao.leave(entregas.tag()).await;
                }
                Some((marca, fim)) = acertadas.recv() => {
                    sessao.acertos.settle(marca, fim);
                    sessao.flush(&mut acertadas).await?;
                }
                chegada = entregas.next() => match chegada {
                    Some(entrega) => sessao.receive(entrega?).await?,
                    None => return Err(Queda::ConsumoCancelado),
                },
                _ = vigia.tick() => if !conexao.status().connected() {
                    return Err(Queda::Desligada);
                },
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Prontas> {
        self.prontas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what arrived over a connection that is gone. Dropped outside the lock: dropping a delivery runs code.
    fn forget(&self) {
        let velhas = std::mem::take(&mut self.lock().entregas);
        drop(velhas);
    }

    fn take(&self) -> Poll<Option<Entrega>> {
        let mut prontas = self.lock();
        if prontas.fechado {
            return Poll::Ready(None);
        }
        prontas.entregas.pop_front().map_or(Poll::Pending, |entrega| Poll::Ready(Some(entrega)))
    }

    async fn next(&self) -> Option<Entrega> {
        loop {
            let mut mudanca = pin!(self.mudou.notified());
            // Registered before looking, so that an arrival in between is not missed.
            mudanca.as_mut().enable();
            if let Poll::Ready(resposta) = self.take() {
                return resposta;
            }
            mudanca.await;
        }
    }
}

impl Sessao<'_> {
    async fn receive(&mut self, entrega: Delivery) -> Result<(), Queda> {
        let marca = entrega.delivery_tag;
        match Mensagem::parse(&entrega.data) {
            Ok(mensagem) => {
                self.acertos.open(marca);
                let acerta = self.acerta.clone();
                // A session that is gone no longer listens, which is right: its tags mean nothing any more.
                let pronta = Entrega::new(mensagem, move |fim| {
                    acerta.send((marca, fim)).ok();
                });
                self.consumidor.lock().entregas.push_back(pronta);
                self.consumidor.mudou.notify_waiters();
                Ok(())
            }
            Err(erro) => self.bury(marca, entrega.data.len(), &erro).await,
        }
    }

    /// Sends what nobody can read to the dead-letter queue. Its content stays out of the log.
    async fn bury(&self, marca: Marca, bytes: usize, erro: &MensagemError) -> Result<(), Queda> {
        let canal = self.consumidor.canal;
        metrics::counter!("bus_ilegiveis_total", "canal" => canal).increment(1);
        tracing::error!(bus.canal = canal, mensagem.bytes = bytes, mensagem.erro = %erro, "unreadable message, dead-lettered");
        in_time(self.canal.basic_reject(marca, BasicRejectOptions { requeue: false })).await
    }

    /// Takes in all that was settled meanwhile and sends it in as few frames as possible.
    async fn flush(&mut self, acertadas: &mut mpsc::UnboundedReceiver<(Marca, Fim)>) -> Result<(), Queda> {
        while let Ok((marca, fim)) = acertadas.try_recv() {
            self.acertos.settle(marca, fim);
        }
        for quadro in self.acertos.frames() {
            self.send(quadro).await?;
        }
        Ok(())
    }

    /// Leaves the queue in order. The broker's channel passes acks on to a quorum queue some 30 at a time and forgets the
    /// rest if the channel closes on it, so it is given two round trips to pass them all.
    async fn leave(&self, etiqueta: ShortString) -> Result<(), Queda> {
        in_time(self.canal.basic_cancel(etiqueta, BasicCancelOptions::default())).await?;
        let opcoes = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let fila = queue_name(self.consumidor.canal).into();
        in_time(self.canal.queue_declare(fila, opcoes, FieldTable::default())).await.map(drop)
    }

    async fn send(&self, quadro: Quadro) -> Result<(), Queda> {
        let multiple = matches!(quadro, Quadro::AckAte(_));
        match quadro {
            Quadro::Ack(marca) | Quadro::AckAte(marca) => {
                in_time(self.canal.basic_ack(marca, BasicAckOptions { multiple })).await
            }
            Quadro::Devolve(marca) => {
                in_time(self.canal.basic_reject(marca, BasicRejectOptions { requeue: true })).await
            }
        }
    }
}
