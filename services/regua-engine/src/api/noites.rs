//! Nights: run one now, see how it goes.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use chrono::{DateTime, NaiveDate, Utc};
use deserr::Deserr;
use domain::ids::NoiteId;
use serde::Serialize;
use store::noites::{self, Abertura, NoiteLida, Ultima};
use store::{StoreError, Tenant, empresas};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{
    Autorizado, Caminho, Consulta, Corpo, ErroCampo, ErrosCampo, Pagina, Paginacao, Problema, Resposta,
    escopos, esquema,
};

use super::{Contexto, NOITE_ANTERIOR};

/// Pedido de uma noite.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct NoiteEntrada {
    /// Data da noite; se ausente, hoje no fuso da empresa. Não pode ser futura nem anterior à última.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dia>, example = "2026-03-10")]
    data: Option<NaiveDate>,
}

/// Uma noite: a passada diária pelos devedores da empresa.
#[derive(Serialize, ToSchema)]
struct Noite {
    /// Id.
    id: Uuid,
    /// Data, no fuso da empresa.
    #[schema(example = "2026-03-10")]
    data: NaiveDate,
    /// `andando`, `concluida`, ou `substituida`: uma noite posterior assumiu o que faltava.
    #[schema(example = "concluida")]
    estado: String,
    /// Devedores a olhar, contados quando a noite começou; quem mudar depois também é olhado.
    #[schema(example = 1200)]
    previstos: i64,
    /// Lotes gravados até agora.
    #[schema(example = 1)]
    lotes: i64,
    /// Enquanto anda, quantos segundos faltam no ritmo de até agora.
    #[schema(example = 0)]
    faltam_segundos: Option<i64>,
    /// Devedores olhados até agora.
    #[schema(example = 1200)]
    devedores: i64,
    /// Ações que passaram a ser devidas até agora.
    #[schema(example = 345)]
    acoes: i64,
    /// Quando começou.
    iniciada_em: DateTime<Utc>,
    /// Quando terminou.
    concluida_em: Option<DateTime<Utc>>,
}

impl Noite {
    fn new(lida: NoiteLida, agora: DateTime<Utc>) -> Self {
        Self {
            faltam_segundos: remaining(&lida, agora),
            previstos: lida.previstos,
            lotes: lida.lotes,
            id: lida.id,
            data: lida.data,
            estado: lida.estado,
            devedores: lida.devedores,
            acoes: lida.acoes,
            iniciada_em: lida.iniciada_em,
            concluida_em: lida.concluida_em,
        }
    }
}

/// At the pace so far; `None` before there is one, and when the night is over.
fn remaining(noite: &NoiteLida, agora: DateTime<Utc>) -> Option<i64> {
    let passou = (agora - noite.iniciada_em).num_milliseconds();
    let faltam = noite.previstos.saturating_sub(noite.devedores).max(0);
    let andando = noite.concluida_em.is_none() && 0 < passou && 0 < noite.devedores;
    andando.then(|| faltam.saturating_mul(passou).saturating_div(noite.devedores.saturating_mul(1_000)))
}

/// Roda a noite de uma data. Pedir de novo a mesma data devolve a noite que já existe.
#[utoipa::path(
    operation_id = "rodar_noite",
    tag = "Noites",
    request_body(content = NoiteEntrada, example = json!({"data": "2026-03-10"})),
    responses(
        (status = 202, description = "A noite começou; acompanhe no endereço de `Location`.", body = Noite,
         headers(("Location" = String, description = "Endereço da noite."))),
        (status = 200, description = "A noite dessa data já existia; nada mudou.", body = Noite),
    ),
    security(("chave_api" = ["noites:executar"])),
)]
#[post("/v1/noites")]
pub(super) async fn post(
    acesso: Autorizado<escopos::noites::Executar>,
    contexto: Data<Contexto>,
    corpo: Corpo<NoiteEntrada>,
) -> Result<Resposta, Problema> {
    let (agora, data) = (contexto.servico.relogio.agora(), corpo.0.data);
    let pedida = contexto.servico.gravar(&acesso, move |t| open(t, data, agora)).await?;
    contexto.engine.wake();
    Ok(pedida)
}

