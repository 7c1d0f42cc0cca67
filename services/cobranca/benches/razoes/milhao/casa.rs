//! One company on a database of its own, served by a child process, so that its memory is its own.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, Utc};
use cobranca::Resultado;
use cobranca::cliente::Cliente;
use reqwest::Method;
use runtime::{Encerramento, Relogio, cronometro};
use serde_json::{Value, json};
use testkit::{Banco, Gasto, Processo, Sql};

use super::carteira;
use crate::apoio::{company, memory, phases, phases_between};

/// The binary that is measured.
const BINARIO: &str = env!("CARGO_BIN_EXE_cobranca");
/// The first night is that many days before today: every night of a run is one of the past, so that the clock can stand
/// still and no window opens.
const PASSADO: u64 = 30;
/// Nobody's position falls due by itself while nights are measured.
pub(crate) const PASSO: u32 = 100;
/// More positions than nights that anybody fires in.
const POSICOES: u32 = 20;
/// How often a night is asked about: what a measured time is too long by, at most.
pub(crate) const OLHAR: Duration = Duration::from_millis(1);
/// The same while the answer is far away, so that asking costs nothing.
const OLHAR_LONGE: Duration = Duration::from_millis(20);
/// A night that takes less than this is watched closely.
const PERTO: Duration = Duration::from_millis(500);

/// A company, its database and the process that serves it.
pub(crate) struct Casa {
    pub(crate) devedores: u32,
    pub(crate) empresa: String,
    pub(crate) api: Cliente,
    pub(crate) base: String,
    pub(crate) chave: String,
    pub(crate) processo: Option<Processo>,
    /// Date of the last night.
    pub(crate) data: NaiveDate,
    banco: Banco,
    saida: tempfile::TempDir,
}

/// A night as it went.
pub(crate) struct Noite {
    /// From asking for it until it was seen to be over.
    pub(crate) tempo: Duration,
    /// Debtors looked at.
    pub(crate) devedores: u32,
    /// Actions due.
    pub(crate) acoes: u32,
    /// Seconds of the engine's phases.
    pub(crate) fases: Vec<(String, f64)>,
    /// What PostgreSQL spent.
    pub(crate) gastos: Vec<Gasto>,
}

impl Casa {
    /// A company with `devedores` debtors that no night has looked at yet, and its régua.
    pub(crate) async fn start(devedores: u32) -> Resultado<Self> {
        Self::start_with(devedores, "").await
    }

    /// The same, and `mais` of it ([`carteira::load`]).
    pub(crate) async fn start_with(devedores: u32, mais: &'static str) -> Resultado<Self> {
        let banco = tokio::task::spawn_blocking(Banco::new).await?;
        let (empresa, chave) = company(&banco, &Relogio::Sistema).await?;
        let data = Relogio::Sistema.agora().date_naive() - Days::new(PASSADO);
        let (saida, api) = (tempfile::tempdir()?, Cliente::new("http://127.0.0.1", &chave)?);
        let base = String::new();
        let mut casa = Self { devedores, empresa, api, base, chave, processo: None, data, banco, saida };
        let empresa = casa.empresa.clone();
        casa.sql(move |sql| carteira::load(sql, &empresa, (devedores, mais), data)).await?;
        casa.serve().await?;
        casa.api.create_regua(&regua()).await?;
        Ok(casa)
    }

    /// Starts the whole system as one process; one that runs already ends first.
    pub(crate) async fn serve(&mut self) -> Resultado {
        self.serve_with(Path::new(BINARIO), &["servir", "--sandbox"]).await?;
        // At 02:30 of the company no window is open, and the clock stays there.
        let agora = Relogio::Sistema.agora().date_naive() + Days::new(1);
        self.api.set_clock(instant(agora)?).await
    }

    /// Starts the engine alone.
    pub(crate) async fn serve_engine(&mut self) -> Resultado {
        self.serve_with(&engine_binary(), &[]).await
    }

