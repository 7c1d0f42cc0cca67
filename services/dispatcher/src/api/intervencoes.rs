//! What a person does to executions: sends back to the start what was given up, says what became of what is in doubt.

use actix_web::post;
use actix_web::web::Data;
use deserr::Deserr;
use domain::ids::ExecucaoId;
use store::disparos::{self, Intervencao, RecusaIntervencao};
use store::{StoreError, Tenant, execucoes};
use utoipa::ToSchema;
use web::{Autorizado, Caminho, Codigo, Corpo, ErrosCampo, Problema, Resposta, Texto, escopos};

use super::Contexto;
use super::execucoes::Execucao;

/// Its state does not allow what was asked for.
pub(super) static ESTADO_NAO_PERMITE: Codigo = Codigo::new(
    "estado_nao_permite",
    409,
    "O estado da execução não permite isso",
    "Só volta ao início o que falhou ou expirou, e só se decide o que está `incerta` ou em `revisao_manual`. O detalhe diz o estado dela.",
);

/// O que aconteceu com uma execução incerta.
#[derive(Deserr, ToSchema)]
#[deserr(error = ErrosCampo, deny_unknown_fields)]
struct RevisaoEntrada {
    /// Se a mensagem saiu, pelo que o provedor mostra. `false` a encerra como `falhou`; depois disso ela pode ser reprocessada.
    saiu: bool,
    /// De onde se sabe.
    #[deserr(default)]
    observacao: Option<Texto<1, 500>>,
}

/// Manda de volta ao início uma execução que falhou ou expirou: ela sai como as outras, se ainda for devida.
#[utoipa::path(
    operation_id = "reprocessar_execucao",
    tag = "Execuções",
    params(("id" = Uuid, Path, description = "Id da execução.")),
    responses((status = 200, description = "A execução, pendente.", body = Execucao)),
    security(("chave_api" = ["execucoes:escrever"])),
)]
#[post("/v1/execucoes/{id}/reprocessamento")]
pub(super) async fn reprocess(
    acesso: Autorizado<escopos::execucoes::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<ExecucaoId>,
) -> Result<Resposta, Problema> {
    let (id, agora) = (id.0, contexto.servico.relogio.agora());
    let voltar = move |t: &mut Tenant<'_>| {
        let feito = disparos::reprocess(t, id, agora)?;
        answer(t, id, feito)
    };
    contexto.servico.gravar(&acesso, voltar).await
}

/// Diz o que aconteceu com uma execução que ninguém sabe se saiu.
#[utoipa::path(
    operation_id = "revisar_execucao",
    tag = "Execuções",
    params(("id" = Uuid, Path, description = "Id da execução.")),
    request_body(content = RevisaoEntrada, example = json!({"saiu": true, "observacao": "consta no painel do provedor"})),
    responses((status = 200, description = "A execução, como ficou.", body = Execucao)),
    security(("chave_api" = ["execucoes:escrever"])),
)]
#[post("/v1/execucoes/{id}/revisao")]
pub(super) async fn settle(
    acesso: Autorizado<escopos::execucoes::Escrever>,
    contexto: Data<Contexto>,
    id: Caminho<ExecucaoId>,
    corpo: Corpo<RevisaoEntrada>,
) -> Result<Resposta, Problema> {
    let (id, agora) = (id.0, contexto.servico.relogio.agora());
    let RevisaoEntrada { saiu, observacao } = corpo.0;
    let dito = if saiu { Intervencao::Enviada } else { Intervencao::NaoEnviada };
    let observacao = observacao.map(Texto::into_string);
    let revisar = move |t: &mut Tenant<'_>| {
        let feito = disparos::settle(t, id, (dito, observacao.as_deref()), agora)?;
        answer(t, id, feito)
    };
    contexto.servico.gravar(&acesso, revisar).await
}

fn answer(
    t: &mut Tenant<'_>,
    id: ExecucaoId,
    feito: Result<(), RecusaIntervencao>,
) -> Result<Result<Resposta, Problema>, StoreError> {
    match feito {
        Ok(()) => {
            let lida = execucoes::get(t, id)?.ok_or(StoreError::Unknown("execucao"))?;
            Ok(Ok(Resposta::ok(&Execucao::from(lida))))
        }
        Err(RecusaIntervencao::Inexistente) => Ok(Err(Problema::nao_encontrado())),
        Err(RecusaIntervencao::Estado(estado)) => {
            Ok(Err(Problema::conflito(&ESTADO_NAO_PERMITE, format!("a execução está {estado}"))))
        }
    }
}
