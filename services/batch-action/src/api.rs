//! The routes of the service.

mod acoes;
mod codigos;
mod confirmacao;
mod importada;
mod itens;
mod listas;
mod mensagem;
mod modelos;
mod planilha;
mod previa;
mod saida;
mod selecao;

use std::sync::Arc;

use actix_web::web::Data;
use domain::ids::LoteId;
use store::lotes::{self, Lote, Recusa};
use store::{StoreError, Tenant};
use web::{Autorizado, Problema, Resposta, SeVersao, ServiceConfig, etag};

use crate::Trabalhador;

pub use codigos::{CODIGOS, CODIGOS_DE_CAMPO, line_codes};

/// What the handlers work with.
#[derive(Clone)]
pub struct Contexto {
    servico: servico::Contexto,
    trabalhador: Arc<Trabalhador>,
}

impl Contexto {
    /// Handlers use the pool of `servico`; the worker has one of its own.
    #[must_use]
    pub fn new(servico: servico::Contexto, trabalhador: Arc<Trabalhador>) -> Self {
        Self { servico, trabalhador }
    }

    /// Lets the worker look at once: something was confirmed or called off.
    fn wake(&self) {
        self.trabalhador.wake();
    }
}

/// Adds the routes of the service and what they work with.
pub fn configure(config: &mut ServiceConfig<'_>, contexto: Contexto) {
    config.app_data(Data::new(contexto)).configure(routes);
}

/// Adds the routes alone: enough for the OpenAPI document.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(acoes::post)
        .service(acoes::list)
        .service(acoes::get)
        .service(acoes::cancel)
        .service(selecao::put)
        .service(selecao::sample)
        .service(importada::put)
        .service(importada::errors)
        .service(mensagem::put)
        .service(previa::get)
        .service(confirmacao::get)
        .service(confirmacao::post)
        .service(itens::list)
        .service(listas::aptos)
        .service(listas::detail)
        .service(listas::keep_aptos)
        .service(listas::keep_detail)
        .service(modelos::list)
        .service(modelos::get);
}

/// What a step answers.
type Passo = Result<Result<(), Problema>, StoreError>;

/// Takes one step of a batch, if it is still the version that the caller saw, and answers the batch.
async fn step<E>(
    contexto: &Contexto,
    acesso: &Autorizado<E>,
    (id, vista): (LoteId, Option<SeVersao>),
    mut passo: impl FnMut(&mut Tenant<'_>, &Lote) -> Passo + Send + 'static,
) -> Result<Resposta, Problema> {
    let gravar = move |t: &mut Tenant<'_>| {
        let Some(lote) = lotes::lock(t, id)? else { return Ok(Err(Problema::nao_encontrado())) };
        let confere = vista.as_ref().map_or(Ok(()), |vista| vista.confere(lote.versao));
        let feito = match confere {
            Ok(()) => passo(t, &lote)?,
            recusa => recusa,
        };
        match feito {
            Ok(()) => Ok(Ok(answer(t, id)?)),
            Err(recusa) => Ok(Err(recusa)),
        }
    };
    contexto.servico.gravar(acesso, gravar).await
}

/// The batch as it is, with its version.
fn answer(t: &mut Tenant<'_>, id: LoteId) -> Result<Resposta, StoreError> {
    let acao = saida::AcaoEmLote::load(t, id)?.ok_or(StoreError::Unknown("acao_em_lote"))?;
    Ok(Resposta::ok(&acao).com_versao(etag(acao.versao)))
}

fn forbidden(Recusa(estado): Recusa) -> Problema {
    let detalhe = format!("a ação está em {estado}");
    Problema::conflito(&codigos::ACAO_NAO_PERMITE, detalhe)
}

fn out_of_use() -> Problema {
    Problema::conflito(&codigos::MENSAGEM_FORA_DE_USO, "o template foi arquivado ou apagado; escolha outro")
}
