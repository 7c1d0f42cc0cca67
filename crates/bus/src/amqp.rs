//! The bus over RabbitMQ (3.10 or later).
//!
//! A connection is disposable. One supervisor per connection: connect, declare the topology, work; on **any** error drop
//! everything, wait a moment, build it again. The client library's own recovery is not used: it has been seen stuck
//! after a broker restart, and a rebuilt connection has no state to be wrong about. Every await on the broker is under
//! a timeout. Publishing has its own connection (a resource alarm blocks publishers only), every [`Consumo`] has one too
//! (trouble with one queue does not requeue what the others hold).

mod acertos;
mod consumidor;
mod endereco;
mod ligacao;
mod publicador;
mod supervisor;
mod topologia;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::consumidor::{Consumidor, FonteAmqp};
use self::endereco::Endereco;
use self::ligacao::{Ligacoes, Parada};
use self::publicador::Publicador;
use self::supervisor::{Papel, Supervisor};
use crate::consumo::{Consumo, Nada};
use crate::{Bus, Mensagem, PublishError, canal_conhecido};

pub use self::endereco::EnderecoInvalido;
pub use self::topologia::{EXCHANGE, EXCHANGE_MORTAS, dead_letter_queue_name, queue_name};

/// How long [`Bus::close`] waits for the supervisors: acks to send, connections to close.
const PRAZO_FECHAR: Duration = Duration::from_secs(5);

/// The bus over RabbitMQ.
pub struct Amqp {
    endereco: Endereco,
    nome: String,
    parada: watch::Sender<bool>,
    publicador: Arc<Publicador>,
    ligacoes: Ligacoes,
    tarefas: Mutex<Vec<JoinHandle<()>>>,
}

impl Amqp {
    /// Starts to connect to `url` (`amqp://` or `amqps://`) and returns at once; must be called within tokio. `nome` is
    /// what the broker's console shows for the connections. The URL may carry a password and is never logged.
    ///
    /// # Errors
    /// [`EnderecoInvalido`] when `url` is not an AMQP URL. A broker that cannot be reached is no error: it is tried
    /// until it can, and [`Bus::pronto`] tells.
    pub fn connect(url: &str, nome: &str) -> Result<Self, EnderecoInvalido> {
        let endereco = Endereco::parse(url)?;
        let bus = Self {
            endereco,
            nome: nome.to_owned(),
            parada: watch::Sender::new(false),
            publicador: Arc::default(),
            ligacoes: Ligacoes::default(),
            tarefas: Mutex::default(),
        };
        bus.spawn(Papel::Publicador(Arc::clone(&bus.publicador)), Parada::new(&bus.parada));
        Ok(bus)
    }

    fn spawn(&self, papel: Papel, parada: Parada) {
        let supervisor = Supervisor {
            endereco: self.endereco.clone(),
            nome: format!("{} {}", self.nome, papel.nome()),
            papel,
            parada,
            ligacao: self.ligacoes.expect(),
        };
        let tarefa = tokio::spawn(supervisor.run());
        let mut tarefas = self.tarefas.lock().unwrap_or_else(PoisonError::into_inner);
        tarefas.retain(|antiga| !antiga.is_finished());
        tarefas.push(tarefa);
    }
}

impl Bus for Amqp {
    fn publish<'a>(&'a self, mensagens: &'a [Mensagem]) -> BoxFuture<'a, Vec<Result<(), PublishError>>> {
        Box::pin(self.publicador.publish(mensagens))
    }

    fn consume(&self, canal: &str, prefetch: u16) -> Consumo {
        let Some(canal) = canal_conhecido(canal) else {
            tracing::error!(bus.canal = canal, "there is no such canal to consume");
            return Consumo::new(Nada);
        };
        let consumidor = Arc::new(Consumidor::new(canal, prefetch.max(1)));
        let (fonte, dono) = FonteAmqp::new(Arc::clone(&consumidor));
        self.spawn(Papel::Consumidor(consumidor), Parada::new(&self.parada).or(dono));
        Consumo::new(fonte)
    }

    fn pronto(&self) -> bool {
        !*self.parada.borrow() && self.ligacoes.all_up()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.parada.send_replace(true);
        self.publicador.close();
        let tarefas = std::mem::take(&mut *self.tarefas.lock().unwrap_or_else(PoisonError::into_inner));
        Box::pin(async move {
            let todas = futures_util::future::join_all(tarefas);
            if tokio::time::timeout(PRAZO_FECHAR, todas).await.is_err() {
                tracing::warn!("the bus was left before all its connections had closed");
            }
        })
    }
}
