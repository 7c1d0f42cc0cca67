//! The routes of the service.

mod cobertura;
mod codigos;
mod criterios;
mod edicao;
mod entrada;
mod explicacao;
mod impacto;
mod inscricoes;
mod leitura;
mod mudar;
mod noites;
mod posicoes;
mod regras;
mod reguas;
mod simulacoes;
mod templates;

use std::sync::Arc;

use actix_web::web::Data;
use web::ServiceConfig;

use crate::Engine;

use codigos::NOITE_ANTERIOR;
pub use codigos::{CODIGOS, CODIGOS_DE_CAMPO};
pub use explicacao::reasons_page;

/// What the handlers work with.
#[derive(Clone)]
pub struct Contexto {
    servico: servico::Contexto,
    engine: Arc<Engine>,
}

impl Contexto {
    /// Handlers use the pool of `servico`, which should not be the engine's: a night must not keep the API waiting.
    #[must_use]
    pub fn new(servico: servico::Contexto, engine: Arc<Engine>) -> Self {
        Self { servico, engine }
    }
}

/// Adds the routes of the service and what they work with.
pub fn configure(config: &mut ServiceConfig<'_>, contexto: Contexto) {
    config.app_data(Data::new(contexto)).configure(routes);
}

/// Adds the routes alone: enough for the OpenAPI document.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(reguas::post)
        .service(reguas::list)
        .service(reguas::get)
        .service(reguas::patch)
        .service(reguas::ativar)
        .service(reguas::desativar)
        .service(reguas::arquivar)
        .service(posicoes::post)
        .service(posicoes::delete)
        .service(posicoes::post_acao)
        .service(posicoes::patch_acao)
        .service(posicoes::delete_acao)
        .service(noites::post)
        .service(noites::list)
        .service(noites::get)
        .service(simulacoes::post)
        .service(simulacoes::list)
        .service(simulacoes::get)
        .service(simulacoes::cancel)
        .service(inscricoes::list)
        .service(explicacao::get)
        .service(cobertura::get)
        .service(cobertura::list);
}
