//! The status of a título: paid, cancelled, suspended, open again.

use actix_web::post;
use actix_web::web::{Data, Json};
use chrono::NaiveDate;
use chrono_tz::Tz;
use deserr::Deserr;
use domain::ids::TituloId;
use domain::titulo::{self, Mudanca, StatusTitulo};
use store::titulos::{RecusaSituacao, Transicao};
use store::{StoreError, Tenant, empresas, titulos};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Autorizado, Caminho, Corpo, ErroCampo, ErrosCampo, Problema, escopos, esquema};

use super::titulos::{Titulo, read};
use super::{Contexto, STATUS_NAO_PERMITE};

/// Registra o pagamento integral de um título. Repetir é seguro.
///
/// A partir da resposta 200 nenhuma mensagem nova contém o título. A primeira parcela paga confirma a negociação.
#[utoipa::path(
    operation_id = "pagar_titulo",
    tag = "Títulos",
    params(("id" = Uuid, Path, description = "Id do título.")),
    responses((status = 200, description = "O título, pago.", body = Titulo)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/titulos/{id}/pagamento")]
pub(super) async fn pagar(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<Titulo>, Problema> {
    change(&acesso, &contexto, id.0, titulo::pagar).await
}

/// Cancela um título: ele sai da cobrança. Repetir é seguro.
///
/// Uma parcela de acordo só é cancelada com a negociação inteira.
#[utoipa::path(
    operation_id = "cancelar_titulo",
    tag = "Títulos",
    params(("id" = Uuid, Path, description = "Id do título.")),
    responses((status = 200, description = "O título, cancelado.", body = Titulo)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/titulos/{id}/cancelamento")]
pub(super) async fn cancelar(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<Titulo>, Problema> {
    change(&acesso, &contexto, id.0, titulo::cancelar).await
}

/// Até quando suspender.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct Suspensao {
    /// Dia em que o título reabre sozinho, depois de hoje no fuso da empresa; ausente, só reabre quando pedido.
    #[deserr(default)]
    #[schema(value_type = Option<esquema::Dia>)]
    ate: Option<NaiveDate>,
}

/// Suspende um título: nenhuma ação o inclui, e o devedor fica onde está na régua. Repetir é seguro.
///
/// Suspender de novo com outra data (ou sem data) troca a data.
#[utoipa::path(
    operation_id = "suspender_titulo",
    tag = "Títulos",
    params(("id" = Uuid, Path, description = "Id do título.")),
    request_body(content = Suspensao, example = json!({"ate": "2026-06-30"})),
    responses((status = 200, description = "O título, suspenso.", body = Titulo)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/titulos/{id}/suspensao")]
pub(super) async fn suspender(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
    corpo: Corpo<Suspensao>,
) -> Result<Json<Titulo>, Problema> {
    let (titulo, ate, agora) = (TituloId::new(id.0), corpo.0.ate, contexto.servico.relogio.agora());
    let outcome = contexto
        .servico
        .da_empresa(acesso.empresa(), move |t| {
            let hoje = agora.with_timezone(&time_zone(t)?).date_naive();
            if ate.is_some_and(|ate| ate <= hoje) {
                return Ok(Err(too_early()));
            }
            titulos::suspend(t, titulo, ate, agora).map(Ok)
        })
        .await??;
    answer(outcome.map(|outcome| outcome.map_err(RecusaSituacao::Status)))?;
    read(&acesso, &contexto, id.0).await
}

/// Reabre um título suspenso: o devedor segue da régua onde estava. Repetir é seguro.
#[utoipa::path(
    operation_id = "reabrir_titulo",
    tag = "Títulos",
    params(("id" = Uuid, Path, description = "Id do título.")),
    responses((status = 200, description = "O título, aberto.", body = Titulo)),
    security(("chave_api" = ["titulos:escrever"])),
)]
#[post("/v1/titulos/{id}/reabertura")]
pub(super) async fn reabrir(
    acesso: Autorizado<escopos::titulos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<Titulo>, Problema> {
    change(&acesso, &contexto, id.0, titulo::reabrir).await
}

async fn change<E>(
    acesso: &Autorizado<E>,
    contexto: &Contexto,
    id: Uuid,
    transition: fn(StatusTitulo) -> Transicao,
) -> Result<Json<Titulo>, Problema> {
    let agora = contexto.servico.relogio.agora();
    let outcome = contexto
        .servico
        .da_empresa(acesso.empresa(), move |t| {
            titulos::change_status(t, TituloId::new(id), transition, agora)
        })
        .await?;
    answer(outcome)?;
    read(acesso, contexto, id).await
}

fn answer(outcome: Option<Result<Mudanca<StatusTitulo>, RecusaSituacao>>) -> Result<(), Problema> {
    let detalhe = match outcome.ok_or_else(Problema::nao_encontrado)? {
        Ok(_) => return Ok(()),
        Err(RecusaSituacao::Status(recusa)) => recusa.to_string(),
        Err(RecusaSituacao::ParcelaDeAcordo) => {
            "uma parcela de acordo só é cancelada com a negociação inteira".to_owned()
        }
    };
    Err(Problema::conflito(&STATUS_NAO_PERMITE, detalhe))
}

/// The company's zone; what is stored was checked when it was saved.
fn time_zone(t: &mut Tenant<'_>) -> Result<Tz, StoreError> {
    let empresa = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?;
    Ok(empresa.fuso.parse().unwrap_or(Tz::America__Sao_Paulo))
}

/// Rule t07: on the day itself it would be open already.
fn too_early() -> Problema {
    Problema::validacao(vec![ErroCampo {
        campo: "/ate".to_owned(),
        codigo: "fora_do_intervalo".into(),
        detalhe: "deve ser depois de hoje".into(),
    }])
}
