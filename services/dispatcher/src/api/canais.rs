//! Channels: stopped and let go on, at once.

use actix_web::web::{Data, Json};
use actix_web::{delete, get, put};
use chrono::{DateTime, Utc};
use deserr::Deserr;
use domain::execucao::Canal;
use serde::Serialize;
use store::disparos::{self, Parada};
use store::{StoreError, Tenant};
use utoipa::ToSchema;
use web::{Autorizado, Caminho, Corpo, ErrosCampo, Problema, Resposta, Texto, escopos, esquema};

use super::Contexto;

/// Um canal de envio.
#[derive(Serialize, ToSchema)]
struct CanalDeEnvio {
    /// Canal.
    #[schema(value_type = esquema::Canal, example = "email")]
    canal: &'static str,
    /// Parada, se os envios do canal estão parados.
    parada: Option<ParadaDeCanal>,
}

/// Por que os envios de um canal estão parados.
#[derive(Serialize, ToSchema)]
struct ParadaDeCanal {
    /// Motivo, como foi informado.
    #[schema(example = "texto errado na régua nova")]
    motivo: String,
    /// Desde quando.
    desde: DateTime<Utc>,
}

/// Os canais de envio.
#[derive(Serialize, ToSchema)]
struct Canais {
    /// Todos os canais.
    itens: Vec<CanalDeEnvio>,
}

/// Por que parar.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct ParadaEntrada {
    /// Motivo, para quem vier depois.
    motivo: Texto<1, 200>,
}

/// Lista os canais, e quais estão parados.
#[utoipa::path(
    operation_id = "listar_canais",
    tag = "Canais",
    responses((status = 200, description = "Os canais.", body = Canais)),
    security(("chave_api" = ["execucoes:ler"])),
)]
#[get("/v1/canais")]
pub(super) async fn list(
    acesso: Autorizado<escopos::execucoes::Ler>,
    contexto: Data<Contexto>,
) -> Result<Json<Canais>, Problema> {
    let paradas = contexto.servico.da_empresa(&acesso, disparos::stopped).await?;
    let itens = Canal::TODOS.iter().map(|canal| shown(*canal, &paradas)).collect();
    Ok(Json(Canais { itens }))
}

/// Para os envios de um canal: nenhuma mensagem sai depois da resposta. O que já está no provedor não volta. Repetir é seguro.
///
/// O que estava por sair espera. Ao retomar sai o que ainda é devido: o que foi pago é descartado, o que esperou mais de sete dias expira.
#[utoipa::path(
    operation_id = "parar_canal",
    tag = "Canais",
    params(("canal" = esquema::Canal, Path, description = "Canal.")),
    request_body(content = ParadaEntrada, example = json!({"motivo": "texto errado na régua nova"})),
    responses((status = 200, description = "O canal, parado.", body = CanalDeEnvio)),
    security(("chave_api" = ["execucoes:escrever"])),
)]
#[put("/v1/canais/{canal}/parada")]
pub(super) async fn stop(
    acesso: Autorizado<escopos::execucoes::Escrever>,
    contexto: Data<Contexto>,
    canal: Caminho<Canal>,
    corpo: Corpo<ParadaEntrada>,
) -> Result<Resposta, Problema> {
    let (canal, motivo, agora) = (canal.0, corpo.0.motivo.into_string(), contexto.servico.relogio.agora());
    let parar = move |t: &mut Tenant<'_>| {
        disparos::stop(t, canal, &motivo, agora)?;
        answer(t, canal)
    };
    contexto.servico.gravar(&acesso, parar).await
}

/// Retoma os envios de um canal. Repetir é seguro.
#[utoipa::path(
    operation_id = "retomar_canal",
    tag = "Canais",
    params(("canal" = esquema::Canal, Path, description = "Canal.")),
    responses((status = 200, description = "O canal, andando.", body = CanalDeEnvio)),
    security(("chave_api" = ["execucoes:escrever"])),
)]
#[delete("/v1/canais/{canal}/parada")]
pub(super) async fn resume(
    acesso: Autorizado<escopos::execucoes::Escrever>,
    contexto: Data<Contexto>,
    canal: Caminho<Canal>,
) -> Result<Resposta, Problema> {
    let canal = canal.0;
    let retomar = move |t: &mut Tenant<'_>| {
        disparos::resume(t, canal)?;
        answer(t, canal)
    };
    contexto.servico.gravar(&acesso, retomar).await
}

fn answer(t: &mut Tenant<'_>, canal: Canal) -> Result<Result<Resposta, Problema>, StoreError> {
    Ok(Ok(Resposta::ok(&shown(canal, &disparos::stopped(t)?))))
}

fn shown(canal: Canal, paradas: &[Parada]) -> CanalDeEnvio {
    let parada = paradas.iter().find(|parada| parada.canal == canal);
    let parada = parada.map(|p| ParadaDeCanal { motivo: p.motivo.clone(), desde: p.desde });
    CanalDeEnvio { canal: canal.as_str(), parada }
}
