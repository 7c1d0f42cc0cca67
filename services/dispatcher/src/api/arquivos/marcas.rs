//! Rule c04: what people do with letters on paper.

use actix_web::post;
use actix_web::web::Data;
use deserr::Deserr;
use domain::arquivo::MotivoDevolucao;
use domain::ids::ExecucaoId;
use store::cartas::{self, RecusaMarca};
use store::{StoreError, Tenant, execucoes};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Autorizado, Caminho, Codigo, Corpo, ErrosCampo, Problema, Resposta, escopos, esquema};

use super::super::Contexto;
use super::super::execucoes::Execucao;
use super::{Arquivo, read};

/// It is not far enough for that.
pub(in crate::api) static ARQUIVO_NAO_PERMITE: Codigo = Codigo::new(
    "arquivo_nao_permite",
    409,
    "O arquivo ainda não permite isso",
    "Um arquivo de cartas é baixado, depois impresso, depois postado; uma carta volta depois de postada.",
);

/// Por que uma carta voltou.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct DevolucaoEntrada {
    /// O que os Correios anotaram.
    #[schema(value_type = esquema::MotivoDevolucao, example = "mudou_se")]
    motivo: MotivoDevolucao,
}

/// Diz que as cartas de um arquivo foram impressas. Repetir é seguro.
#[utoipa::path(
    operation_id = "marcar_impresso",
    tag = "Arquivos",
    params(("id" = Uuid, Path, description = "Id do arquivo.")),
    responses((status = 200, description = "O arquivo.", body = Arquivo)),
    security(("chave_api" = ["arquivos:escrever"])),
)]
#[post("/v1/arquivos/{id}/impresso")]
pub(in crate::api) async fn print(
    acesso: Autorizado<escopos::arquivos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Resposta, Problema> {
    let (id, agora) = (id.0, contexto.servico.relogio.agora());
    let marcar = move |t: &mut Tenant<'_>| {
        let feito = cartas::print(t, id, agora)?;
        answer(t, id, feito)
    };
    contexto.servico.gravar(&acesso, marcar).await
}

/// Diz que as cartas de um arquivo foram postadas. Repetir é seguro.
#[utoipa::path(
    operation_id = "marcar_postado",
    tag = "Arquivos",
    params(("id" = Uuid, Path, description = "Id do arquivo.")),
    responses((status = 200, description = "O arquivo.", body = Arquivo)),
    security(("chave_api" = ["arquivos:escrever"])),
)]
#[post("/v1/arquivos/{id}/postado")]
pub(in crate::api) async fn post(
    acesso: Autorizado<escopos::arquivos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Resposta, Problema> {
    let (id, agora) = (id.0, contexto.servico.relogio.agora());
    let marcar = move |t: &mut Tenant<'_>| {
        let feito = cartas::post(t, id, agora)?;
        answer(t, id, feito)
    };
    contexto.servico.gravar(&acesso, marcar).await
}

/// Diz que uma carta postada voltou; a execução dela passa a `devolvida`. Repetir é seguro.
#[utoipa::path(
    operation_id = "devolver_carta",
    tag = "Arquivos",
    params(("id" = Uuid, Path, description = "Id da execução da carta.")),
    request_body(content = DevolucaoEntrada, example = json!({"motivo": "mudou_se"})),
    responses((status = 200, description = "A execução.", body = Execucao)),
    security(("chave_api" = ["arquivos:escrever"])),
)]
#[post("/v1/execucoes/{id}/devolucao")]
pub(in crate::api) async fn bring_back(
    acesso: Autorizado<escopos::arquivos::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<ExecucaoId>,
    corpo: Corpo<DevolucaoEntrada>,
) -> Result<Resposta, Problema> {
    let (id, motivo, agora) = (id.0, corpo.0.motivo, contexto.servico.relogio.agora());
    let devolver = move |t: &mut Tenant<'_>| match cartas::bring_back(t, id, motivo, agora)? {
        Ok(()) => {
            let lida = execucoes::get(t, id)?.ok_or(StoreError::Unknown("execucao"))?;
            Ok(Ok(Resposta::ok(&Execucao::from(lida))))
        }
        Err(recusa) => Ok(Err(refused(recusa))),
    };
    contexto.servico.gravar(&acesso, devolver).await
}

fn answer(
    t: &mut Tenant<'_>,
    id: Uuid,
    feito: Result<(), RecusaMarca>,
) -> Result<Result<Resposta, Problema>, StoreError> {
    Ok(match feito {
        Ok(()) => Ok(Resposta::ok(&read(t, id)?.ok_or(StoreError::Unknown("arquivo"))?)),
        Err(recusa) => Err(refused(recusa)),
    })
}

fn refused(recusa: RecusaMarca) -> Problema {
    let detalhe = match recusa {
        RecusaMarca::NaoHa => return Problema::nao_encontrado(),
        RecusaMarca::NaoSaoCartas => "o arquivo não é de cartas",
        RecusaMarca::NaoBaixado => "o arquivo ainda não foi baixado",
        RecusaMarca::NaoImpresso => "o arquivo ainda não foi marcado como impresso",
        RecusaMarca::NaoPostada => "não é uma carta de um arquivo postado",
    };
    Problema::conflito(&ARQUIVO_NAO_PERMITE, detalhe)
}
