//! The service as a process of its own.

use std::net::TcpListener;

use runtime::{Config, Encerramento, Relogio};
use store::{Banco, Papel, StoreError};

use crate::{Ajustes, CONEXOES, Impressora};

/// What the OpenAPI document says of this service.
pub const INFO: web::InfoApi =
    web::InfoApi { titulo: "cobranca · cartas", descricao: "Arquivos de cartas.", versao: "1" };

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

/// Makes files, and says over HTTP how it is, until the end is asked for.
///
/// # Errors
/// The database or the address to listen on cannot be used.
pub async fn run(config: &Config, fim: &Encerramento) -> Result<(), RunError> {
    let url = config.banco.url.as_ref().ok_or(RunError::SemBanco)?.expor();
    let listener = TcpListener::bind(config.http.socket())?;
    let banco = Banco::connect(url, Papel::Dispatcher, CONEXOES)?;
    let impressora = Impressora::new(banco.clone(), Relogio::Sistema, Ajustes::from_config(config));
    let base = servico::Contexto { banco: banco.clone(), relogio: Relogio::Sistema };
    let mut servidor = web::ServerConfig::new(listener, INFO, servico::autenticador(base)).with(&config.http);
    servidor.pronto = servico::prontidao(banco);
    let servidor = web::serve(servidor, |_cfg| {})?;
    tracing::info!(http.endereco = %servidor.addr(), "cartas no ar");
    let servir = async {
        let servido = servidor.run_until(fim).await;
        fim.pedir(); // without it nobody sees how the process is: let it be started anew
        servido
    };
    let (servido, ()) = tokio::join!(servir, impressora.run(fim.clone()));
    Ok(servido?)
}
