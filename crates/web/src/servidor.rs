//! The assembled server: routes of a service inside the house's middlewares.

mod cota;
mod metricas;
mod observacao;
mod saude;

use std::collections::BTreeSet;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_cors::Cors;
use actix_web::dev::{ResourceDef, Server, ServerHandle};
use actix_web::http::Uri;
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpServer};
use futures_util::future::BoxFuture;
use runtime::Encerramento;
use runtime::config::Http;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::SwaggerUi;

use crate::autenticacao::{Autenticador, Conhecidas, autenticar};
use crate::entrada::{LIMITE_CORPO, LimiteCorpo};
use crate::openapi::{InfoApi, documento, operacoes, takes_version};
use crate::problema::Problema;

use cota::Cotas;
pub(crate) use cota::Saldo;
pub use observacao::RequestId;

/// A head that takes longer than this is a slow loris, not a client.
const PRAZO_CABECALHO: Duration = Duration::from_secs(5);
/// Longer than the 60 s of common gateways, so that it is they who close an idle connection.
const CONEXAO_OCIOSA: Duration = Duration::from_secs(75);
/// What a request in flight gets after the end was asked for.
const PRAZO_PARADA_S: u64 = 25;
/// Histograms are folded this often when nobody scrapes.
const FAXINA: Duration = Duration::from_secs(30);
/// Seconds a browser may remember a preflight.
const PREFLIGHT_S: usize = 3_600;

/// Whether what the service depends on answers: `Err` names what does not.
pub type Prontidao = Arc<dyn Fn() -> BoxFuture<'static, Result<(), Vec<&'static str>>> + Send + Sync>;

/// How a service is served.
pub struct ServerConfig {
    /// Where to listen; bound by the caller, who thereby knows the port.
    pub listener: TcpListener,
    /// What the OpenAPI document says of itself.
    pub info: InfoApi,
    /// How keys are looked up.
    pub autenticador: Autenticador,
    /// Readiness; ready from the start unless set.
    pub pronto: Prontidao,
    /// Origins a browser may call from; none unless set.
    pub cors: Vec<String>,
    /// Requests a minute that each key has; no limit unless set, nor with 0.
    pub pedidos_por_minuto: u32,
    /// Bytes of a body.
    pub limite_corpo: usize,
    /// Paths under `/v1` that need no key, with everything beneath them (`/v1/recibos`).
    pub publicas: Vec<&'static str>,
    /// Threads; as many as cores unless set.
    pub workers: Option<usize>,
}

/// A server that listens and is not yet running.
pub struct Servidor {
    server: Server,
    addr: SocketAddr,
    parada: Parada,
}

/// Stops a server, from anywhere.
#[derive(Clone)]
pub struct Parada {
    handle: ServerHandle,
    estado: Data<Estado>,
}

