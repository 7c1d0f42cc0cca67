//! One task per connection: connect, declare, work; on any error drop everything, wait, build again.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use lapin::{Channel, Connection, ConnectionProperties};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use tokio::time::{sleep, timeout};

use super::consumidor::Consumidor;
use super::endereco::Endereco;
use super::ligacao::{Ligacao, Parada};
use super::publicador::Publicador;
use super::topologia;
use crate::CANAIS;

/// One answer of the broker. A declare takes milliseconds, a quorum queue right after a restart some hundred.
const PRAZO_RESPOSTA: Duration = Duration::from_secs(5);

/// TCP, TLS and AMQP handshake. Longer than an answer: an attempt given up in the middle keeps its thread until the
/// broker hangs up (its handshake limit is 10 s), so attempts must not pile up.
const PRAZO_CONEXAO: Duration = Duration::from_secs(10);

/// How long the good-bye may take.
const PRAZO_DESPEDIDA: Duration = Duration::from_secs(1);

/// A connection that lived this long was good: the next trouble starts with the shortest wait again.
const ESTAVEL: Duration = Duration::from_secs(10);

/// First wait after a failure; doubles.
const RECUO_MINIMO_MS: u64 = 100;

/// Longest wait: a broker that is back is found within seconds.
const RECUO_MAXIMO_MS: u64 = 3_000;

/// How often a working session looks whether its connection is still one, should no event tell it.
pub(super) const VIGIA: Duration = Duration::from_secs(1);

/// Keeps one connection up.
pub(super) struct Supervisor {
    pub(super) endereco: Endereco,
    pub(super) nome: String,
    pub(super) papel: Papel,
    pub(super) parada: Parada,
    pub(super) ligacao: Ligacao,
}

/// What a connection is for.
pub(super) enum Papel {
    Publicador(Arc<Publicador>),
    Consumidor(Arc<Consumidor>),
}

/// Why a connection is given up.
#[derive(Debug, thiserror::Error)]
pub(super) enum Queda {
    #[error("no answer from the broker in time")]
    SemResposta,
    #[error("broker or connection error")]
    Broker(#[from] lapin::Error),
    #[error("the broker cancelled the consumer")]
    ConsumoCancelado,
    #[error("the connection is no longer up")]
    Desligada,
    #[error("a publisher asked for a new connection")]
    Pedida,
}

impl Papel {
    /// For the broker's console and for logs.
    pub(super) fn nome(&self) -> String {
        match self {
            Self::Publicador(_) => "publica".to_owned(),
            Self::Consumidor(consumidor) => format!("consome {}", consumidor.canal()),
        }
    }

    /// The publisher declares all queues, so that a message has a place before its first consumer was ever started.
    async fn declare(&self, canal: &Channel) -> Result<(), Queda> {
        match self {
            Self::Publicador(_) => topologia::declare(canal, &CANAIS).await,
            Self::Consumidor(consumidor) => topologia::declare(canal, &[consumidor.canal()]).await,
        }
    }

    /// Works until told to stop (`Ok`) or until anything goes wrong.
    async fn work(&self, conexao: &Arc<Connection>, canal: Channel, parada: Parada) -> Result<(), Queda> {
        match self {
            Self::Publicador(publicador) => publicador.serve(conexao, parada).await,
            Self::Consumidor(consumidor) => consumidor.consume(conexao, canal, parada).await,
        }
    }

    fn finish(&self) {
        match self {
            Self::Publicador(publicador) => publicador.close(),
            Self::Consumidor(consumidor) => consumidor.close(),
        }
    }
}

impl Supervisor {
    /// The life of one connection. Ends only when `parada` asks for it.
    pub(super) async fn run(mut self) {
        let mut tentativa = 0;
        while let Err(queda) = self.session(&mut tentativa).await {
            let espera = recuo(tentativa, &mut SmallRng::from_os_rng());
            tentativa = tentativa.saturating_add(1);
            self.report(&queda, espera);
            tokio::select! {
                () = self.parada.requested() => break,
                () = sleep(espera) => {}
            }
        }
        self.papel.finish();
    }

