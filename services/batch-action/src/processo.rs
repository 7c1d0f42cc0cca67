//! The service as a process of its own.

use std::net::TcpListener;
use std::sync::Arc;

use runtime::{Config, Deposito, Encerramento, Relogio};
use store::{Banco, Papel, StoreError};

use crate::{Arquivista, CONEXOES, CONEXOES_DO_ARQUIVISTA, Contexto, Trabalhador, configure};

/// What the OpenAPI document says of this service.
pub const INFO: web::InfoApi = web::InfoApi {
    titulo: "cobranca · ações em lote",
    descricao: "Uma ação para todos os devedores que alguém escolhe: seleção, mensagem, confirmação e consulta.",
    versao: "1",
};

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

/// Works on what was confirmed and on what is to be kept, and serves the API until the end is asked for.
///
/// # Errors
/// The database or the address to listen on cannot be used.
pub async fn run(config: &Config, fim: &Encerramento) -> Result<(), RunError> {
    let url = config.banco.url.as_ref().ok_or(RunError::SemBanco)?;
    let listener = TcpListener::bind(config.http.socket())?;
    let trabalhador = Trabalhador::new(Banco::connect(url.expor(), Papel::Lote, CONEXOES)?, Relogio::Sistema);
    let banco = Banco::connect(url.expor(), Papel::Lote, CONEXOES_DO_ARQUIVISTA)?;
    let arquivista = Arquivista::new(banco, Relogio::Sistema, Deposito::new(&config.arquivos.dir));
    let banco = Banco::connect(url.expor(), Papel::Lote, config.banco.conexoes)?;
    let base = servico::Contexto { banco: banco.clone(), relogio: Relogio::Sistema };
    let contexto = Contexto::new(base.clone(), Arc::clone(&trabalhador));
    let mut servidor = web::ServerConfig::new(listener, INFO, servico::autenticador(base)).with(&config.http);
    servidor.pronto = servico::prontidao(banco);
    let servidor = web::serve(servidor, move |cfg| configure(cfg, contexto.clone()))?;
    tracing::info!(http.endereco = %servidor.addr(), "batch-action no ar");
    let servir = async {
        let servido = servidor.run_until(fim).await;
        fim.pedir(); // without its API the process is of no use: let it be started anew
        servido
    };
    let (servido, (), ()) = tokio::join!(servir, trabalhador.run(fim.clone()), arquivista.run(fim.clone()));
    Ok(servido?)
}
