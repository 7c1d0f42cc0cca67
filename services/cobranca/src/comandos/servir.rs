//! `cobranca servir`: everything in one process, until it is told to stop.

use std::net::TcpListener;

use runtime::{Config, Encerramento, Relogio};

use crate::sistema::{Lugar, Sistema};
use crate::{Resultado, terminal};

/// Migrates the database, serves, and ends when a signal asks for it.
///
/// # Errors
/// The configuration, the database or the address cannot be used.
pub async fn run(config: &Config) -> Resultado {
    migrate(config).await?;
    let agora = Relogio::Sistema.agora();
    let relogio = if config.sandbox.ativo { Relogio::sandbox(agora) } else { Relogio::Sistema };
    let fim = Encerramento::new();
    fim.ouvir_sinais()?;
    let lugar = Lugar { relogio, listener: TcpListener::bind(config.http.socket())? };
    let sistema = Sistema::start(config, lugar, fim).await?;
    terminal::line(&format!("API      http://{}/v1", sistema.addr()));
    terminal::line(&format!("Páginas  http://{}/docs", sistema.addr()));
    if let Some(saida) = sistema.saida() {
        terminal::line(&format!("E-mails  {} (caixa de saída do sandbox)", saida.display()));
    }
    sistema.wait().await
}

/// Brings the database to this version's schema.
///
/// # Errors
/// The database cannot be used.
pub async fn migrate(config: &Config) -> Resultado {
    let url = config
        .banco
        .url
        .as_ref()
        .ok_or("defina DATABASE_URL com o endereço do PostgreSQL")?
        .expor()
        .to_owned();
    let migrado = tokio::task::spawn_blocking(move || store::migrate(&url)).await?;
    Ok(migrado.map_err(|erro| format!("o banco de dados não pôde ser usado: {erro}"))?)
}
