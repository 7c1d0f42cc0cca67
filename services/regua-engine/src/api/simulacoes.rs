//! Simulations: asked for, watched, read, forgotten.

mod pedido;
mod reguas;

use actix_web::web::{Data, Json};
use actix_web::{delete, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use store::simulacoes::{self, Pedido, SimulacaoLida};
use store::{StoreError, Tenant};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Autorizado, Caminho, Consulta, Corpo, Pagina, Paginacao, Problema, Resposta, escopos};

use super::Contexto;
use crate::simulator::Resultado;
use pedido::SimulacaoEntrada;
pub(super) use pedido::{next_night, too_many_waiting};

/// Uma simulação: o que as noites fariam, sem que nada aconteça.
#[derive(Serialize, ToSchema)]
pub(super) struct Simulacao {
    /// Id.
    id: Uuid,
    /// `simulacao`, ou `impacto` de uma mudança que foi só simulada.
    #[schema(example = "simulacao")]
    tipo: String,
    /// `pendente`, `andando`, `concluida` ou `falhou`.
    #[schema(example = "concluida")]
    estado: String,
    /// Primeira noite.
    #[schema(example = "2026-03-11")]
    de: NaiveDate,
    /// Última noite.
    #[schema(example = "2026-05-09")]
    ate: NaiveDate,
    /// Devedores olhados até agora.
    #[schema(example = 1200)]
    devedores: i64,
    /// Devedores a olhar, quando já se sabe.
    #[schema(example = 1200)]
    previstos: Option<i64>,
    /// Quanto já foi feito, de 0 a 100.
    #[schema(example = 100)]
    percentual: i64,
    /// Enquanto anda, quantos segundos faltam no ritmo de até agora.
    #[schema(example = 0)]
    faltam_segundos: Option<i64>,
    /// O que aconteceria, quando concluída. A lista de simulações não o traz.
    #[schema(value_type = Option<Resultado>)]
    resultado: Option<Value>,
    /// Por que falhou.
    #[schema(example = json!(null))]
    erro: Option<String>,
    /// Quando foi pedida.
    criada_em: DateTime<Utc>,
    /// Quando terminou.
    concluida_em: Option<DateTime<Utc>>,
}

impl From<SimulacaoLida> for Simulacao {
    fn from(lida: SimulacaoLida) -> Self {
        let previstos = lida.previstos.filter(|previstos| 0 < *previstos);
        let feitos =
            previstos.and_then(|previstos| lida.devedores.saturating_mul(100).checked_div(previstos));
        Self {
            id: lida.id,
            tipo: lida.tipo,
            de: lida.de,
            ate: lida.ate,
            devedores: lida.devedores,
            previstos: lida.previstos,
            percentual: if lida.estado == "concluida" { 100 } else { feitos.unwrap_or(0).clamp(0, 99) },
            faltam_segundos: lida.faltam_segundos,
            estado: lida.estado,
            resultado: lida.resultado,
            erro: lida.erro,
            criada_em: lida.criada_em,
            concluida_em: lida.concluida_em,
        }
    }
}

impl Simulacao {
    /// Where it is read.
    pub(super) fn address(id: Uuid) -> String {
        format!("/v1/simulacoes/{id}")
    }
}

/// Simula as próximas noites: o que sairia em cada dia, quem entraria, sairia e migraria, e onde todos estariam no fim.
///
/// Nada acontece: nenhum devedor muda de lugar e nada é enviado. A carteira é vista como está entre duas noites, como se
/// nenhum pagamento, título ou suspensão viesse depois. `reguas` acrescenta réguas, ou troca as que têm o mesmo `id`; elas
/// valem como ativas, se `estado` não disser outra coisa. Uma noite que já rodou não roda de novo. O resultado tem tamanho
/// limitado: `detalhe` diz até onde vão os dias.
#[utoipa::path(
    operation_id = "simular",
    tag = "Simulações",
    request_body(content = SimulacaoEntrada, example = json!({
        "ate": "2026-05-09",
        "comparar": true,
        "reguas": [{"nome": "Cobrança firme", "prioridade": -1, "criterios": {"valor_minimo": "500.00"}, "posicoes": [
            {"dias": 1, "acoes": [{"tipo": "sms", "corpo": "#EMPRESA#: #TOTAL# em aberto desde #VENCIMENTO_MAIS_ANTIGO#."}]}]}],
    })),
    responses((status = 202, description = "A simulação começa; acompanhe no endereço de `Location`.", body = Simulacao,
               headers(("Location" = String, description = "Endereço da simulação.")))),
    security(("chave_api" = ["simulacoes:executar"])),
)]
#[post("/v1/simulacoes")]
pub(super) async fn post(
    acesso: Autorizado<escopos::simulacoes::Executar>,
    contexto: Data<Contexto>,
    corpo: Corpo<Value>,
) -> Result<Resposta, Problema> {
    let entrada = pedido::read(corpo.0)?;
    let agora = contexto.servico.relogio.agora();
    let criada = contexto.servico.gravar(&acesso, move |t| match entrada.judge(t, agora)? {
        Ok(pedido) => Ok(Ok(accepted(&create(t, &pedido, agora)?))),
        Err(recusa) => Ok(Err(recusa)),
    });
    let criada = criada.await?;
    contexto.engine.wake_simulator();
    Ok(criada)
}