/// What the middlewares share.
pub(crate) struct Estado {
    pub(crate) autenticador: Autenticador,
    pub(crate) conhecidas: Conhecidas,
    pub(crate) cotas: Option<Cotas>,
    pronto: Prontidao,
    publicas: Vec<&'static str>,
    rotas: Vec<(ResourceDef, Vec<&'static str>)>,
    /// The operations that compare an `If-Match`, by address and method.
    versionadas: BTreeSet<(String, &'static str)>,
    encerrando: AtomicBool,
}

impl ServerConfig {
    /// The usual server.
    #[must_use]
    pub fn new(listener: TcpListener, info: InfoApi, autenticador: Autenticador) -> Self {
        Self {
            listener,
            info,
            autenticador,
            pronto: Arc::new(|| Box::pin(async { Ok(()) })),
            cors: Vec::new(),
            pedidos_por_minuto: 0,
            limite_corpo: LIMITE_CORPO,
            publicas: Vec::new(),
            workers: None,
        }
    }

    /// As the process was told to serve.
    #[must_use]
    pub fn with(self, http: &Http) -> Self {
        Self { cors: http.cors.clone(), pedidos_por_minuto: http.pedidos_por_minuto, ..self }
    }
}

/// Assembles the server of the routes that `configure` adds. It listens at once and answers when [`Servidor::run`] or
/// [`Servidor::run_until`] is awaited inside a tokio runtime.
///
/// # Errors
/// A listener that cannot be used, or a CORS origin that is none.
pub fn serve<F>(config: ServerConfig, configure: F) -> io::Result<Servidor>
where
    F: Fn(&mut ServiceConfig<'_>) + Clone + Send + 'static,
{
    check_origins(&config.cors)?;
    let addr = config.listener.local_addr()?;
    let documento = documento(config.info, &configure);
    let estado = Data::new(Estado {
        autenticador: config.autenticador,
        conhecidas: Conhecidas::default(),
        cotas: Cotas::new(config.pedidos_por_minuto),
        pronto: config.pronto,
        publicas: config.publicas,
        rotas: rotas(&documento),
        versionadas: versionadas(&documento),
        encerrando: AtomicBool::new(false),
    });
    let (compartilhado, cors, limite) = (estado.clone(), config.cors, LimiteCorpo(config.limite_corpo));
    metricas::instalar();
    let fabrica = move || {
        App::new()
            .app_data(compartilhado.clone())
            .app_data(limite)
            .into_utoipa_app()
            .configure(&configure)
            .into_app()
            .configure(saude::rotas)
            .service(SwaggerUi::new("/docs/{_:.*}").url("/openapi.json", documento.clone()))
            .default_service(web::to(saude::recusar))
            .wrap(from_fn(autenticar))
            .wrap(Condition::new(!cors.is_empty(), cors_de(&cors)))
            .wrap(from_fn(observacao::observar))
            .wrap(Compress::default())
    };
    let mut http = HttpServer::new(fabrica)
        .client_request_timeout(PRAZO_CABECALHO)
        .keep_alive(CONEXAO_OCIOSA)
        .shutdown_timeout(PRAZO_PARADA_S)
        .disable_signals();
    if let Some(workers) = config.workers {
        http = http.workers(workers);
    }
    let server = http.listen(config.listener)?.run();
    let parada = Parada { handle: server.handle(), estado };
    Ok(Servidor { server, addr, parada })
}

impl Servidor {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The means to stop it.
    #[must_use]
    pub fn parada(&self) -> Parada {
        self.parada.clone()
    }

    /// Serves until [`Parada::parar`].
    ///
    /// # Errors
    /// When the operating system takes the socket away.
    pub async fn run(self) -> io::Result<()> {
        tokio::select! {
            fim = self.server => fim,
            () = metricas::faxina(FAXINA) => Ok(()),
        }
    }

    /// Serves until the end is asked for, then finishes what is in flight.
    ///
    /// # Errors
    /// As [`Servidor::run`].
    pub async fn run_until(self, encerramento: &Encerramento) -> io::Result<()> {
        let parada = self.parada();
        let fim = async {
            encerramento.aguardar().await;
            parada.parar().await;
        };
        tokio::join!(self.run(), fim).0
    }
}

impl Parada {
    /// Readiness turns to 503, connections are closed after their answer, requests in flight get 25 s. Answers when
    /// the server is down.
    pub async fn parar(&self) {
        self.estado.encerrando.store(true, Ordering::Release);
        self.handle.stop(true).await;
    }
}

impl Estado {
    /// Whether `caminho` is reached with a key only. It must be the path as the router sees it, not as it was sent.
    pub(crate) fn exige_chave(&self, caminho: &str) -> bool {
        let dentro_de = |raiz: &str| {
            caminho.strip_prefix(raiz).is_some_and(|resto| resto.is_empty() || resto.starts_with('/'))
        };
        dentro_de("/v1") && !self.publicas.iter().any(|publica| dentro_de(publica))
    }

    /// What is answered where no route takes a request: 404, or 405 if it is only the method that the address does not have.
    pub(crate) fn refusal(&self, req: &HttpRequest) -> Problema {
        let caminho = req.match_info().as_str();
        // In order of their text a fixed address stands before one with an id in the same place.
        let metodos = self.rotas.iter().find(|(rota, _)| rota.is_match(caminho)).map(|(_, metodos)| metodos);
        match metodos {
            Some(metodos) if !metodos.contains(&req.method().as_str()) => {
                Problema::metodo(&metodos.join(", "))
            }
            Some(_) | None => Problema::nao_encontrado(),
        }
    }

    /// Whether the operation that this request is for compares its `If-Match`, as the document says.
    pub(crate) fn checks_version(&self, req: &HttpRequest) -> bool {
        let metodo = req.method().as_str();
        req.match_pattern().is_some_and(|rota| {
            self.versionadas.iter().any(|(caminho, dela)| *caminho == rota && *dela == metodo)
        })
    }

    pub(crate) fn encerrando(&self) -> bool {
        self.encerrando.load(Ordering::Acquire)
    }
}

fn rotas(documento: &OpenApi) -> Vec<(ResourceDef, Vec<&'static str>)> {
    let caminhos = documento.paths.paths.iter();
    caminhos
        .map(|(caminho, item)| {
            (ResourceDef::new(caminho.as_str()), operacoes(item).map(|(metodo, _)| metodo).collect())
        })
        .collect()
}

fn versionadas(documento: &OpenApi) -> BTreeSet<(String, &'static str)> {
    let operacoes = documento.paths.paths.iter().flat_map(|(caminho, item)| {
        operacoes(item)
            .filter(|(_, operacao)| takes_version(operacao))
            .map(|(metodo, _)| (caminho.clone(), metodo))
    });
    operacoes.collect()
}

fn check_origins(origens: &[String]) -> io::Result<()> {
    for origem in origens {
        let uri = origem.parse::<Uri>().ok();
        let boa =
            uri.is_some_and(|uri| uri.scheme().is_some() && uri.authority().is_some() && uri.path() == "/");
        if !boa || origem.ends_with('/') {
            let texto = format!("http.cors: `{origem}` não é uma origem como https://painel.exemplo.com.br");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, texto));
        }
    }
    Ok(())
}

fn cors_de(origens: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "PUT", "POST", "PATCH", "DELETE"])
        .allowed_headers(["authorization", "content-type", "idempotency-key", "if-match", "x-request-id"])
        .expose_headers([
            "etag",
            "idempotency-replayed",
            "location",
            "link",
            "ratelimit",
            "ratelimit-policy",
            "retry-after",
            "x-request-id",
        ])
        .max_age(PREFLIGHT_S);
    origens.iter().fold(cors, |cors, origem| cors.allowed_origin(origem))
}
