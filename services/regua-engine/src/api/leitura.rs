//! What the API shows of réguas.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::execucao::Canal;
use domain::ids::ConteudoId;
use domain::regua::{self, Gatilho};
use serde::Serialize;
use store::reguas::{Conteudo, ReguaLida};
use utoipa::ToSchema;
use uuid::Uuid;
use web::esquema;

use super::entrada::TipoPosicao;

/// Uma régua de cobrança.
#[derive(Serialize, ToSchema)]
pub(super) struct Regua {
    /// Id.
    id: Uuid,
    /// Nome.
    #[schema(example = "Cobrança amigável")]
    nome: String,
    /// As réguas ativas são tentadas da menor para a maior; no empate, a mais antiga primeiro.
    prioridade: i32,
    /// Se trabalha; arquivada não volta.
    #[schema(value_type = esquema::EstadoRegua, example = "inativa")]
    estado: &'static str,
    /// Quando foi criada.
    criada_em: DateTime<Utc>,
    /// Em ordem: lembretes do mais distante ao mais próximo do vencimento, depois as cobranças.
    posicoes: Vec<Posicao>,
}

/// Uma posição da régua.
#[derive(Serialize, ToSchema)]
struct Posicao {
    /// Id.
    id: Uuid,
    /// O que os dias contam.
    tipo: TipoPosicao,
    /// Dias corridos.
    #[schema(example = 6)]
    dias: u16,
    /// Todas saem na mesma noite.
    acoes: Vec<Acao>,
}

/// Uma ação da posição.
#[derive(Serialize, ToSchema)]
struct Acao {
    /// Id.
    id: Uuid,
    /// Por onde sai.
    #[schema(value_type = esquema::Canal, example = "email")]
    tipo: &'static str,
    /// Assunto, com coringas.
    #[serde(skip_serializing_if = "Option::is_none")]
    assunto: Option<String>,
    /// Texto, com coringas.
    #[serde(skip_serializing_if = "Option::is_none")]
    corpo: Option<String>,
    /// Sempre `true` em `negativacao`: sem isso ela não é gravada.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    confirmo_negativacao_automatica: bool,
}

impl Regua {
    /// Where it is read.
    pub(super) fn address(&self) -> String {
        format!("/v1/reguas/{}", self.id)
    }
}

impl From<ReguaLida> for Regua {
    fn from(lida: ReguaLida) -> Self {
        let ReguaLida { regua, nome, mut conteudos } = lida;
        Self {
            id: regua.id().uuid(),
            nome,
            prioridade: regua.prioridade(),
            estado: regua.estado().as_str(),
            criada_em: regua.criada_em(),
            posicoes: regua.posicoes().iter().map(|posicao| Posicao::new(posicao, &mut conteudos)).collect(),
        }
    }
}

impl Posicao {
    fn new(posicao: &regua::Posicao, conteudos: &mut BTreeMap<ConteudoId, Conteudo>) -> Self {
        let (tipo, dias) = match posicao.gatilho {
            Gatilho::Lembrete { dias_antes } => (TipoPosicao::Lembrete, dias_antes),
            Gatilho::Cobranca { dias } => (TipoPosicao::Cobranca, dias),
        };
        let acoes = posicao.acoes.iter().map(|acao| Acao::new(acao, conteudos)).collect();
        Self { id: posicao.id.uuid(), tipo, dias, acoes }
    }
}

impl Acao {
    fn new(acao: &regua::Acao, conteudos: &mut BTreeMap<ConteudoId, Conteudo>) -> Self {
        let conteudo = acao.conteudo.and_then(|id| conteudos.remove(&id));
        let (assunto, corpo) = conteudo.map_or((None, None), |texto| (texto.assunto, Some(texto.corpo)));
        Self {
            id: acao.id.uuid(),
            tipo: acao.canal.as_str(),
            assunto,
            corpo,
            confirmo_negativacao_automatica: acao.canal == Canal::Negativacao,
        }
    }
}