    /// From connecting to dropping it all. `Ok` when it was told to stop.
    async fn session(&self, tentativa: &mut u32) -> Result<(), Queda> {
        let mut parada = self.parada.clone();
        let (conexao, canal) = tokio::select! {
            () = parada.requested() => return Ok(()),
            aberta = self.open() => aberta?,
        };
        let fim = self.work(&conexao, canal, tentativa).await;
        // Whatever happened: nothing of this connection is used again. The answer does not matter.
        timeout(PRAZO_DESPEDIDA, conexao.close(200, "OK".into())).await.ok();
        fim
    }

    async fn open(&self) -> Result<(Arc<Connection>, Channel), Queda> {
        let propriedades = ConnectionProperties::default().with_connection_name(self.nome.as_str().into());
        let conexao =
            within(PRAZO_CONEXAO, Connection::connect_uri(self.endereco.uri(), propriedades)).await?;
        let canal = in_time(conexao.create_channel()).await?;
        self.papel.declare(&canal).await?;
        Ok((Arc::new(conexao), canal))
    }

    async fn work(
        &self,
        conexao: &Arc<Connection>,
        canal: Channel,
        tentativa: &mut u32,
    ) -> Result<(), Queda> {
        let _ligada = self.ligacao.up();
        let mut trabalho = std::pin::pin!(self.papel.work(conexao, canal, self.parada.clone()));
        tokio::select! {
            fim = &mut trabalho => fim,
            () = sleep(ESTAVEL) => {
                *tentativa = 0;
                trabalho.await
            }
        }
    }

    fn report(&self, queda: &Queda, espera: Duration) {
        metrics::counter!("bus_reconexoes_total", "papel" => self.papel.nome()).increment(1);
        tracing::warn!(
            bus.conexao = self.nome,
            bus.causa = %chain(queda),
            bus.espera_ms = millis(espera),
            "connection dropped"
        );
    }
}

/// One answer of the broker, or no answer in time.
pub(super) async fn in_time<T>(resposta: impl Future<Output = lapin::Result<T>>) -> Result<T, Queda> {
    within(PRAZO_RESPOSTA, resposta).await
}

async fn within<T>(prazo: Duration, resposta: impl Future<Output = lapin::Result<T>>) -> Result<T, Queda> {
    match timeout(prazo, resposta).await {
        Ok(resposta) => Ok(resposta?),
        Err(_elapsed) => Err(Queda::SemResposta),
    }
}

/// Doubling from the minimum to the maximum, then anywhere in its upper half, so that many processes that lost the same
/// broker do not come back in step.
fn recuo(tentativa: u32, sorte: &mut impl Rng) -> Duration {
    let teto = 2_u64.saturating_pow(tentativa).saturating_mul(RECUO_MINIMO_MS).min(RECUO_MAXIMO_MS);
    Duration::from_millis(sorte.random_range(teto / 2..=teto))
}

fn millis(duracao: Duration) -> u64 {
    u64::try_from(duracao.as_millis()).unwrap_or(u64::MAX)
}

/// The error and what caused it, in one line. None of them carries the URL.
fn chain(queda: &Queda) -> String {
    match queda {
        Queda::Broker(causa) => format!("{queda}: {causa}"),
        Queda::SemResposta | Queda::ConsumoCancelado | Queda::Desligada | Queda::Pedida => queda.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_with_jitter_up_to_its_limit_and_never_overflows() {
        let mut sorte = SmallRng::seed_from_u64(7);
        for (tentativa, teto) in [(0, 100), (1, 200), (4, 1_600), (5, 3_000), (40, 3_000), (u32::MAX, 3_000)]
        {
            let esperas: Vec<u64> = (0..200).map(|_| millis(recuo(tentativa, &mut sorte))).collect();
            assert!(
                esperas.iter().all(|espera| (teto / 2..=teto).contains(espera)),
                "{tentativa}: {esperas:?}"
            );
            assert!(esperas.iter().max() != esperas.iter().min(), "no jitter at {tentativa}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_never_comes_is_given_up() {
        let nunca = std::future::pending::<lapin::Result<()>>();
        assert!(matches!(in_time(nunca).await, Err(Queda::SemResposta)));
    }
}
