//! Whom an action is for, and what became of each, as files (rules b11, b20): read at once, or written to be kept.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use domain::ids::LoteId;
use domain::lote::Relacao;
use serde::Serialize;
use sheets::saida::Formato;
use store::Tenant;
use store::lotes::{self, exportacoes};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Autorizado, Caminho, Consulta, Problema, Resposta, Solicitante, escopos};

use super::planilha::{Qual, answer};
use super::{Contexto, forbidden};
use crate::folhas;

/// Baixa a lista de todos os que podem receber a ação: antes da confirmação, os que podem agora; depois dela, aqueles para quem foi
/// confirmada.
///
/// A lista sai enquanto é lida, por id do devedor: cada um está nela uma vez, com o contato, o saldo e os títulos do momento em que
/// foi lido. As colunas `codigo_integracao` e `documento` são as do modelo de planilha. Se a leitura falha no meio, a conexão se
/// rompe antes do fim do arquivo. Não fica guardada, nem quem a baixou: para isso, `POST` no mesmo endereço.
#[utoipa::path(
    operation_id = "baixar_lista_de_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação."), Qual),
    responses((status = 200, description = "A planilha, com uma linha por devedor.", content(
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv"),
    ))),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[get("/v1/acoes-em-lote/{id}/lista")]
pub(super) async fn aptos(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    consulta: Consulta<Qual>,
) -> Result<HttpResponse, Problema> {
    let (servico, quem) = (contexto.servico.clone(), Solicitante::from(&acesso));
    let agora = servico.relogio.agora();
    let folha = servico.da_empresa(quem.clone(), move |t| match lotes::get(t, id.0)? {
        Some(lote) => Ok(folhas::aptos(t, &lote, agora)?.map_err(forbidden)),
        None => Ok(Err(Problema::nao_encontrado())),
    });
    answer(servico.clone(), quem, consulta.0.formato.into(), folha.await??).await
}

/// Baixa o que foi feito de cada devedor da ação: as mesmas linhas de `GET /v1/acoes-em-lote/{id}/itens`, com o motivo também por
/// extenso e os horários no fuso da empresa.
///
/// Antes da confirmação não há o que baixar: 409. Se a leitura falha no meio, a conexão se rompe antes do fim do arquivo. Não fica
/// guardada, nem quem a baixou: para isso, `POST` no mesmo endereço.
#[utoipa::path(
    operation_id = "baixar_itens_de_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação."), Qual),
    responses((status = 200, description = "A planilha, com uma linha por devedor.", content(
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "text/csv"),
    ))),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[get("/v1/acoes-em-lote/{id}/itens/planilha")]
pub(super) async fn detail(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    consulta: Consulta<Qual>,
) -> Result<HttpResponse, Problema> {
    let (servico, quem) = (contexto.servico.clone(), Solicitante::from(&acesso));
    let agora = servico.relogio.agora();
    let folha = servico.da_empresa(quem.clone(), move |t| match lotes::get(t, id.0)? {
        Some(lote) => Ok(folhas::itens(t, &lote, agora)?.map_err(forbidden)),
        None => Ok(Err(Problema::nao_encontrado())),
    });
    answer(servico.clone(), quem, consulta.0.formato.into(), folha.await??).await
}

/// Uma planilha que é escrita para ficar guardada.
#[derive(Serialize, ToSchema)]
struct PlanilhaPedida {
    /// O arquivo, em `/v1/arquivos`.
    arquivo_id: Uuid,
}

/// Pede a lista de todos os que podem receber a ação como um arquivo que fica guardado: em `/v1/arquivos`, do tipo `exportacoes`, com
/// quem o baixou e quando.
///
/// É escrita em segundo plano, do que a ação é nesse momento, e toda ela de um só instante. Pedida de novo da mesma ação, sem que esta
/// tenha mudado, enquanto não está pronta, é o mesmo arquivo. As colunas são as de `GET` no mesmo endereço.
#[utoipa::path(
    operation_id = "guardar_lista_de_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação."), Qual),
    responses((status = 202, description = "A planilha é escrita; acompanhe no endereço de `Location`.", body = PlanilhaPedida,
               headers(("Location" = String, description = "O arquivo.")))),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[post("/v1/acoes-em-lote/{id}/lista")]
pub(super) async fn keep_aptos(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    consulta: Consulta<Qual>,
) -> Result<Resposta, Problema> {
    keep(acesso, &contexto, id.0, (Relacao::Aptos, consulta.0.formato.into())).await
}

/// Pede o que foi feito de cada devedor da ação como um arquivo que fica guardado: em `/v1/arquivos`, do tipo `exportacoes`, com quem o
/// baixou e quando.
///
/// É escrito em segundo plano, do que a ação é nesse momento, e todo ele de um só instante. Pedido de novo enquanto não está pronto é o
/// mesmo arquivo. As colunas são as de `GET` no mesmo endereço. Antes da confirmação: 409.
#[utoipa::path(
    operation_id = "guardar_itens_de_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação."), Qual),
    responses((status = 202, description = "A planilha é escrita; acompanhe no endereço de `Location`.", body = PlanilhaPedida,
               headers(("Location" = String, description = "O arquivo.")))),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[post("/v1/acoes-em-lote/{id}/itens/planilha")]
pub(super) async fn keep_detail(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    consulta: Consulta<Qual>,
) -> Result<Resposta, Problema> {
    keep(acesso, &contexto, id.0, (Relacao::Itens, consulta.0.formato.into())).await
}

async fn keep(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: &Contexto,
    id: LoteId,
    (relacao, formato): (Relacao, Formato),
) -> Result<Resposta, Problema> {
    let agora = contexto.servico.relogio.agora();
    let pedir = move |t: &mut Tenant<'_>| {
        let Some(lote) = lotes::lock(t, id)? else { return Ok(Err(Problema::nao_encontrado())) };
        let ha = match relacao {
            Relacao::Aptos => folhas::aptos(t, &lote, agora)?.map(drop),
            Relacao::Itens => folhas::itens(t, &lote, agora)?.map(drop),
        };
        if let Err(recusa) = ha {
            return Ok(Err(forbidden(recusa)));
        }
        let arquivo_id = exportacoes::ask(t, &lote, (relacao, media_type(formato)), agora)?;
        Ok(Ok(Resposta::aceita(format!("/v1/arquivos/{arquivo_id}"), &PlanilhaPedida { arquivo_id })))
    };
    contexto.servico.gravar(&acesso, pedir).await
}

/// The same without what only HTTP says.
fn media_type(formato: Formato) -> &'static str {
    formato.tipo_de_midia().split(';').next().unwrap_or_default()
}
