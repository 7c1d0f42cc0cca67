//! A whole system on a database of its own, and PostgreSQL beside it.

use std::net::TcpListener;
use std::time::Duration;

use cobranca::Resultado;
use cobranca::comandos::empresa::{Pedido, make};
use cobranca::sistema::{Lugar, Sistema};
use runtime::config::Segredo;
use runtime::{Config, Encerramento, Relogio, cronometro};
use testkit::{Banco, Sql};

/// Runs of each part.
pub(crate) const VEZES: u32 = 3;

/// What the engine does with a chunk; the phases hold the statements that are told after them.
const FASES: [&str; 3] = ["ler", "decidir", "gravar"];

/// A system with one company; [`Medicao::stop`] ends it.
pub(crate) struct Medicao {
    pub(crate) relogio: Relogio,
    /// Address of the API.
    pub(crate) base: String,
    /// The company's key.
    pub(crate) chave: String,
    /// The company's id.
    pub(crate) empresa: String,
    sistema: Sistema,
    banco: Banco,
    _saida: tempfile::TempDir,
}

impl Medicao {
    pub(crate) async fn start(relogio: Relogio) -> Resultado<Self> {
        let banco = tokio::task::spawn_blocking(Banco::new).await?;
        let saida = tempfile::tempdir()?;
        let mut config = Config::default();
        config.banco.url = Some(Segredo::new(banco.url()));
        config.sandbox.ativo = true;
        config.http.pedidos_por_minuto = 0;
        config.sandbox.saida_dir = saida.path().to_owned();
        let lugar = Lugar { relogio: relogio.clone(), listener: TcpListener::bind("127.0.0.1:0")? };
        let sistema = Sistema::start(&config, lugar, Encerramento::new()).await?;
        let (empresa, chave) = company(&banco, &relogio).await?;
        let base = format!("http://{}", sistema.addr());
        Ok(Self { relogio, base, chave, empresa, sistema, banco, _saida: saida })
    }

    /// Works with the database by hand, on a thread that may block.
    pub(crate) async fn sql<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Sql) -> T + Send + 'static,
    ) -> Resultado<T> {
        let url = self.banco.url().to_owned();
        Ok(tokio::task::spawn_blocking(move || work(&mut Sql::connect(&url))).await?)
    }

    /// One more company beside the first: its id and its key.
    pub(crate) async fn another_company(&self) -> Resultado<(String, String)> {
        company(&self.banco, &self.relogio).await
    }

    /// `postgres://` address of the database.
    pub(crate) fn url(&self) -> &str {
        self.banco.url()
    }

    /// Ends the system and leaves its database.
    pub(crate) async fn put_down(self) -> Resultado<Banco> {
        self.sistema.stop().await?;
        Ok(self.banco)
    }

    pub(crate) async fn stop(self) -> Resultado {
        let Self { sistema, banco, .. } = self;
        sistema.stop().await?;
        Ok(tokio::task::spawn_blocking(move || drop(banco)).await?)
    }
}

/// A company of the database: its id and its key.
pub(crate) async fn company(banco: &Banco, relogio: &Relogio) -> Resultado<(String, String)> {
    let pedido = Pedido {
        nome: "Escola Campoverde".to_owned(),
        documento: None,
        remetente: "cobranca@example.com".to_owned(),
    };
    let (url, relogio) = (banco.url().to_owned(), relogio.clone());
    tokio::task::spawn_blocking(move || make(&url, &pedido, &relogio)).await?
}

/// Empty tables like these, with their columns, defaults, checks and indexes, in the schema `limite`, which is made anew.
pub(crate) fn clone_tables(sql: &mut Sql, tabelas: &[&str]) {
    sql.run("DROP SCHEMA IF EXISTS limite CASCADE; CREATE SCHEMA limite");
    for tabela in tabelas {
        sql.run(&format!("CREATE TABLE limite.{} (LIKE {tabela} INCLUDING ALL)", name(tabela)));
    }
}

/// Puts rows of `tabela` into a file of the server, gone with its data.
pub(crate) fn copy_out(sql: &mut Sql, tabela: &str, onde: &str) {
    copy(sql, tabela, &format!("(SELECT * FROM {tabela} t WHERE {onde}) TO"));
}

/// Reads that file into the clone of `tabela`.
pub(crate) fn copy_in(sql: &mut Sql, tabela: &str) {
    copy(sql, tabela, &format!("limite.{} FROM", name(tabela)));
}

fn copy(sql: &mut Sql, tabela: &str, quais: &str) {
    let (nome, comando) = (name(tabela), format!("COPY {quais} %L (FORMAT binary)"));
    sql.run(&format!(
        "DO $do$ BEGIN EXECUTE format($${comando}$$, current_setting('data_directory') || '/limite_{nome}'); END $do$"
    ));
}

fn name(tabela: &str) -> &str {
    tabela.rsplit('.').next().unwrap_or(tabela)
}

/// Seconds that each phase of the engine has taken since its process began, as Prometheus is told.
pub(crate) async fn phases(base: &str) -> Resultado<[f64; 3]> {
    let texto = reqwest::get(format!("{base}/metrics")).await?.text().await?;
    let soma = |fase: &str| {
        let nome = format!("noite_fase_segundos_sum{{fase=\"{fase}\"}} ");
        texto
            .lines()
            .find_map(|linha| linha.strip_prefix(&nome))
            .and_then(|s| s.parse().ok())
            .unwrap_or_default()
    };
    Ok(FASES.map(soma))
}

/// What they took between two looks. Chunks that are worked on at one time count each by itself.
pub(crate) fn phases_between(antes: [f64; 3], depois: [f64; 3]) -> Vec<(String, f64)> {
    let fase = |((fase, antes), depois): ((&str, f64), f64)| (format!("fase {fase}"), depois - antes);
    FASES.into_iter().zip(antes).zip(depois).map(fase).collect()
}

/// How long it takes.
pub(crate) fn timed(work: impl FnOnce()) -> Duration {
    let medida = cronometro();
    work();
    medida.decorrido()
}

/// Kilobytes of memory of a process, now and at most so far, as the operating system counts them.
pub(crate) fn memory(pid: u32) -> Resultado<(u32, u32)> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let campo = |nome: &str| {
        let linha = status.lines().find_map(|linha| linha.strip_prefix(nome))?;
        linha.split_whitespace().next()?.parse().ok()
    };
    Ok((campo("VmRSS:").ok_or("sem VmRSS")?, campo("VmHWM:").ok_or("sem VmHWM")?))
}
