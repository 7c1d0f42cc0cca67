//! The service as a process of its own.

use std::net::TcpListener;
use std::sync::Arc;

use bus::Bus;
use bus::amqp::{Amqp, EnderecoInvalido};
use providers::email::{ClienteSmtp, ConfigError, Credencial, Tls};
use runtime::{Config, Encerramento, Relogio, config};
use store::{Banco, Papel, StoreError};

use crate::{Ajustes, CanalError, Contexto, Dispatcher, configure};

/// What the OpenAPI document says of this service.
pub const INFO: web::InfoApi =
    web::InfoApi { titulo: "cobranca · disparos", descricao: "Execuções e coringas.", versao: "1" };

/// Why the service cannot run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No address of a database was given.
    #[error("defina DATABASE_URL com o endereço do PostgreSQL")]
    SemBanco,
    /// No address of a broker was given.
    #[error("defina AMQP_URL com o endereço do RabbitMQ")]
    SemAmqp,
    /// No mail server was given.
    #[error("defina smtp.host (COBRANCA_SMTP__HOST) com o servidor de e-mail")]
    SemSmtp,
    /// The address of the broker cannot be read.
    #[error("AMQP_URL não pôde ser lida: {0}")]
    Amqp(#[from] EnderecoInvalido),
    /// The mail server as configured cannot be used.
    #[error("a seção smtp não pôde ser usada: {0}")]
    Smtp(#[from] ConfigError),
    /// A channel that cannot be sent on.
    #[error("dispatcher.canais: {0}")]
    Canal(#[from] CanalError),
    /// The database.
    #[error("o banco de dados não pôde ser usado: {0}")]
    Store(#[from] StoreError),
    /// The network.
    #[error("o endereço de http não pôde ser usado: {0}")]
    Io(#[from] std::io::Error),
}

/// The mail client that the configuration describes, with a session for every provider call that may be under way at a
/// time: a claimed execution never waits for one.
///
/// # Errors
/// No server is named, or it cannot be used as described.
pub fn mail_client(config: &Config) -> Result<ClienteSmtp, RunError> {
    let secao = &config.smtp;
    let host = secao.host.as_ref().ok_or(RunError::SemSmtp)?;
    let tls = match secao.tls {
        config::Tls::Nenhum => Tls::Nenhum,
        config::Tls::Starttls => Tls::StartTls,
        config::Tls::Implicito => Tls::Implicito,
    };
    let mut smtp = providers::email::Config::new(host, secao.porta, tls);
    smtp.credencial = secao.usuario.as_ref().map(|usuario| {
        Credencial::new(usuario, secao.senha.as_ref().map(config::Segredo::expor).unwrap_or_default())
    });
    smtp.nome_ehlo.clone_from(&secao.remetente_dominio);
    smtp.max_sessoes = crate::concurrency(config).into();
    Ok(ClienteSmtp::new(smtp)?)
}

/// Relays, consumes, sweeps and serves the API until the end is asked for.
///
/// # Errors
/// Something it needs was not configured, or the database or the address to listen on cannot be used.
pub async fn run(config: &Config, fim: &Encerramento) -> Result<(), RunError> {
    let url = config.banco.url.as_ref().ok_or(RunError::SemBanco)?.expor();
    let amqp = config.amqp.url.as_ref().ok_or(RunError::SemAmqp)?;
    let correio = mail_client(config)?;
    let ajustes = Ajustes::from_config(config)?;
    let listener = TcpListener::bind(config.http.socket())?;
    let connect = || Banco::connect(url, Papel::Dispatcher, config.banco.conexoes);
    let (banco, da_api) = (connect()?, connect()?);
    let bus: Arc<dyn Bus> = Arc::new(Amqp::connect(amqp.expor(), "dispatcher")?);
    let servidor = server(config, listener, da_api, Arc::clone(&bus))?;
    tracing::info!(http.endereco = %servidor.addr(), "dispatcher no ar");
    let dispatcher = Dispatcher::new(banco, Arc::clone(&bus), correio, Relogio::Sistema, ajustes);
    let servir = async {
        let servido = servidor.run_until(fim).await;
        fim.pedir(); // without its API the process is of no use: let it be started anew
        servido
    };
    let (servido, ()) = tokio::join!(servir, dispatcher.run(fim.clone()));
    bus.close().await;
    Ok(servido?)
}

fn server(
    config: &Config,
    listener: TcpListener,
    banco: Banco,
    bus: Arc<dyn Bus>,
) -> std::io::Result<web::Servidor> {
    let base = servico::Contexto { banco: banco.clone(), relogio: Relogio::Sistema };
    let contexto = Contexto::new(base.clone());
    let mut servidor = web::ServerConfig::new(listener, INFO, servico::autenticador(base)).with(&config.http);
    servidor.pronto = readiness(&servico::prontidao(banco), bus);
    web::serve(servidor, move |cfg| configure(cfg, contexto.clone()))
}

/// Ready when the database answers and the bus is attached.
#[must_use]
pub fn readiness(banco: &web::Prontidao, bus: Arc<dyn Bus>) -> web::Prontidao {
    let banco = Arc::clone(banco);
    Arc::new(move || {
        let (banco, fila) = (banco(), bus.pronto());
        Box::pin(async move {
            let mut faltam = banco.await.err().unwrap_or_default();
            if !fila {
                faltam.push("fila");
            }
            if faltam.is_empty() { Ok(()) } else { Err(faltam) }
        })
    })
}
