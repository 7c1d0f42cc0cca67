//! The routes of the service.

mod chaves;
mod empresa;
mod entrada;
mod situacao;
mod titulos;

use actix_web::web::Data;
use web::{Codigo, ServiceConfig};

/// A transition that the título's status does not allow.
static STATUS_NAO_PERMITE: Codigo = Codigo::new(
    "status_nao_permite",
    409,
    "O status do título não permite",
    "O título já foi pago, cancelado ou negociado, ou é parcela de acordo, e a mudança pedida não é possível.",
);

/// The codes that only this service answers.
pub static CODIGOS: &[&Codigo] = &[&STATUS_NAO_PERMITE];

/// The codes that only this service puts in `erros[].codigo`, with their meaning.
pub static CODIGOS_DE_CAMPO: &[(&str, &str)] = &[
    ("documento_de_outro_devedor", "O CPF/CNPJ pertence a um devedor e o código de integração a outro."),
    ("parcela_de_acordo", "O código de integração é de uma parcela de acordo, que só muda pela negociação."),
];

/// What the handlers work with. A type of its own, because one process may serve several services, each with its own
/// database role.
#[derive(Clone)]
pub struct Contexto {
    servico: servico::Contexto,
}

impl Contexto {
    /// Handlers use the pool of `servico`.
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
        .service(empresa::get)
        .service(empresa::patch)
        .service(chaves::post)
        .service(chaves::list)
        .service(chaves::revoke)
        .service(titulos::upsert)
        .service(titulos::list)
        .service(titulos::get)
        .service(situacao::pagar)
        .service(situacao::cancelar)
        .service(situacao::suspender)
        .service(situacao::reabrir);
}
