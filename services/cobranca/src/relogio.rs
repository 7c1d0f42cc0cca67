//! The sandbox clock on the API: an integrator walks a régua through 90 days in seconds.

use actix_web::web::{Data, Json};
use actix_web::{get, put};
use chrono::{DateTime, Utc};
use deserr::Deserr;
use runtime::{Relogio, RelogioError};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Autorizado, Codigo, Corpo, ErrosCampo, Problema, ServiceConfig, escopos, esquema};

static RELOGIO_DO_SISTEMA: Codigo = Codigo::new(
    "relogio_do_sistema",
    409,
    "O relógio não pode ser movido",
    "Só no modo sandbox o relógio é movido; aqui ele é o da máquina.",
);
static RELOGIO_NAO_VOLTA: Codigo = Codigo::new(
    "relogio_nao_volta",
    409,
    "O relógio não volta",
    "O instante pedido é anterior ao do relógio; as noites que já passaram não se desfazem.",
);

/// The codes that only the sandbox clock answers.
pub static CODIGOS: &[&Codigo] = &[&RELOGIO_DO_SISTEMA, &RELOGIO_NAO_VOLTA];

/// O relógio do sistema.
#[derive(Serialize, ToSchema)]
struct RelogioLido {
    /// O instante atual.
    agora: DateTime<Utc>,
    /// Se pode ser movido.
    sandbox: bool,
}

/// Para onde mover o relógio.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct RelogioMudanca {
    /// O novo instante, nunca anterior ao atual.
    #[schema(value_type = esquema::Instante)]
    agora: DateTime<Utc>,
}

/// Adds the routes of the clock and the clock itself.
pub fn configure(config: &mut ServiceConfig<'_>, relogio: Relogio) {
    config.app_data(Data::new(relogio)).configure(routes);
}

/// Adds the routes alone: enough for the OpenAPI document.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get).service(put);
}

fn present(relogio: &Relogio) -> Json<RelogioLido> {
    Json(RelogioLido { agora: relogio.agora(), sandbox: relogio.is_sandbox() })
}

/// Lê o relógio.
#[utoipa::path(
    operation_id = "ler_relogio",
    tag = "Relógio",
    responses((status = 200, description = "O relógio.", body = RelogioLido)),
    security(("chave_api" = ["relogio:escrever"])),
)]
#[get("/v1/relogio")]
async fn get(_: Autorizado<escopos::relogio::Escrever>, relogio: Data<Relogio>) -> Json<RelogioLido> {
    present(&relogio)
}

/// Move o relógio do sandbox para a frente.
///
/// O relógio é do processo inteiro: vale para todas as empresas que o usam.
#[utoipa::path(
    operation_id = "mover_relogio",
    tag = "Relógio",
    request_body = RelogioMudanca,
    responses((status = 200, description = "O relógio, no novo instante.", body = RelogioLido)),
    security(("chave_api" = ["relogio:escrever"])),
)]
#[put("/v1/relogio")]
async fn put(
    _: Autorizado<escopos::relogio::Escrever>,
    relogio: Data<Relogio>,
    corpo: Corpo<RelogioMudanca>,
) -> Result<Json<RelogioLido>, Problema> {
    relogio.avancar_para(corpo.0.agora).map_err(|erro| {
        let codigo = match erro {
            RelogioError::NaoEhSandbox => &RELOGIO_DO_SISTEMA,
            RelogioError::Recuo { .. } => &RELOGIO_NAO_VOLTA,
        };
        Problema::conflito(codigo, erro.to_string())
    })?;
    Ok(present(&relogio))
}