/// The first night that is not opened yet.
pub(super) fn next_to_open(ultima: Option<Ultima>, hoje: NaiveDate) -> NaiveDate {
    ultima.and_then(|ultima| ultima.data.succ_opt()).map_or(hoje, |seguinte| seguinte.max(hoje))
}

/// The first night that may still look at a debtor: one that is under way, too.
pub(super) fn next_to_look(ultima: Option<Ultima>, hoje: NaiveDate) -> NaiveDate {
    match ultima {
        Some(Ultima { data, andando: true }) => data.max(hoje),
        Some(_) | None => next_to_open(ultima, hoje),
    }
}

/// Lista as noites, a mais recente primeiro.
#[utoipa::path(
    operation_id = "listar_noites",
    tag = "Noites",
    params(Paginacao<NaiveDate>),
    responses((status = 200, description = "Uma página de noites.", body = Pagina<Noite>)),
    security(("chave_api" = ["noites:ler"])),
)]
#[get("/v1/noites")]
pub(super) async fn list(
    acesso: Autorizado<escopos::noites::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Paginacao<NaiveDate>>,
) -> Result<Pagina<Noite>, Problema> {
    let Paginacao { limite, cursor } = consulta.0;
    let (antes_de, agora) = (cursor.map(|cursor| cursor.0), contexto.servico.relogio.agora());
    let lidas = contexto.servico.da_empresa(&acesso, move |t| noites::list(t, antes_de, limite.com_folga()));
    Ok(Pagina::from_rows(lidas.await?, limite, |noite| noite.data).map(|lida| Noite::new(lida, agora)))
}

/// Lê uma noite: o progresso enquanto anda, os números quando termina.
#[utoipa::path(
    operation_id = "ler_noite",
    tag = "Noites",
    params(("id" = Uuid, Path, description = "Id da noite.")),
    responses((status = 200, description = "A noite.", body = Noite)),
    security(("chave_api" = ["noites:ler"])),
)]
#[get("/v1/noites/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::noites::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<NoiteId>,
) -> Result<Json<Noite>, Problema> {
    let lida = contexto.servico.da_empresa(&acesso, move |t| noites::get(t, id.0)).await?;
    Ok(Json(Noite::new(lida.ok_or_else(Problema::nao_encontrado)?, contexto.servico.relogio.agora())))
}

/// Opens the night of `data`, or of today in the company's zone; never one of a day to come.
fn open(
    t: &mut Tenant<'_>,
    data: Option<NaiveDate>,
    agora: DateTime<Utc>,
) -> Result<Result<Resposta, Problema>, StoreError> {
    let hoje = empresas::today(t, agora)?;
    let data = data.unwrap_or(hoje);
    if data > hoje {
        return Ok(Err(future(hoje)));
    }
    Ok(match noites::open(t, data, agora)? {
        Abertura::Passada { ultima } => {
            Err(Problema::conflito(&NOITE_ANTERIOR, format!("a última noite foi a de {ultima}")))
        }
        Abertura::JaExiste(noite) => Ok(Resposta::ok(&Noite::new(noite, agora))),
        Abertura::Nova(noite) => {
            Ok(Resposta::aceita(format!("/v1/noites/{}", noite.id), &Noite::new(noite, agora)))
        }
    })
}

fn future(hoje: NaiveDate) -> Problema {
    let detalhe = format!("hoje é {hoje} no fuso da empresa; a noite de uma data futura não roda antes dela");
    let erro = ErroCampo { campo: "/data".to_owned(), codigo: "data_futura".into(), detalhe: detalhe.into() };
    Problema::validacao(vec![erro])
}
