//! Whom a batch was confirmed for, and what became of each (rule b19).

use actix_web::get;
use actix_web::web::Data;
use chrono::{DateTime, Utc};
use domain::ids::{DevedorId, LoteId};
use domain::lote;
use serde::Serialize;
use store::Tenant;
use store::lotes::{self, ItemLido};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Autorizado, Caminho, Consulta, Pagina, Paginacao, Problema, escopos, esquema};

use super::Contexto;

/// Um devedor, ou um contato avulso, de uma ação em lote confirmada.
#[derive(Serialize, ToSchema)]
struct ItemDeAcaoEmLote {
    /// Devedor; de um contato avulso, o que o representa nesta ação, e que não é de devedor nenhum.
    devedor_id: Uuid,
    /// Chave do devedor no ERP.
    codigo_integracao: Option<String>,
    /// Nome.
    nome: Option<String>,
    /// Execução da ação para este devedor, que existe depois que a ação é processada.
    execucao_id: Uuid,
    /// Estado da execução; nulo enquanto ela não existe.
    #[schema(value_type = Option<esquema::EstadoExecucao>)]
    status: Option<String>,
    /// Por que está nesse estado, quando há o que explicar.
    #[schema(value_type = Option<esquema::MotivoExecucao>)]
    motivo: Option<String>,
    /// Tentativas que falharam até agora.
    tentativas: i16,
    /// Para onde foi a última tentativa; de um avulso, o próprio contato.
    contato: Option<String>,
    /// Como o provedor chama a última tentativa.
    provedor_id: Option<String>,
    /// A partir de quando pode sair.
    publicar_em: Option<DateTime<Utc>>,
    /// Quando o provedor a aceitou.
    enviada_em: Option<DateTime<Utc>>,
    /// Quando mudou pela última vez.
    atualizada_em: Option<DateTime<Utc>>,
}

impl ItemDeAcaoEmLote {
    fn new(id: LoteId, lido: ItemLido) -> Self {
        let ItemLido { devedor, avulso, nome, codigo, feito } = lido;
        Self {
            devedor_id: devedor.uuid(),
            codigo_integracao: codigo,
            nome,
            execucao_id: lote::execucao(id, devedor).uuid(),
            tentativas: feito.as_ref().map_or(0, |feito| feito.tentativas),
            publicar_em: feito.as_ref().map(|feito| feito.publicar_em),
            enviada_em: feito.as_ref().and_then(|feito| feito.enviada_em),
            atualizada_em: feito.as_ref().map(|feito| feito.atualizada_em),
            status: feito.as_ref().map(|feito| feito.estado.clone()),
            motivo: feito.as_ref().and_then(|feito| feito.motivo.clone()),
            contato: feito.as_ref().and_then(|feito| feito.destinatario.clone()).or(avulso),
            provedor_id: feito.and_then(|feito| feito.provedor_id),
        }
    }
}

/// Lista os devedores para os quais a ação foi confirmada, por id, com o que foi feito de cada um.
#[utoipa::path(
    operation_id = "listar_itens_de_acao_em_lote",
    tag = "Ações em lote",
    params(("id" = Uuid, Path, description = "Id da ação."), Paginacao<Uuid>),
    responses((status = 200, description = "Uma página de itens.", body = Pagina<ItemDeAcaoEmLote>)),
    security(("chave_api" = ["acoes_em_lote:ler"])),
)]
#[get("/v1/acoes-em-lote/{id}/itens")]
pub(super) async fn list(
    acesso: Autorizado<escopos::acoes_em_lote::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<LoteId>,
    consulta: Consulta<Paginacao<Uuid>>,
) -> Result<Pagina<ItemDeAcaoEmLote>, Problema> {
    let Paginacao { limite, cursor } = consulta.0;
    let (id, depois_de) = (id.0, cursor.map(|cursor| DevedorId::new(cursor.0)));
    let ler = move |t: &mut Tenant<'_>| {
        let ha = lotes::get(t, id)?.is_some();
        Ok((ha, lotes::items(t, id, depois_de, limite.com_folga())?))
    };
    let (ha, lidos) = contexto.servico.da_empresa(&acesso, ler).await?;
    if !ha {
        return Err(Problema::nao_encontrado());
    }
    Ok(Pagina::from_rows(lidos, limite, |lido| lido.devedor.uuid())
        .map(|lido| ItemDeAcaoEmLote::new(id, lido)))
}
