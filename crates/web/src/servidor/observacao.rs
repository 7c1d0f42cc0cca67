//! The outermost layer: every request gets an id, leaves one line in the log and one count in the metrics, and every
//! refusal leaves as a problem that carries that id.

use std::panic::AssertUnwindSafe;

use actix_cors::CorsError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use futures_util::FutureExt;
use runtime::{Cronometro, cronometro};
use tracing::{Instrument, Span};
use uuid::Uuid;

use super::{Estado, metricas};
use crate::autenticacao::Acesso;
use crate::problema::{MIDIA_PROBLEMA, Problema};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id of a caller's own that is kept.
const ID_MAX: usize = 64;
const SEM_ROTA: &str = "(nenhuma)";
const POLITICA_API: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const POLITICA_DOCS: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
);

/// The id of a request, in its extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(pub String);

/// What is known of a request before it is answered.
struct Pedido {
    id: String,
    metodo: &'static str,
    docs: bool,
    medida: Cronometro,
}

pub(super) async fn observar(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = request_id(req.headers());
    let pedido = Pedido {
        metodo: known_method(req.method()),
        docs: req.path().starts_with("/docs"),
        medida: cronometro(),
        id,
    };
    req.extensions_mut().insert(RequestId(pedido.id.clone()));
    let resultado = AssertUnwindSafe(next.call(req)).catch_unwind().instrument(span(&pedido.id)).await;
    match resultado {
        Ok(Ok(resposta)) => Ok(finish(resposta.map_into_boxed_body(), &pedido)),
        Ok(Err(erro)) => Err(give_up(to_problem(&erro), &pedido)),
        Err(_) => Err(give_up(panicked(&pedido.id), &pedido)),
    }
}

fn span(id: &str) -> Span {
    tracing::info_span!("requisicao", request_id = id)
}

fn panicked(id: &str) -> Problema {
    // The panic's own text went to standard error; it may hold anything, so it is not repeated.
    tracing::error!(request_id = id, "pânico ao atender a requisição");
    Problema::interno_sem_causa()
}

/// The caller's own id when it is short and plain, else a new one.
fn request_id(cabecalhos: &HeaderMap) -> String {
    let plain = |id: &&str| {
        (1..=ID_MAX).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let dado = cabecalhos.get(REQUEST_ID).and_then(|valor| valor.to_str().ok()).filter(plain);
    dado.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

fn known_method(metodo: &Method) -> &'static str {
    match *metodo {
        Method::GET => "GET",
        Method::PUT => "PUT",
        Method::POST => "POST",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "OUTRO",
    }
}

fn finish(resposta: ServiceResponse<BoxBody>, pedido: &Pedido) -> ServiceResponse<BoxBody> {
    let mut resposta = as_problem(resposta, &pedido.id);
    let encerrando = resposta.request().app_data::<Data<Estado>>().is_some_and(|estado| estado.encerrando());
    if encerrando {
        resposta.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    add_headers(resposta.headers_mut(), pedido);
    let rota = resposta.request().match_pattern();
    let empresa = resposta.request().extensions().get::<Acesso>().map(|acesso| acesso.empresa.to_string());
    report(pedido, rota.as_deref(), resposta.status().as_u16(), empresa.as_deref());
    resposta
}

/// A middleware failed or a handler panicked: there is no response to work on, only an error that will become one.
fn give_up(problema: Problema, pedido: &Pedido) -> Error {
    report(pedido, None, problema.codigo().status, None);
    problema.na_requisicao(&pedido.id).into()
}

/// The one line per request. The path and the query stay out: they name people.
fn report(pedido: &Pedido, rota: Option<&str>, status: u16, empresa: Option<&str>) {
    let rota = rota.unwrap_or(SEM_ROTA);
    metricas::registrar(pedido.metodo, rota, status, pedido.medida.decorrido());
    // Probes come every few seconds and say nothing when they are answered.
    if status < 400 && matches!(rota, "/healthz" | "/readyz" | "/metrics") {
        return;
    }
    tracing::info!(
        request_id = pedido.id,
        http.metodo = pedido.metodo,
        http.rota = rota,
        http.status = status,
        duracao_ms = pedido.medida.decorrido_ms(),
        empresa_id = empresa,
        "requisição respondida"
    );
}

/// Any refusal as a problem with the id of its request: ours, actix's own, and bare statuses.
fn as_problem(resposta: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let status = resposta.status();
    if !status.is_client_error() && !status.is_server_error() {
        return resposta;
    }
    let problema = match resposta.response().error() {
        Some(erro) => to_problem(erro),
        None => Problema::de_status(status),
    };
    let problema = problema.na_requisicao(id);
    let (req, mut resposta) = resposta.into_parts();
    resposta.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MIDIA_PROBLEMA));
    ServiceResponse::new(req, resposta.set_body(BoxBody::new(problema.json())))
}

fn to_problem(erro: &Error) -> Problema {
    if let Some(problema) = erro.as_error::<Problema>() {
        return problema.clone();
    }
    if let Some(erro) = erro.as_error::<CorsError>() {
        return Problema::cors(erro);
    }
    let status = erro.as_response_error().status_code();
    if status.is_server_error() {
        tracing::error!(erro = %erro, "erro interno");
    }
    Problema::de_status(status)
}

fn add_headers(cabecalhos: &mut HeaderMap, pedido: &Pedido) {
    if let Ok(id) = HeaderValue::from_str(&pedido.id) {
        cabecalhos.insert(REQUEST_ID, id);
    }
    cabecalhos.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    cabecalhos.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    cabecalhos.insert(CONTENT_SECURITY_POLICY, if pedido.docs { POLITICA_DOCS } else { POLITICA_API });
    if !pedido.docs && !cabecalhos.contains_key(CACHE_CONTROL) {
        cabecalhos.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