/// Lista as simulações dos últimos 30 dias, a mais recente primeiro, sem os resultados.
#[utoipa::path(
    operation_id = "listar_simulacoes",
    tag = "Simulações",
    params(Paginacao<Uuid>),
    responses((status = 200, description = "Uma página de simulações.", body = Pagina<Simulacao>)),
    security(("chave_api" = ["simulacoes:ler"])),
)]
#[get("/v1/simulacoes")]
pub(super) async fn list(
    acesso: Autorizado<escopos::simulacoes::Ler>,
    contexto: Data<Contexto>,
    consulta: Consulta<Paginacao<Uuid>>,
) -> Result<Pagina<Simulacao>, Problema> {
    let Paginacao { limite, cursor } = consulta.0;
    let antes_de = cursor.map(|cursor| cursor.0);
    let lidas =
        contexto.servico.da_empresa(&acesso, move |t| simulacoes::list(t, antes_de, limite.com_folga()));
    Ok(Pagina::from_rows(lidas.await?, limite, |lida| lida.id).map(Simulacao::from))
}

/// Lê uma simulação: o progresso enquanto anda, o resultado quando termina.
#[utoipa::path(
    operation_id = "ler_simulacao",
    tag = "Simulações",
    params(("id" = Uuid, Path, description = "Id da simulação.")),
    responses((status = 200, description = "A simulação.", body = Simulacao)),
    security(("chave_api" = ["simulacoes:ler"])),
)]
#[get("/v1/simulacoes/{id}")]
pub(super) async fn get(
    acesso: Autorizado<escopos::simulacoes::Ler>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Json<Simulacao>, Problema> {
    let lida = contexto.servico.da_empresa(&acesso, move |t| simulacoes::get(t, id.0));
    Ok(Json(lida.await?.ok_or_else(Problema::nao_encontrado)?.into()))
}

/// Cancela uma simulação que anda, ou esquece uma que terminou.
#[utoipa::path(
    operation_id = "cancelar_simulacao",
    tag = "Simulações",
    params(("id" = Uuid, Path, description = "Id da simulação.")),
    responses((status = 204, description = "Ela não existe mais.")),
    security(("chave_api" = ["simulacoes:executar"])),
)]
#[delete("/v1/simulacoes/{id}")]
pub(super) async fn cancel(
    acesso: Autorizado<escopos::simulacoes::Executar>,
    contexto: Data<Contexto>,
    id: Caminho<Uuid>,
) -> Result<Resposta, Problema> {
    let remover = move |t: &mut Tenant<'_>| {
        let havia = simulacoes::remove(t, id.0)?;
        Ok(if havia { Ok(Resposta::vazia()) } else { Err(Problema::nao_encontrado()) })
    };
    contexto.servico.gravar(&acesso, remover).await
}

fn create(t: &mut Tenant<'_>, pedido: &Pedido, agora: DateTime<Utc>) -> Result<Simulacao, StoreError> {
    let id = simulacoes::create(t, pedido, agora)?;
    Ok(simulacoes::get(t, id)?.ok_or(StoreError::Unknown("simulacao"))?.into())
}

pub(super) fn accepted(simulacao: &Simulacao) -> Resposta {
    Resposta::aceita(Simulacao::address(simulacao.id), simulacao)
}
