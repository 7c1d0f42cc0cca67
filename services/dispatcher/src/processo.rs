//! The service as a process of its own.

use std::net::TcpListener;
use std::sync::Arc;

use bus::Bus;
use bus::amqp::{Amqp, EnderecoInvalido};
use domain::execucao::Canal;
use providers::Segredo;
use providers::email::{ClienteSmtp, ConfigError, Credencial, Dkim, DkimError, Tls};
use providers::enriquecimento::ClienteEnriquecimento;
use providers::http::Cliente;
use providers::sms::ClienteSms;
use runtime::{Config, Encerramento, Relogio, config};
use store::{Banco, Papel, StoreError};

use crate::canais::PRAZO_HTTP;
use crate::{
    Ajustes, Contexto, Descadastro, DescadastroError, Dispatcher, PUBLICAS, Remetente, Saida, configure,
};

/// What the OpenAPI document says of this service.
pub const INFO: web::InfoApi =
    web::InfoApi { titulo: "cobranca · disparos", descricao: "Execuções e coringas.", versao: "1" };

/// A channel that cannot be configured.
#[derive(Debug, thiserror::Error)]
pub enum CanalError {
    /// There is no such channel.
    #[error(transparent)]
    Desconhecido(#[from] domain::CodigoDesconhecido),
    /// There is, and this version does not send on it.
    #[error("esta versão ainda não envia por {0}")]
    SemEnvio(Canal),
}

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
    /// No provider of SMS was given.
    #[error("defina a seção sms (COBRANCA_SMS__PROVEDOR) com o provedor de SMS")]
    SemSms,
    /// The section of the provider of SMS cannot be read.
    #[error("a seção sms não pôde ser lida: {0}")]
    SmsIlegivel(String),
    /// No provider of enrichment was given.
    #[error(
        "defina a seção enriquecimento (COBRANCA_ENRIQUECIMENTO__PROVEDOR) com quem responde às consultas"
    )]
    SemEnriquecimento,
    /// The section of the provider of enrichment cannot be read.
    #[error("a seção enriquecimento não pôde ser lida: {0}")]
    EnriquecimentoIlegivel(String),
    /// No provider can be called as configured.
    #[error("os provedores não podem ser chamados: {0}")]
    Http(#[from] providers::http::ConfigError),
    /// A provider over HTTP as configured cannot be used.
    #[error("a seção {0} não pôde ser usada: {1}")]
    Provedor(&'static str, #[source] providers::ConfigError),
    /// The mail server as configured cannot be used.
    #[error("a seção smtp não pôde ser usada: {0}")]
    Smtp(#[from] ConfigError),
    /// The key that messages are signed with cannot be used.
    #[error("a seção smtp.dkim não pôde ser usada: {0}")]
    Dkim(#[from] DkimError),
    /// No address to unsubscribe at can be given.
    #[error(transparent)]
    Descadastro(#[from] DescadastroError),
    /// A secret that can be guessed, or that cannot stand in an address.
    #[error("smtp.segredo_avisos deve ter ao menos {MIN_SEGREDO} letras, algarismos ou -._~")]
    SegredoCurto,
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

/// What the configuration says to send with. Without a list of channels it is those that are configured.
///
/// # Errors
/// A channel of the list is not configured, cannot be used as configured, or is one that nothing here sends on: its
/// executions would be published for nobody.
pub fn saidas(config: &Config) -> Result<Vec<Saida>, RunError> {
    let escolhidos = config.dispatcher.canais.iter().map(|canal| Canal::parse(canal));
    let mut canais = escolhidos.collect::<Result<Vec<_>, _>>().map_err(CanalError::from)?;
    if canais.is_empty() {
        canais.push(Canal::Email);
        canais.extend(config.sms.is_some().then_some(Canal::Sms));
        canais.extend(config.enriquecimento.is_some().then_some(Canal::Enriquecimento));
        canais.extend([Canal::Carta, Canal::Negativacao]); // need nobody but ourselves
    }
    canais.sort_unstable();
    canais.dedup();
    canais
        .into_iter()
        .map(|canal| match canal {
            Canal::Email => Ok(Saida::Email {
                cliente: Box::new(mail_client(config)?),
                remetente: Box::new(remetente(config)?),
                sessoes: config.smtp.max_sessoes,
            }),
            Canal::Sms => Ok(Saida::Sms { cliente: sms_client(config)? }),
            Canal::Carta => Ok(Saida::Carta),
            Canal::Enriquecimento => Ok(Saida::Enriquecimento { cliente: enrichment_client(config)? }),
            Canal::Negativacao => Ok(Saida::Negativacao),
        })
        .collect()
}

/// The shortest secret that an address is kept by.
const MIN_SEGREDO: usize = 16;

/// As whom e-mails are sent: what the configuration says of it.
///
/// # Errors
/// A key, an address or a secret of it cannot be used.
pub fn remetente(config: &Config) -> Result<Remetente, RunError> {
    let secao = &config.smtp;
    let assina = |dkim: &config::Dkim| Dkim::new(&dkim.seletor, &dkim.dominio, dkim.chave.expor());
    let avisos = secao.segredo_avisos.as_ref().map(config::Segredo::expor);
    if avisos.is_some_and(|segredo| segredo.len() < MIN_SEGREDO || !segredo.bytes().all(url_safe)) {
        return Err(RunError::SegredoCurto);
    }
    let segredo = secao.segredo_descadastro.as_ref().map(config::Segredo::expor);
    Ok(Remetente {
        retorno: secao.retorno.clone(),
        dkim: secao.dkim.as_ref().map(assina).transpose()?,
        descadastro: Descadastro::from_config(config.http.endereco_publico.as_deref(), segredo)?,
        avisos: avisos.map(Segredo::new),
        ..Remetente::new(&secao.remetente_dominio)
    })
}

/// Whether it stands in a path as it is.
fn url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn mail_client(config: &Config) -> Result<ClienteSmtp, RunError> {
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
    smtp.max_sessoes = secao.max_sessoes.into();
    Ok(ClienteSmtp::new(smtp)?)
}

fn sms_client(config: &Config) -> Result<ClienteSms, RunError> {
    let secao = config.sms.as_ref().ok_or(RunError::SemSms)?;
    let conta = secao.read().map_err(|erro| RunError::SmsIlegivel(erro.to_string()))?;
    ClienteSms::new(conta, Arc::new(http_client(config)?)).map_err(|erro| RunError::Provedor("sms", erro))
}

fn enrichment_client(config: &Config) -> Result<ClienteEnriquecimento, RunError> {
    let secao = config.enriquecimento.as_ref().ok_or(RunError::SemEnriquecimento)?;
    let conta = secao.read().map_err(|erro| RunError::EnriquecimentoIlegivel(erro.to_string()))?;
    ClienteEnriquecimento::new(conta, Arc::new(http_client(config)?))
        .map_err(|erro| RunError::Provedor("enriquecimento", erro))
}

/// The caller of every provider over HTTP, with as many connections to each as calls at a time.
fn http_client(config: &Config) -> Result<Cliente, RunError> {
    Ok(Cliente::new(&providers::http::Config {
        prazo: PRAZO_HTTP,
        conexoes_por_destino: config.dispatcher.concorrencia.into(),
        permite_rede_interna: config.dispatcher.rede_interna,
        ..providers::http::Config::default()
    })?)
}

/// Relays, consumes, sweeps and serves the API until the end is asked for.
///
/// # Errors
/// Something it needs was not configured, or the database or the address to listen on cannot be used.
pub async fn run(config: &Config, fim: &Encerramento) -> Result<(), RunError> {
    let url = config.banco.url.as_ref().ok_or(RunError::SemBanco)?.expor();
    let amqp = config.amqp.url.as_ref().ok_or(RunError::SemAmqp)?;
    let saidas = saidas(config)?;
    let listener = TcpListener::bind(config.http.socket())?;
    let connect = || Banco::connect(url, Papel::Dispatcher, config.banco.conexoes);
    let (banco, da_api) = (connect()?, connect()?);
    let bus: Arc<dyn Bus> = Arc::new(Amqp::connect(amqp.expor(), "dispatcher")?);
    let dispatcher =
        Dispatcher::new(banco, Arc::clone(&bus), saidas, Relogio::Sistema, Ajustes::from_config(config));
    let servidor = server(config, (listener, da_api), Arc::clone(&bus), Arc::clone(&dispatcher))?;
    tracing::info!(http.endereco = %servidor.addr(), "dispatcher no ar");
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
    (listener, banco): (TcpListener, Banco),
    bus: Arc<dyn Bus>,
    dispatcher: Arc<Dispatcher>,
) -> std::io::Result<web::Servidor> {
    let base = servico::Contexto { banco: banco.clone(), relogio: Relogio::Sistema };
    let contexto = Contexto::new(base.clone(), dispatcher);
    let mut servidor = web::ServerConfig::new(listener, INFO, servico::autenticador(base)).with(&config.http);
    servidor.pronto = readiness(&servico::prontidao(banco), bus);
    servidor.publicas = PUBLICAS.to_vec();
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
