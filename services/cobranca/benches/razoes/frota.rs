//! Dispatchers as processes of their own, with a database full of actions that are due and a broker between them.
//!
//! One night makes the actions of so many debtors; what is measured sends copies of them, as many as it likes, so that a
//! million actions need no portfolio of a million.

mod carga;
mod uso;

use std::path::{Path, PathBuf};
use std::time::Duration;

use cobranca::Resultado;
use runtime::{Encerramento, Relogio};
use testkit::{Banco, Http, Processo, Sql, Vhost, wait_until};

use crate::apoio::{Medicao, memory};
use uso::Uso;

/// A process that is not ready after this never will be.
const PRAZO: Duration = Duration::from_mins(1);
/// How often the database is asked whether all is done: seldom enough to cost nothing. No figure hangs on it.
const OLHAR: Duration = Duration::from_millis(200);
/// A run that is not over after this never will be.
const PRAZO_DO_LOTE: Duration = Duration::from_mins(15);
/// Measured between the tenth and the ninetieth percent of the calls, without the beginning and the end of a run, when
/// some have nothing to do.
const VAZAO: &str = "SELECT 800 * count(*) / extract(epoch FROM percentile_disc(0.9) WITHIN GROUP (ORDER BY terminou_em) \
                     - percentile_disc(0.1) WITHIN GROUP (ORDER BY terminou_em)) FROM disparo.tentativa";

/// A database, a broker and the processes between them.
pub(crate) struct Frota {
    canal: &'static str,
    banco: Banco,
    vhost: Vhost,
    processos: Vec<Processo>,
}

/// How a stock of actions was sent.
pub(crate) struct Escoamento {
    /// Provider calls.
    pub(crate) chamadas: u32,
    /// Provider calls a second, in the middle of the run.
    pub(crate) por_s: f64,
    /// Seconds of the whole of it.
    pub(crate) segundos: f64,
    /// Cores that were at work, whoever for, of those that the machine has.
    pub(crate) nucleos: f64,
    /// Those of them that worked for the dispatchers.
    pub(crate) nucleos_dispatchers: f64,
    /// Kilobytes that the largest dispatcher ever had.
    pub(crate) pico_kb: u32,
}

impl Frota {
    /// A company with an action of this channel for each of `devedores` debtors; and, beside it, another one with
    /// reminders for `lembrados`.
    pub(crate) async fn start(canal: &'static str, devedores: u32, lembrados: u32) -> Resultado<Self> {
        let medicao = Medicao::start(Relogio::sandbox(Relogio::Sistema.agora())).await?;
        carga::decide(&medicao, canal, (devedores, lembrados)).await?;
        let banco = medicao.put_down().await?;
        let vhost = tokio::task::spawn_blocking(Vhost::new).await?;
        let frota = Self { canal, banco, vhost, processos: Vec::new() };
        frota.sql(carga::keep_models).await?;
        Ok(frota)
    }

    /// Puts `acoes` actions in the place of what there was, and stops the channel. Answers how long the writing took.
    pub(crate) async fn stock(&self, acoes: u32) -> Resultado<Duration> {
        self.sql(move |sql| carga::stock(sql, acoes)).await
    }

    /// Starts so many dispatchers in the place of those there were, and waits until they are ready.
    pub(crate) async fn serve(&mut self, quantos: u16, ambiente: &[(&str, &str)]) -> Resultado {
        self.processos.clear();
        let mut todo = vec![
            ("DATABASE_URL", self.banco.url()),
            ("AMQP_URL", self.vhost.amqp_url()),
            ("COBRANCA_DISPATCHER__CANAIS", self.canal),
            ("COBRANCA_LOG__FILTRO", "warn,dispatcher=info"),
        ];
        todo.extend_from_slice(ambiente);
        let binario = binary();
        self.processos = (0..quantos).map(|_| Processo::start(&binario, &[], &todo)).collect();
        for processo in &mut self.processos {
            let http = Http::new(&processo.url().await);
            wait_until(PRAZO, async || http.get("/readyz").await.status == 200).await;
        }
        Ok(())
    }

    /// Lets the stock go, and waits until every action of it was tried.
    pub(crate) async fn drain(&self) -> Resultado<Escoamento> {
        let antes = self.usage()?;
        let medida = runtime::cronometro();
        self.sql(carga::release).await?;
        while self.sql(carga::waiting).await? > 0 {
            if medida.decorrido() > PRAZO_DO_LOTE {
                return Err(format!("parado: {}", self.sql(carga::states).await?).into());
            }
            Encerramento::new().dormir(OLHAR).await;
        }
        let (tempo, depois) = (medida.decorrido(), self.usage()?);
        let (chamadas, milesimos) =
            self.sql(|sql| (sql.number("SELECT count(*) FROM disparo.tentativa"), sql.number(VAZAO))).await?;
        let gasto = depois.since(&antes);
        Ok(Escoamento {
            chamadas: u32::try_from(chamadas)?,
            por_s: f64::from(u32::try_from(milesimos)?) / 1_000.0,
            segundos: tempo.as_secs_f64(),
            nucleos: gasto.nucleos(),
            nucleos_dispatchers: gasto.nucleos_dos_processos(),
            pico_kb: self.peak()?,
        })
    }

    /// Works with the database by hand, on a thread that may block.
    pub(crate) async fn sql<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Sql) -> T + Send + 'static,
    ) -> Resultado<T> {
        let url = self.banco.url().to_owned();
        Ok(tokio::task::spawn_blocking(move || work(&mut Sql::connect(&url))).await?)
    }

    /// Ends everything.
    pub(crate) async fn stop(self) -> Resultado {
        Ok(tokio::task::spawn_blocking(move || drop(self)).await?)
    }

    fn usage(&self) -> Resultado<Uso> {
        Uso::now(self.processos.iter().map(Processo::id))
    }

    fn peak(&self) -> Resultado<u32> {
        let picos = self.processos.iter().map(|processo| memory(processo.id()).map(|(_, pico)| pico));
        Ok(picos.collect::<Resultado<Vec<_>>>()?.into_iter().max().unwrap_or_default())
    }
}

impl Drop for Frota {
    /// Those who use the database and the broker go first.
    fn drop(&mut self) {
        self.processos.clear();
    }
}

/// Beside the binary that runs everything, when `make bench` built it.
fn binary() -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_cobranca")).with_file_name("dispatcher")
}
