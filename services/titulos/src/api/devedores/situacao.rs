//! Everything about one debtor in one call: what a person reads before speaking with somebody.

use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{DateTime, NaiveDate, Utc};
use deserr::Deserr;
use domain::dinheiro::Centavos;
use domain::ids::DevedorId;
use domain::titulo::StatusTitulo;
use serde::Serialize;
use store::titulos::{self, Filtro, Ordem, Trecho};
use store::{StoreError, Tenant, negociacoes};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Autorizado, Caminho, Consulta, ErrosCampo, Problema, escopos, esquema};

use super::super::Contexto;
use super::super::calendario::Calendario;
use super::super::negociacoes::Negociacao;
use super::super::titulos::Titulo;
use super::saida::{Devedor, load};

/// More than a screen shows; the lists page through the rest.
const MAX_TITULOS: i64 = 500;
const MAX_NEGOCIACOES: i64 = 50;
/// What is neither paid nor cancelled.
const EM_PE: [StatusTitulo; 3] = [StatusTitulo::Aberto, StatusTitulo::Suspenso, StatusTitulo::Negociado];

/// A situação inteira de um devedor.
#[derive(Serialize, ToSchema)]
pub(super) struct SituacaoDevedor {
    /// O cadastro, com os meios de contato.
    devedor: Devedor,
    /// Dia a que os valores atualizados se referem.
    em: NaiveDate,
    /// Soma do que se deve dos títulos abertos listados, com encargos.
    #[schema(value_type = esquema::Soma)]
    saldo_atualizado: String,
    /// A parte dela que está vencida.
    #[schema(value_type = esquema::Soma)]
    vencido_atualizado: String,
    /// Dias de atraso do título aberto mais atrasado; zero sem atraso.
    maior_atraso: i64,
    /// Títulos abertos, suspensos e negociados, por vencimento; no máximo 500.
    titulos: Vec<Titulo>,
    /// Se há mais títulos do que os listados: veja `GET /v1/titulos?devedor_id=`.
    ha_mais_titulos: bool,
    /// Negociações, a mais nova primeiro; no máximo 50.
    negociacoes: Vec<Negociacao>,
}

#[derive(Deserr, IntoParams)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Dia {
    /// Dia dos valores atualizados; ausente, hoje no fuso da empresa.
    #[deserr(default)]
    #[param(value_type = Option<esquema::Dia>, inline)]
    em: Option<NaiveDate>,
}

/// Lê a situação inteira de um devedor: cadastro, contatos, títulos com o valor atualizado e negociações.
#[utoipa::path(
    operation_id = "ler_situacao_do_devedor",
    tag = "Devedores",
    params(("id" = Uuid, Path, description = "Id do devedor."), Dia),
    responses((status = 200, description = "A situação do devedor.", body = SituacaoDevedor)),
    security(("chave_api" = ["titulos:ler"])),
)]
#[get("/v1/devedores/{id}/situacao")]
pub(in crate::api) async fn inteira(
    acesso: Autorizado<escopos::titulos::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    dia: Consulta<Dia>,
) -> Result<Json<SituacaoDevedor>, Problema> {
    let (id, em, agora) = (DevedorId::new(id.0), dia.0.em, contexto.servico.relogio.agora());
    let lida = contexto.servico.da_empresa_em_um_instante(&acesso, move |t| read(t, id, em, agora));
    lida.await?.map(Json).ok_or_else(Problema::nao_encontrado)
}

fn read(
    t: &mut Tenant<'_>,
    id: DevedorId,
    em: Option<NaiveDate>,
    agora: DateTime<Utc>,
) -> Result<Option<SituacaoDevedor>, StoreError> {
    let Some((devedor, _)) = load(t, id)? else { return Ok(None) };
    let dia = Calendario::load(t, agora)?;
    let filtro = Filtro { devedor: Some(id.uuid()), status: EM_PE.to_vec(), ..Filtro::default() };
    let trecho = Trecho { ordem: Ordem::Vencimento, ..Trecho::first(MAX_TITULOS + 1) };
    let mut lidos = titulos::list(t, &filtro, &trecho)?;
    let mostrados = usize::try_from(MAX_TITULOS).unwrap_or(usize::MAX);
    let ha_mais_titulos = lidos.len() > mostrados;
    lidos.truncate(mostrados);
    let atualizados = titulos::atualizar(t, &lidos, em, agora)?;
    let abertos =
        || lidos.iter().zip(&atualizados).filter(|(l, _)| l.status == StatusTitulo::Aberto.as_str());
    let vencidos = || abertos().filter(|(_, a)| a.dias_atraso > 0);
    let saldo_atualizado: Centavos = abertos().map(|(_, a)| a.devido.total()).sum();
    let vencido: Centavos = vencidos().map(|(_, a)| a.devido.total()).sum();
    let maior_atraso = vencidos().map(|(_, a)| a.dias_atraso).max().unwrap_or_default();
    let das_negociacoes = negociacoes::Filtro { devedor: Some(id.uuid()), ..negociacoes::Filtro::default() };
    let negociacoes = negociacoes::list(t, &das_negociacoes, true, None, MAX_NEGOCIACOES)?;
    Ok(Some(SituacaoDevedor {
        devedor,
        em: em.unwrap_or(dia.hoje),
        saldo_atualizado: saldo_atualizado.to_string(),
        vencido_atualizado: vencido.to_string(),
        maior_atraso,
        titulos: lidos.into_iter().zip(&atualizados).map(|(lido, a)| Titulo::new(lido, a)).collect(),
        ha_mais_titulos,
        negociacoes: negociacoes
            .into_iter()
            .map(|lida| Negociacao::new(lida, &dia))
            .collect::<Result<_, _>>()?,
    }))
}
