//! The service as a process of its own.

use std::net::TcpListener;

use runtime::{Config, Encerramento, Relogio};
use store::{Banco, Papel, StoreError};

use crate::{Contexto, Engine, configure};

/// What the OpenAPI document says of this service.
pub const INFO: web::InfoApi = web::InfoApi {
    titulo: "cobranca · régua",
    descricao: "Réguas de cobrança, noites e inscrições.",
    versao: "1",
};

/// The engine asks the database four times at a time: which nights are due, two chunks, and a page of a simulation.
const CONEXOES_DO_MOTOR: u32 = 4;

/// Why the service cannot run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No address of a database was given.
    #[error("defina DATABASE_URL com o endereço do PostgreSQL")]
    SemBanco,
    /// The database.
    #[error("o banco de dados não pôde ser usado: {0}")]
    Store(#[from] StoreError),
    /// The network.
    #[error("o endereço de http não pôde ser usado: {0}")]
    Io(#[from] std::io::Error),
}

/// Runs the engine and serves the API until the end is asked for.
///
/// # Errors
/// The database or the address to listen on cannot be used.
pub async fn run(config: &Config, fim: &Encerramento) -> Result<(), RunError> {
    let url = config.banco.url.as_ref().ok_or(RunError::SemBanco)?;
    let listener = TcpListener::bind(config.http.socket())?;
    let engine =
        Engine::new(Banco::connect(url.expor(), Papel::ReguaEngine, CONEXOES_DO_MOTOR)?, Relogio::Sistema);
    let banco = Banco::connect(url.expor(), Papel::ReguaEngine, config.banco.conexoes)?;
    let base = servico::Contexto { banco: banco.clone(), relogio: Relogio::Sistema };
    let contexto = Contexto::new(base.clone(), engine.clone());
    let mut servidor = web::ServerConfig::new(listener, INFO, servico::autenticador(base)).with(&config.http);
    servidor.pronto = servico::prontidao(banco);
    let servidor = web::serve(servidor, move |cfg| configure(cfg, contexto.clone()))?;
    tracing::info!(http.endereco = %servidor.addr(), "regua-engine no ar");
    let servir = async {
        let servido = servidor.run_until(fim).await;
        fim.pedir(); // without its API the process is of no use: let it be started anew
        servido
    };
    let (servido, ()) = tokio::join!(servir, engine.run(fim.clone()));
    Ok(servido?)
}
