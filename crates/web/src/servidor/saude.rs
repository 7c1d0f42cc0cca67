//! What every service answers besides its own routes: health, readiness, numbers, and the refusal of everything else.

use std::time::Duration;

use actix_web::http::header::LOCATION;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::{Estado, metricas};
use crate::problema::{Problema, codigos};

/// A dependency that takes longer to answer is not ready.
const PRAZO_PRONTIDAO: Duration = Duration::from_secs(2);

pub(super) fn rotas(config: &mut ServiceConfig) {
    config
        .route("/healthz", web::get().to(vivo))
        .route("/readyz", web::get().to(pronto))
        .route("/metrics", web::get().to(numeros))
        .route("/docs", web::get().to(docs));
}

async fn vivo() -> HttpResponse {
    HttpResponse::Ok().json(json!({"estado": "vivo"}))
}

async fn pronto(estado: Data<Estado>) -> Result<HttpResponse, Problema> {
    let faltam = if estado.encerrando() {
        vec!["encerrando"]
    } else {
        match tokio::time::timeout(PRAZO_PRONTIDAO, (estado.pronto)()).await {
            Ok(Ok(())) => return Ok(HttpResponse::Ok().json(json!({"estado": "pronto"}))),
            Ok(Err(faltam)) => faltam,
            Err(_) => vec!["tempo esgotado"],
        }
    };
    tracing::warn!(faltam = ?faltam, "não pronto");
    Err(Problema::new(&codigos::INDISPONIVEL, format!("não pronto: {}", faltam.join(", "))))
}

async fn numeros() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(metricas::instalar().render())
}

async fn docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

/// No route took the request: either the path is nobody's, or it is somebody's with another method.
pub(super) async fn recusar(req: HttpRequest, estado: Data<Estado>) -> Result<HttpResponse, Problema> {
    Err(estado.refusal(&req))
}
