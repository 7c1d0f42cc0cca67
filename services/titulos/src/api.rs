//! The routes of the service.

mod calendario;
mod campos;
mod chaves;
mod contatos;
mod credores;
mod devedores;
mod empresa;
mod encargos;
mod endereco;
mod entrada;
mod envio;
mod historico;
mod identificacao;
pub(crate) mod importacoes;
mod indices;
mod mapeamentos;
mod negociacoes;
mod pagamentos;
mod politicas;
mod resultados;
mod situacao;
mod titulos;

use std::sync::Arc;

use actix_web::web::Data;
use tokio::sync::Notify;
use web::{Codigo, ServiceConfig};

pub use importacoes::line_codes;

/// A transition that the título's status does not allow.
static STATUS_NAO_PERMITE: Codigo = Codigo::new(
    "status_nao_permite",
    409,
    "O status do título não permite",
    "O título já foi pago, cancelado ou negociado, ou é parcela de acordo, e a mudança pedida não é possível.",
);

/// The codes that only this service answers.
pub static CODIGOS: &[&Codigo] = &[
    &STATUS_NAO_PERMITE,
    &negociacoes::TITULO_NAO_NEGOCIAVEL,
    &negociacoes::PROPOSTA_MUDOU,
    &negociacoes::NEGOCIACAO_COM_PAGAMENTO,
    &negociacoes::NEGOCIACAO_NAO_QUEBRA,
    &negociacoes::ACORDO_RENEGOCIADO,
    &politicas::POLITICA_NA_FAIXA,
    &resultados::RESULTADO_EXISTENTE,
    &pagamentos::PAGAMENTO_EXISTENTE,
    &situacao::NADA_A_PAGAR,
    &empresa::feriados::CALENDARIO_CHEIO,
    &devedores::DEVEDOR_EXISTENTE,
    &credores::CREDOR_EXISTENTE,
    &credores::CREDOR_EM_USO,
    &importacoes::IMPORTACAO_ENCERRADA,
    &importacoes::IMPORTACAO_SUPERADA,
];

/// The codes that only this service puts in `erros[].codigo`, with their meaning.
pub static CODIGOS_DE_CAMPO: &[(&str, &str)] = &[
    ("documento_de_outro_devedor", "O CPF/CNPJ pertence a um devedor e o código de integração a outro."),
    ("outro_devedor", "O título é de outro devedor que o primeiro da lista."),
    ("fora_da_politica", "A política de negociação da empresa não permite."),
    ("fora_de_uso", "O que foi escolhido não está mais em uso."),
    ("nao_combina", "Dois campos se contradizem."),
    ("parcela_de_acordo", "O código de integração é de uma parcela de acordo, que só muda pela negociação."),
    ("pagamento_existente", "O código de integração é de um pagamento de outro título, data ou valor."),
    ("acordo_renegociado", "O estorno desfaria um acordo do qual há parcela em outra negociação."),
    ("status_nao_permite", "A situação do título não permite o que se pediu."),
    ("nao_encontrado", "Não há nada guardado com este nome."),
];

/// What the handlers work with. A type of its own, because one process may serve several services, each with its own
/// database role.
#[derive(Clone)]
pub struct Contexto {
    servico: servico::Contexto,
    importacao_pedida: Arc<Notify>,
}

impl Contexto {
    /// Handlers use the pool of `servico`.
    #[must_use]
    pub fn new(servico: servico::Contexto) -> Self {
        Self { servico, importacao_pedida: Arc::default() }
    }

    /// Told of every import that is asked for, so that whoever works on them need not wait for the next look.
    pub(crate) fn importacao_pedida(&self) -> Arc<Notify> {
        Arc::clone(&self.importacao_pedida)
    }
}

/// Adds the routes of the service and what they work with.
pub fn configure(config: &mut ServiceConfig<'_>, contexto: Contexto) {
    config.app_data(Data::new(contexto)).configure(routes);
}

/// Adds the routes alone: enough for the OpenAPI document.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(cadastro).configure(carteira).configure(acordos).configure(arquivos);
}

/// The company, its keys, whom it works for and who owes.
fn cadastro(config: &mut ServiceConfig<'_>) {
    config
        .service(empresa::get)
        .service(empresa::patch)
        .service(empresa::feriados::list)
        .service(empresa::feriados::gravar)
        .service(empresa::feriados::apagar)
        .service(chaves::post)
        .service(chaves::list)
        .service(chaves::revoke)
        .service(credores::post)
        .service(credores::list)
        .service(credores::get)
        .service(credores::patch)
        .service(credores::apagar)
        .service(devedores::upsert)
        .service(devedores::list)
        .service(devedores::get)
        .service(devedores::patch)
        .service(devedores::inteira)
        .service(resultados::create)
        .service(resultados::list)
        .service(resultados::get)
        .service(resultados::change)
        .service(contatos::create)
        .service(contatos::list)
        .service(contatos::get);
}

/// What is owed, and what becomes of it.
fn carteira(config: &mut ServiceConfig<'_>) {
    config
        .service(titulos::upsert)
        .service(titulos::list)
        .service(titulos::get)
        .service(situacao::pagar)
        .service(situacao::cancelar)
        .service(situacao::suspender)
        .service(situacao::reabrir)
        .service(situacao::cancelar_muitos)
        .service(situacao::suspender_muitos)
        .service(situacao::reabrir_muitos)
        .service(historico::list)
        .service(indices::gravar)
        .service(indices::list)
        .service(pagamentos::registrar)
        .service(pagamentos::registrar_muitos)
        .service(pagamentos::estornar)
        .service(pagamentos::estornar_muitos)
        .service(pagamentos::list)
        .service(pagamentos::get);
}

/// What is agreed instead.
fn acordos(config: &mut ServiceConfig<'_>) {
    config
        .service(politicas::create)
        .service(politicas::list)
        .service(politicas::get)
        .service(politicas::replace)
        .service(politicas::delete)
        .service(negociacoes::propose)
        .service(negociacoes::create)
        .service(negociacoes::list)
        .service(negociacoes::get)
        .service(negociacoes::cancel)
        .service(negociacoes::break_up);
}

/// Files of títulos.
fn arquivos(config: &mut ServiceConfig<'_>) {
    config
        .service(importacoes::post)
        .service(importacoes::list)
        .service(importacoes::get)
        .service(importacoes::confirm)
        .service(importacoes::cancel)
        .service(importacoes::list_errors)
        .service(importacoes::errors_csv)
        .service(mapeamentos::put)
        .service(mapeamentos::list)
        .service(mapeamentos::get)
        .service(mapeamentos::remove);
}
