//! Rows `api_na_noite` and `api_vazao`: what a reader of the API notices of a night.
//!
//! Eight clients read títulos by id. First as fast as they are answered, which is the rate that the machine bears; then
//! at half of it, idle, while a night goes on in which everybody is due, and while bare SQL does such a night: what is lost
//! there too is the machine's, on which clients, system and database share the cores.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cobranca::Resultado;
use runtime::{Encerramento, cronometro};
use testkit::Sql;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::casa::Casa;
use super::limite;
use crate::linha::{Linha, Meta, say};

const CLIENTES: u32 = 8;
/// How long a measurement without a night takes.
const MEDIDA: Duration = Duration::from_secs(8);
const PRAZO: Duration = Duration::from_secs(30);
/// What is above the 99th percentile is one in so many.
const CENTESIMO: usize = 100;

/// What a run of the clients saw.
struct Visto {
    /// Latencies, ascending.
    latencias: Vec<Duration>,
    segundos: f64,
}

impl Visto {
    fn rate(&self) -> f64 {
        u32::try_from(self.latencias.len()).map(f64::from).unwrap_or_default() / self.segundos
    }

    fn p99(&self) -> f64 {
        let acima = self.latencias.len().div_ceil(CENTESIMO).max(1);
        self.latencias.iter().rev().nth(acima - 1).map(Duration::as_secs_f64).unwrap_or_default()
    }

    fn median(&self) -> f64 {
        self.latencias.get(self.latencias.len() / 2).map(Duration::as_secs_f64).unwrap_or_default()
    }
}

pub(super) async fn measure(casa: &mut Casa, linhas: &mut Vec<Linha>) -> Resultado {
    let data = casa.plan(1, 0).await?;
    read(casa, None, MEDIDA / 4).await?; // warms what the night's preparation left cold
    let maximo = read(casa, None, MEDIDA).await?.rate();
    let calma = read(casa, Some(maximo / 2.0), MEDIDA).await?;

    let (noite, durante) =
        while_it_runs(casa, Some(maximo / 2.0), casa.night_of(data, casa.devedores)).await?;

    casa.sql(move |sql| {
        limite::prepare(sql);
        limite::plan(sql, (1, 0), data);
    })
    .await?;
    let empresa = casa.empresa.clone();
    let em_sql = casa.sql(move |sql| limite::night(sql, &empresa, data));
    let (_, na_de_sql) = while_it_runs(casa, Some(maximo / 2.0), em_sql).await?;

    let linha = Linha::new(
        "api_na_noite",
        "p99 de GET /v1/titulos/{id} enquanto 1.000.000 são olhados",
        durante.p99(),
    );
    let linha = linha.over("p99 sem noite, no mesmo ritmo", durante.p99() / calma.p99(), Meta::NoMaximo(2.5));
    say(
        Linha { por_s: Some(durante.rate()), limite_por_s: Some(calma.rate()), ..linha }
            .with("ms p99 sem noite", calma.p99() * 1e3)
            .with("ms p99 na noite", durante.p99() * 1e3)
            .with("ms p99 na noite em SQL puro", na_de_sql.p99() * 1e3)
            .with("ms mediana sem noite", calma.median() * 1e3)
            .with("ms mediana na noite", durante.median() * 1e3)
            .with("pedidos por s no máximo", maximo),
        linhas,
    );
    let linha = Linha::new("api_vazao", "ritmo servido na noite", noite.tempo.as_secs_f64());
    say(
        linha.over("ritmo pedido: metade do máximo", durante.rate() / (maximo / 2.0), Meta::AoMenos(0.98)),
        linhas,
    );
    casa.sql(Sql::settle).await
}

/// The clients for as long as `trabalho` takes.
async fn while_it_runs<T>(
    casa: &Casa,
    ritmo: Option<f64>,
    trabalho: impl Future<Output = Resultado<T>>,
) -> Resultado<(T, Visto)> {
    let parar = Arc::new(AtomicBool::new(false));
    let leitores = start(casa, ritmo, &parar)?;
    let medida = cronometro();
    let feito = trabalho.await?;
    let segundos = medida.decorrido().as_secs_f64();
    parar.store(true, Ordering::Relaxed);
    Ok((feito, finish(leitores, segundos).await?))
}

/// The clients for so long.
async fn read(casa: &Casa, ritmo: Option<f64>, tempo: Duration) -> Resultado<Visto> {
    let pausa = async {
        Encerramento::new().dormir(tempo).await;
        Ok(())
    };
    Ok(while_it_runs(casa, ritmo, pausa).await?.1)
}

type Leitores = JoinSet<Resultado<Vec<Duration>>>;

/// Starts the clients, each at its share of `ritmo` requests a second, or as fast as it is answered.
fn start(casa: &Casa, ritmo: Option<f64>, parar: &Arc<AtomicBool>) -> Resultado<Leitores> {
    let http = reqwest::Client::builder().timeout(PRAZO).build()?;
    let periodo = ritmo.map(|ritmo| Duration::from_secs_f64(f64::from(CLIENTES) / ritmo));
    let mut leitores = JoinSet::new();
    for cliente in 0..CLIENTES {
        let leitor = Leitor {
            http: http.clone(),
            base: casa.base.clone(),
            chave: casa.chave.clone(),
            titulos: 3 * u64::from(casa.devedores),
            n: 7_919 * u64::from(cliente + 1),
        };
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
    base: String,
    chave: String,
    titulos: u64,
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
        let id = 1 + (self.n >> 33) % self.titulos;
        let url = format!("{}/v1/titulos/01900000-0000-7000-8000-{id:012x}", self.base);
        let resposta = self.http.get(url).bearer_auth(&self.chave).send().await?;
        let status = resposta.status();
        resposta.bytes().await?;
        if status.is_success() || status == reqwest::StatusCode::NOT_FOUND {
            Ok(())
        } else {
            Err(format!("GET /v1/titulos respondeu {status}").into())
        }
    }
}