    async fn serve_with(&mut self, binario: &Path, argumentos: &[&str]) -> Resultado {
        self.processo = None;
        let saida = self.saida.path().display().to_string();
        let ambiente = [
            ("DATABASE_URL", self.banco.url()),
            ("COBRANCA_SANDBOX__SAIDA_DIR", saida.as_str()),
            ("COBRANCA_HTTP__PEDIDOS_POR_MINUTO", "0"),
            ("COBRANCA_LOG__FILTRO", "warn,cobranca=info,regua_engine=info"),
        ];
        let mut processo = Processo::start(binario, argumentos, &ambiente);
        self.base = processo.url().await;
        self.processo = Some(processo);
        self.api = Cliente::new(&self.base, &self.chave)?;
        Ok(())
    }

    /// Works with the database by hand, on a thread that may block.
    pub(crate) async fn sql<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Sql) -> T + Send + 'static,
    ) -> Resultado<T> {
        let url = self.banco.url().to_owned();
        Ok(tokio::task::spawn_blocking(move || work(&mut Sql::connect(&url))).await?)
    }

    /// `postgres://` address of the company's database.
    pub(crate) fn url(&self) -> &str {
        self.banco.url()
    }

    /// The date of the next night.
    pub(crate) fn tomorrow(&mut self) -> NaiveDate {
        self.data = self.data + Days::new(1);
        self.data
    }

    /// Has one debtor in `divisor` due tomorrow, everything written and the machine at rest. Answers the date.
    pub(crate) async fn plan(&mut self, divisor: u32, resto: u32) -> Resultado<NaiveDate> {
        let data = self.tomorrow();
        self.sql(move |sql| {
            carteira::plan(sql, "regua", divisor, resto, data);
            sql.settle();
        })
        .await?;
        Ok(data)
    }

    /// Runs the night of `data` and watches it until it is over.
    pub(crate) async fn night(&self, data: NaiveDate) -> Resultado<Noite> {
        self.sql(Sql::start_counting).await?;
        let antes = phases(&self.base).await?;
        let medida = cronometro();
        let mut noite = self.api.call(Method::POST, "/v1/noites", Some(&json!({ "data": data }))).await?;
        let caminho = format!("/v1/noites/{}", text(&noite, "id"));
        while text(&noite, "estado") == "andando" {
            let pausa = if medida.decorrido() < PERTO { OLHAR } else { OLHAR_LONGE };
            Encerramento::new().dormir(pausa).await;
            noite = self.api.call(Method::GET, &caminho, None).await?;
        }
        let tempo = medida.decorrido();
        let fases = phases_between(antes, phases(&self.base).await?);
        let gastos = self.sql(Sql::spent).await?;
        Ok(Noite {
            tempo,
            devedores: number(&noite, "devedores"),
            acoes: number(&noite, "acoes"),
            fases,
            gastos,
        })
    }

    /// The same, of a night that must look at `devedores` debtors.
    pub(crate) async fn night_of(&self, data: NaiveDate, devedores: u32) -> Resultado<Noite> {
        let noite = self.night(data).await?;
        if noite.devedores == devedores {
            return Ok(noite);
        }
        Err(format!("a noite de {data} olhou {} devedores, não {devedores}", noite.devedores).into())
    }

    /// Kilobytes of memory of the process, now and at most so far, as the operating system counts them.
    pub(crate) fn memory(&self) -> Resultado<(u32, u32)> {
        memory(self.processo.as_ref().ok_or("não há processo")?.id())
    }
}

/// Beside the binary that is measured, when `make bench` built it.
fn engine_binary() -> PathBuf {
    Path::new(BINARIO).with_file_name("regua-engine")
}

/// Positions every hundred days: who fires is not due again while nights are measured.
fn regua() -> Value {
    let texto = json!({"tipo": "email", "assunto": "#EMPRESA#", "corpo": "Olá, #NOME#.\n\n#LISTA_TITULOS#"});
    let posicao = |n: u32| json!({"dias": n * PASSO, "acoes": [texto]});
    json!({"nome": "Régua", "posicoes": (1..=POSICOES).map(posicao).collect::<Vec<Value>>()})
}

/// 02:30 of that date in the company's zone.
fn instant(data: NaiveDate) -> Resultado<DateTime<Utc>> {
    Ok(format!("{data}T05:30:00Z").parse()?)
}

fn text<'v>(valor: &'v Value, campo: &str) -> &'v str {
    valor.get(campo).and_then(Value::as_str).unwrap_or_default()
}

fn number(valor: &Value, campo: &str) -> u32 {
    valor.get(campo).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or_default()
}
