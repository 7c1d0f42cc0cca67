//! The routes of the service.

mod arquivos;
mod avisos;
mod canais;
mod consultas;
mod coringas;
mod descadastro;
mod enriquecimento;
mod execucoes;
mod intervencoes;
mod linha_do_tempo;
mod negativacoes;
mod recibos;
mod retornos;
mod templates;

use std::sync::Arc;

use actix_web::web::Data;
use domain::sms::Perfil;
use render::sms::Opcoes;
use web::{Codigo, ServiceConfig};

use crate::Dispatcher;

/// What of the service needs no key: what providers call, and people who were sent an e-mail.
pub const PUBLICAS: [&str; 2] = [recibos::RAIZ, crate::descadastro::RAIZ];

/// The codes that only this service answers.
pub static CODIGOS: &[&Codigo] = &[
    &intervencoes::ESTADO_NAO_PERMITE,
    &arquivos::baixa::ARQUIVO_EM_PREPARO,
    &arquivos::baixa::ARQUIVO_VAZIO,
    &arquivos::baixa::ARQUIVO_SEM_INDICE,
    &arquivos::baixa::ARQUIVO_EXPURGADO,
    &arquivos::marcas::ARQUIVO_NAO_PERMITE,
    &negativacoes::credenciais::CREDENCIAL_EXISTENTE,
    &negativacoes::credenciais::CREDENCIAL_SEM_CNPJ,
    &negativacoes::retornos::RETORNO_INVALIDO,
    &negativacoes::retornos::RETORNO_DE_OUTRA_REMESSA,
    &recibos::RECIBO_ILEGIVEL,
    &recibos::RECIBO_SEM_AUTENTICIDADE,
    &templates::TEMPLATE_EXISTENTE,
    &templates::TEMPLATE_EM_USO,
    &templates::TEMPLATE_ARQUIVADO,
];

/// What the handlers work with. A type of its own, because one process may serve several services, each with its own
/// database role.
#[derive(Clone)]
pub struct Contexto {
    servico: servico::Contexto,
    dispatcher: Arc<Dispatcher>,
}

impl Contexto {
    /// Handlers use the pool of `servico`, which should not be the consumers': sending must not keep the API waiting. What
    /// providers call is read by those that `dispatcher` sends with.
    #[must_use]
    pub fn new(servico: servico::Contexto, dispatcher: Arc<Dispatcher>) -> Self {
        Self { servico, dispatcher }
    }

    /// As what an SMS would leave; where none does, as the network has it.
    fn sms(&self) -> Opcoes {
        let do_provedor = self.dispatcher.vias.iter().find_map(|via| via.saida.sms());
        do_provedor.unwrap_or(Opcoes { perfil: Perfil::REDE, transliterar: true })
    }
}

/// Adds the routes of the service and what they work with.
pub fn configure(config: &mut ServiceConfig<'_>, contexto: Contexto) {
    config.app_data(Data::new(contexto)).configure(routes);
    config.map(|plain| {
        plain
            .service(avisos::receive()) // before `{provedor}`, which would take it
            .service(retornos::receive)
            .service(recibos::receive)
            .service(descadastro::page)
            .service(descadastro::unsubscribe)
    });
}

/// Adds the routes alone: enough for the OpenAPI document.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(execucoes::list)
        .service(execucoes::resumo) // before `{id}`, which would take it
        .service(execucoes::get)
        .service(linha_do_tempo::list)
        .service(intervencoes::reprocess)
        .service(intervencoes::settle)
        .service(canais::list)
        .service(canais::stop)
        .service(canais::resume)
        .service(templates::preview) // before `{id}`, which would take it
        .service(templates::post)
        .service(templates::list)
        .service(templates::get)
        .service(templates::versions)
        .service(templates::patch)
        .service(templates::archive)
        .service(templates::apagar)
        .service(negativacoes::list)
        .service(negativacoes::prazos::tally)
        .service(negativacoes::prazos::list) // before `{id}`, which would take it
        .service(negativacoes::get)
        .service(negativacoes::take_off)
        .service(negativacoes::credenciais::list)
        .service(negativacoes::credenciais::create)
        .service(negativacoes::credenciais::get)
        .service(negativacoes::credenciais::change)
        .service(negativacoes::retornos::remessas)
        .service(negativacoes::retornos::list)
        .service(negativacoes::retornos::receive)
        .service(coringas::list)
        .service(consultas::list)
        .service(consultas::get)
        .service(enriquecimento::get)
        .service(enriquecimento::update)
        .service(arquivos::list)
        .service(arquivos::get)
        .service(arquivos::to_take_out)
        .service(arquivos::baixa::content)
        .service(arquivos::baixa::index)
        .service(arquivos::marcas::print)
        .service(arquivos::marcas::post)
        .service(arquivos::marcas::bring_back);
}
