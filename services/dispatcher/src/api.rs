//! The routes of the service.

mod coringas;
mod execucoes;

use actix_web::web::Data;
use web::{Codigo, ServiceConfig};

/// The codes that only this service answers: none yet.
pub static CODIGOS: &[&Codigo] = &[];

/// What the handlers work with. A type of its own, because one process may serve several services, each with its own
/// database role.
#[derive(Clone)]
pub struct Contexto {
    servico: servico::Contexto,
}

impl Contexto {
    /// Handlers use the pool of `servico`, which should not be the consumers': sending must not keep the API waiting.
    #[must_use]
    pub fn new(servico: servico::Contexto) -> Self {
        Self { servico }
    }
}

/// Adds the routes of the service and what they work with.
pub fn configure(config: &mut ServiceConfig<'_>, contexto: Contexto) {
    config.app_data(Data::new(contexto)).configure(routes);
}

/// Adds the routes alone: enough for the OpenAPI document.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(execucoes::list)
        .service(execucoes::resumo) // before `{id}`, which would take it
        .service(execucoes::get)
        .service(coringas::list);
}
