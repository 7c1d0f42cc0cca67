//! What the API shows of réguas.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::execucao::Canal;
use domain::ids::ConteudoId;
use domain::regua::{self, Gatilho};
use serde::Serialize;
use store::reguas::{Conteudo, ReguaInteira};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Resposta, esquema};

use super::criterios::CriteriosLidos;
use super::entrada::TipoPosicao;

/// Uma régua de cobrança.
#[derive(Serialize, ToSchema)]
pub(super) struct Regua {
    /// Id.
    id: Uuid,
    /// Nome.
    #[schema(example = "Cobrança amigável")]
    nome: String,
    /// As réguas ativas são tentadas da menor para a maior; no empate, a de mais critérios, depois a mais antiga.
    prioridade: i32,
    /// Se trabalha; arquivada não volta.
    #[schema(value_type = esquema::EstadoRegua, example = "inativa")]
    estado: &'static str,
    /// Quem percorre a régua.
    #[schema(value_type = esquema::ModoRegua, example = "por_devedor")]
    modo: &'static str,
    /// Para quem é.
    criterios: CriteriosLidos,
    /// Quando foi criada.
    criada_em: DateTime<Utc>,
    /// Cresce a cada mudança; o mesmo número do `ETag`.
    versao: i32,
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
    /// Em `reposicionamento`: os dias da posição a que ele volta.
    #[serde(skip_serializing_if = "Option::is_none")]
    volta_para: Option<u16>,
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
    /// Template cujo texto ela envia.
    #[serde(skip_serializing_if = "Option::is_none")]
    template_id: Option<Uuid>,
    /// A qual dos contatos do devedor.
    #[schema(value_type = esquema::Destinatarios, example = "preferido")]
    destinatarios: &'static str,
    /// Sempre `true` em `negativacao`: sem isso ela não é gravada.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    confirmo_negativacao_automatica: bool,
}

/// The régua as it is now, with its `ETag`.
pub(super) fn answer(inteira: ReguaInteira) -> Resposta {
    let etag = web::etag(inteira.versao);
    Resposta::ok(&Regua::from(inteira)).com_versao(etag)
}

/// The same, of what was created, with where it is read.
pub(super) fn created(inteira: ReguaInteira) -> Resposta {
    let (endereco, etag) = (format!("/v1/reguas/{}", inteira.regua.id()), web::etag(inteira.versao));
    Resposta::criada(endereco, &Regua::from(inteira)).com_versao(etag)
}

impl From<ReguaInteira> for Regua {
    fn from(inteira: ReguaInteira) -> Self {
        let criterios = CriteriosLidos::from(&inteira);
        let ReguaInteira { regua, nome, versao, mut conteudos, credores: _ } = inteira;
        let posicoes = regua.posicoes().iter();
        Self {
            id: regua.id().uuid(),
            nome,
            prioridade: regua.prioridade(),
            estado: regua.estado().as_str(),
            modo: regua.modo().as_str(),
            criterios,
            criada_em: regua.criada_em(),
            versao,
            posicoes: posicoes.map(|posicao| Posicao::new(posicao, &regua, &mut conteudos)).collect(),
        }
    }
}

impl Posicao {
    fn new(
        posicao: &regua::Posicao,
        regua: &regua::Regua,
        conteudos: &mut BTreeMap<ConteudoId, Conteudo>,
    ) -> Self {
        let (tipo, dias) = match posicao.gatilho {
            Gatilho::Lembrete { dias_antes } => (TipoPosicao::Lembrete, dias_antes),
            Gatilho::Cobranca { dias } => (TipoPosicao::Cobranca, dias),
            Gatilho::Reposicionamento { dias, .. } => (TipoPosicao::Reposicionamento, dias),
        };
        let destino = posicao.gatilho.volta_para().and_then(|id| regua.posicao(id));
        let volta_para = destino.and_then(|destino| destino.gatilho.depois());
        let acoes = posicao.acoes.iter().map(|acao| Acao::new(acao, conteudos)).collect();
        Self { id: posicao.id.uuid(), tipo, dias, volta_para, acoes }
    }
}

impl Acao {
    fn new(acao: &regua::Acao, conteudos: &mut BTreeMap<ConteudoId, Conteudo>) -> Self {
        let conteudo = acao.conteudo.and_then(|id| conteudos.remove(&id));
        let (assunto, corpo, template_id) = match conteudo {
            Some(Conteudo::Texto { assunto, corpo }) => (assunto, Some(corpo), None),
            Some(Conteudo::Template(id)) => (None, None, Some(id.uuid())),
            None => (None, None, None),
        };
        Self {
            id: acao.id.uuid(),
            tipo: acao.canal.as_str(),
            assunto,
            corpo,
            template_id,
            destinatarios: acao.destinatarios.as_str(),
            confirmo_negativacao_automatica: acao.canal == Canal::Negativacao,
        }
    }
}
