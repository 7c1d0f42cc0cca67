//! Clients that read títulos by id, as fast as they are answered or at a pace, and what they saw.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cobranca::Resultado;
use runtime::{Encerramento, cronometro};
use tokio::task::JoinSet;
use tokio::time::Instant;

const CLIENTES: u32 = 8;
const PRAZO: Duration = Duration::from_secs(30);
/// What is above the 99th percentile is one in so many.
const CENTESIMO: usize = 100;

/// What is read: the títulos of a portfolio, by `GET {base}/v1/titulos/{id}`.
#[derive(Clone)]
pub(crate) struct Alvo {
    pub(crate) base: String,
    /// The company's key.
    pub(crate) chave: String,
    pub(crate) titulos: u64,
}

/// What a run of the clients saw.
pub(crate) struct Visto {
    /// Latencies, ascending.
    latencias: Vec<Duration>,
    segundos: f64,
}

impl Visto {
    /// Reads a second.
    pub(crate) fn rate(&self) -> f64 {
        u32::try_from(self.latencias.len()).map(f64::from).unwrap_or_default() / self.segundos
    }

    /// Seconds that one in a hundred took longer than.
    pub(crate) fn p99(&self) -> f64 {
        let acima = self.latencias.len().div_ceil(CENTESIMO).max(1);
        self.latencias.iter().rev().nth(acima - 1).map(Duration::as_secs_f64).unwrap_or_default()
    }

    /// Seconds that half of them took longer than.
    pub(crate) fn median(&self) -> f64 {
        self.latencias.get(self.latencias.len() / 2).map(Duration::as_secs_f64).unwrap_or_default()
    }
}

/// The clients for as long as `trabalho` takes.
pub(crate) async fn while_it_runs<T>(
    alvo: &Alvo,
    ritmo: Option<f64>,
    trabalho: impl Future<Output = Resultado<T>>,
) -> Resultado<(T, Visto)> {
    let parar = Arc::new(AtomicBool::new(false));
    let leitores = start(alvo, ritmo, &parar)?;
    let medida = cronometro();
    let feito = trabalho.await?;
    let segundos = medida.decorrido().as_secs_f64();
    parar.store(true, Ordering::Relaxed);
    Ok((feito, finish(leitores, segundos).await?))
}

/// The clients for so long.
pub(crate) async fn read(alvo: &Alvo, ritmo: Option<f64>, tempo: Duration) -> Resultado<Visto> {
    let pausa = async {
        Encerramento::new().dormir(tempo).await;
        Ok(())
    };
    Ok(while_it_runs(alvo, ritmo, pausa).await?.1)
}

type Leitores = JoinSet<Resultado<Vec<Duration>>>;

/// Starts the clients, each at its share of `ritmo` requests a second, or as fast as it is answered.
fn start(alvo: &Alvo, ritmo: Option<f64>, parar: &Arc<AtomicBool>) -> Resultado<Leitores> {
    let http = reqwest::Client::builder().timeout(PRAZO).build()?;
    let periodo = ritmo.map(|ritmo| Duration::from_secs_f64(f64::from(CLIENTES) / ritmo));
    let mut leitores = JoinSet::new();
    for cliente in 0..CLIENTES {
        let leitor = Leitor { http: http.clone(), alvo: alvo.clone(), n: 7_919 * u64::from(cliente + 1) };
        leitores.spawn(leitor.run(periodo, Arc::clone(parar)));
    }
    Ok(leitores)
}

async fn finish(mut leitores: Leitores, segundos: f64) -> Resultado<Visto> {
    let mut latencias = Vec::new();
    while let Some(leitor) = leitores.join_next().await {
        latencias.extend(leitor??);
    }
    latencias.sort_unstable();
    Ok(Visto { latencias, segundos })
}

struct Leitor {
    http: reqwest::Client,
    alvo: Alvo,
    n: u64,
}

impl Leitor {
    /// A request that could not be sent in time counts from when it should have been: a client that falls behind does
    /// not make the figure better.
    async fn run(mut self, periodo: Option<Duration>, parar: Arc<AtomicBool>) -> Resultado<Vec<Duration>> {
        let mut latencias = Vec::new();
        let mut marcado = Instant::now();
        while !parar.load(Ordering::Relaxed) {
            let mut desde = Instant::now();
            if let Some(periodo) = periodo {
                marcado += periodo;
                if desde < marcado {
                    tokio::time::sleep_until(marcado).await;
                    desde = Instant::now();
                } else {
                    desde = marcado;
                }
            }
            self.get().await?;
            latencias.push(desde.elapsed());
        }
        Ok(latencias)
    }

    /// A título somewhere; a few ids are nobody's.
    async fn get(&mut self) -> Resultado {
        self.n = self.n.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let id = 1 + (self.n >> 33) % self.alvo.titulos;
        let url = format!("{}/v1/titulos/01900000-0000-7000-8000-{id:012x}", self.alvo.base);
        let resposta = self.http.get(url).bearer_auth(&self.alvo.chave).send().await?;
        let status = resposta.status();
        resposta.bytes().await?;
        if status.is_success() || status == reqwest::StatusCode::NOT_FOUND {
            Ok(())
        } else {
            Err(format!("GET /v1/titulos respondeu {status}").into())
        }
    }
}
