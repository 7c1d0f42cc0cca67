//! The status of a título: paid, cancelled, suspended, open again.

mod muitos;

pub(super) use muitos::{cancelar_muitos, reabrir_muitos, suspender_muitos};

use actix_web::post;
use actix_web::web::Data;
use chrono::{DateTime, NaiveDate, Utc};
use deserr::Deserr;
use domain::ids::TituloId;
use store::titulos::{self, Alvo, Pedido, RecusaSituacao};
use store::{StoreError, Tenant, empresas};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Autorizado, Caminho, Codigo, Corpo, ErroCampo, ErrosCampo, Problema, Resposta, escopos, esquema};

use super::titulos::{Titulo, read};
use super::{Contexto, STATUS_NAO_PERMITE};

/// It is not paid, and there is nothing to pay.
pub(super) static NADA_A_PAGAR: Codigo = Codigo::new(
    "nada_a_pagar",
    409,
    "O título não deve nada",
    "Não há pagamento de um título que hoje não deve nada. Cancele-o, ou registre o valor que entrou em `pagamentos`.",
);

/// Registra o pagamento integral de um título: o que ele deve hoje, com encargos. Repetir é seguro.
///
/// Para outro valor ou outra data, use `pagamentos`. A partir da resposta 200 nenhuma mensagem nova contém o título. A primeira parcela paga confirma a negociação.
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
) -> Result<Resposta, Problema> {
    change(&acesso, &contexto, id.0, Pedido::pagar()).await
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
) -> Result<Resposta, Problema> {
    change(&acesso, &contexto, id.0, Pedido::cancelar()).await
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
) -> Result<Resposta, Problema> {
    let (id, ate, agora) = (TituloId::new(id.0), corpo.0.ate, contexto.servico.relogio.agora());
    let suspender = move |t: &mut Tenant<'_>| {
        let hoje = empresas::today(t, agora)?;
        if ate.is_some_and(|ate| ate <= hoje) {
            return Ok(Err(Problema::validacao(vec![too_early("/ate".to_owned())])));
        }
        change_one(t, id, Pedido::suspender(ate), agora)
    };
    contexto.servico.gravar(&acesso, suspender).await
}

/// Reabre um título suspenso, e o devedor segue na régua de onde estava; ou um cancelado por engano, que volta a dever o que não foi
/// pago do valor. Uma parcela cancelada com o seu acordo não reabre. Repetir é seguro.
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
) -> Result<Resposta, Problema> {
    change(&acesso, &contexto, id.0, Pedido::reabrir()).await
}

async fn change<E>(
    acesso: &Autorizado<E>,
    contexto: &Contexto,
    id: Uuid,
    pedido: Pedido,
) -> Result<Resposta, Problema> {
    let (id, agora) = (TituloId::new(id), contexto.servico.relogio.agora());
    contexto.servico.gravar(acesso, move |t| change_one(t, id, pedido, agora)).await
}

fn change_one(
    t: &mut Tenant<'_>,
    id: TituloId,
    pedido: Pedido,
    agora: DateTime<Utc>,
) -> Result<Result<Resposta, Problema>, StoreError> {
    let feitas = titulos::change_many(t, &[(Alvo::Id(id), pedido)], agora)?;
    match feitas.into_iter().next().flatten() {
        None => Ok(Err(Problema::nao_encontrado())),
        Some(Err(recusa)) => Ok(Err(Problema::conflito(code(recusa), refusal(recusa)))),
        Some(Ok(_)) => answer(t, id, agora),
    }
}

/// The título as it is after the change.
pub(super) fn answer(
    t: &mut Tenant<'_>,
    id: TituloId,
    agora: DateTime<Utc>,
) -> Result<Result<Resposta, Problema>, StoreError> {
    let titulo = read(t, id, None, agora)?;
    Ok(titulo.map(|titulo| Resposta::ok(&titulo)).ok_or_else(Problema::nao_encontrado))
}

fn code(recusa: RecusaSituacao) -> &'static Codigo {
    match recusa {
        RecusaSituacao::Status(_) | RecusaSituacao::ParcelaDeAcordo => &STATUS_NAO_PERMITE,
        RecusaSituacao::NadaDevido => &NADA_A_PAGAR,
    }
}

fn refusal(recusa: RecusaSituacao) -> String {
    match recusa {
        RecusaSituacao::Status(recusa) => recusa.to_string(),
        RecusaSituacao::ParcelaDeAcordo => {
            "uma parcela de acordo só é cancelada com a negociação inteira".to_owned()
        }
        RecusaSituacao::NadaDevido => "hoje o título não deve nada".to_owned(),
    }
}

/// Rule t07: on the day itself it would be open already.
fn too_early(campo: String) -> ErroCampo {
    ErroCampo { campo, codigo: "fora_do_intervalo".into(), detalhe: "deve ser depois de hoje".into() }
}
