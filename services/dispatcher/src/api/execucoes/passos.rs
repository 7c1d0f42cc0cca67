//! What happened to one execution on its way: calls, receipts, interventions.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use store::execucoes::{ChamadaLida, IntervencaoLida, ReciboLido};
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

/// Como uma chamada ao provedor acabou.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum FimDaChamada {
    /// O provedor aceitou.
    Enviada,
    /// Não saiu, ou pode sair de novo sem dano: será tentada outra vez.
    Repetir,
    /// Não saiu, e não será tentada de novo.
    Falhou,
    /// Não se sabe se saiu.
    Incerta,
}

/// O que uma pessoa fez de uma execução.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api) enum AcaoDePessoa {
    /// Mandou de volta ao início.
    Reprocessada,
    /// Disse que saiu.
    Enviada,
    /// Disse que não saiu.
    NaoEnviada,
}

/// Uma chave de API.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct AutorDaMudanca {
    /// Id da chave.
    pub(in crate::api) chave_id: Uuid,
    /// Nome da chave, se ela ainda existe.
    pub(in crate::api) nome: Option<String>,
}

/// Uma chamada ao provedor.
#[derive(Serialize, ToSchema)]
pub(super) struct Chamada {
    /// Quando a mensagem foi montada, logo antes de sair.
    inicio: DateTime<Utc>,
    /// Quando a chamada acabou.
    terminou_em: DateTime<Utc>,
    /// Provedor; nulo nas mais antigas, de quando isso não se guardava.
    #[schema(example = "smtp")]
    provedor: Option<String>,
    /// O nome que o provedor deu à mensagem.
    provedor_id: Option<String>,
    /// Como acabou.
    #[schema(value_type = FimDaChamada, example = "enviada")]
    fim: String,
    /// O que o provedor respondeu, ou como a conversa se rompeu.
    #[schema(example = "250 2.0.0 Ok: queued as 4F1C2")]
    resposta: Option<String>,
    /// Para quem.
    #[schema(example = "maria@exemplo.com.br")]
    destinatario: String,
    /// Assunto, quando o canal tem um.
    assunto: Option<String>,
    /// O texto, como foi enviado; nulo se certamente não saiu.
    texto: Option<String>,
    /// Títulos que estão na mensagem.
    titulos: Vec<Uuid>,
}

/// O que o provedor contou de uma mensagem.
#[derive(Serialize, ToSchema)]
pub(super) struct ReciboRecebido {
    /// Quando chegou.
    chegou_em: DateTime<Utc>,
    /// Quando aconteceu, pelo relógio do provedor.
    em: Option<DateTime<Utc>>,
    /// Provedor.
    #[schema(example = "zenvia")]
    provedor: String,
    /// O que foi feito da mensagem: `enviada`, `entregue`, `lida` ou `devolvida`.
    #[schema(value_type = esquema::EstadoExecucao, example = "entregue")]
    estado: String,
    /// Por que, como o provedor o chama.
    causa: Option<String>,
}

/// O que uma pessoa fez de uma execução, e quando.
#[derive(Serialize, ToSchema)]
pub(super) struct IntervencaoFeita {
    /// Quando.
    em: DateTime<Utc>,
    /// O que fez.
    #[schema(value_type = AcaoDePessoa, example = "reprocessada")]
    acao: String,
    /// De onde se sabe.
    observacao: Option<String>,
    /// Com que chave.
    autor: AutorDaMudanca,
}

impl From<ChamadaLida> for Chamada {
    fn from(lida: ChamadaLida) -> Self {
        Self {
            inicio: lida.inicio,
            terminou_em: lida.terminou_em,
            provedor: lida.provedor,
            provedor_id: lida.provedor_id,
            fim: lida.fim,
            resposta: lida.resposta,
            destinatario: lida.destinatario,
            assunto: lida.assunto,
            texto: lida.texto,
            titulos: lida.titulos,
        }
    }
}

impl From<ReciboLido> for ReciboRecebido {
    fn from(lido: ReciboLido) -> Self {
        Self {
            chegou_em: lido.chegou_em,
            em: lido.em,
            provedor: lido.provedor,
            estado: lido.estado,
            causa: lido.causa,
        }
    }
}

impl From<IntervencaoLida> for IntervencaoFeita {
    fn from(lida: IntervencaoLida) -> Self {
        Self {
            em: lida.em,
            acao: lida.acao,
            observacao: lida.observacao,
            autor: AutorDaMudanca { chave_id: lida.autor, nome: lida.autor_nome },
        }
    }
}
