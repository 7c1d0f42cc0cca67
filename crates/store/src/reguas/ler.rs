//! Réguas as they are read: headings, positions with their actions, texts.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::Canal;
use domain::ids::{AcaoId, ConteudoId, CredorId, PosicaoId, ReguaId, TemplateId};
use domain::regua::{Acao, Cabecalho, Criterios, Destinatarios, EstadoRegua, Gatilho, Modo, Posicao, Regua};
use uuid::Uuid;

use super::{Conteudo, Fim, ReguaInteira, criterios};
use crate::{StoreError, Tenant};

/// The order of réguas asks how many kinds of criterion each has: the keys of its object, both ends of a range as one.
const COLUNAS: &str = "SELECT id, nome, prioridade, estado, criada_em, modo, criterios::text AS criterios, versao \
      FROM (SELECT *, -(SELECT count(DISTINCT regexp_replace(k, '_(de|ate)$', '')) FROM jsonb_object_keys(criterios) k) \
            AS ordem FROM regua.regua WHERE empresa_id = $1) r";

#[derive(QueryableByName)]
pub(super) struct LinhaRegua {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
    #[diesel(sql_type = Text)]
    nome: String,
    #[diesel(sql_type = Integer)]
    prioridade: i32,
    #[diesel(sql_type = Text)]
    estado: String,
    #[diesel(sql_type = Timestamptz)]
    criada_em: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    modo: String,
    #[diesel(sql_type = Text)]
    criterios: String,
    #[diesel(sql_type = Integer)]
    versao: i32,
}

/// A position, once for each of its actions; none, where a régua has no position.
#[derive(QueryableByName)]
struct LinhaPosicao {
    #[diesel(sql_type = SqlUuid)]
    regua_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    posicao_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    gatilho: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    dias: Option<i32>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    para_id: Option<Uuid>,
    #[diesel(sql_type = Bool)]
    removida: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    acao_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    canal: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    destinatarios: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    conteudo_id: Option<Uuid>,
}

#[derive(QueryableByName)]
struct LinhaConteudo {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    assunto: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    corpo: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    template_id: Option<Uuid>,
}

impl LinhaConteudo {
    fn conteudo(self) -> Option<Conteudo> {
        match (self.template_id, self.corpo) {
            (Some(id), _) => Some(Conteudo::Template(TemplateId::new(id))),
            (None, corpo) => Some(Conteudo::Texto { assunto: self.assunto, corpo: corpo? }),
        }
    }
}

#[derive(QueryableByName)]
pub(super) struct LinhaCredor {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: Uuid,
    #[diesel(sql_type = Text)]
    pub(super) codigo_integracao: String,
}

/// The positions of one régua, and those that were taken out of it.
#[derive(Default)]
pub(super) struct Posicoes {
    vivas: Vec<Posicao>,
    removidas: Vec<(PosicaoId, u16)>,
}

impl LinhaRegua {
    /// The régua with its positions, which it takes out of `posicoes`.
    pub(super) fn regua(&self, posicoes: &mut HashMap<Uuid, Posicoes>) -> Result<Regua, StoreError> {
        let criterios = criterios::read(&self.criterios)?;
        let Posicoes { vivas, removidas } = posicoes.remove(&self.id).unwrap_or_default();
        let regua = self.cabecalho(criterios).and_then(|cabecalho| Regua::new(cabecalho, vivas).ok());
        Ok(regua.ok_or(StoreError::Unknown("regua"))?.com_removidas(removidas))
    }

    fn cabecalho(&self, criterios: Criterios) -> Option<Cabecalho> {
        Some(Cabecalho {
            id: ReguaId::new(self.id),
            prioridade: self.prioridade,
            estado: EstadoRegua::parse(&self.estado).ok()?,
            criada_em: self.criada_em,
            modo: Modo::parse(&self.modo).ok()?,
            criterios,
        })
    }
}

/// Every régua of the company, archived ones without positions: headings, positions and actions in one statement, so that
/// a heading never comes with the positions of a later version. Only the first row of a régua has its criteria.
pub(super) fn whole(t: &mut Tenant<'_>) -> Result<Vec<Regua>, StoreError> {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(embed)]
        cabecalho: LinhaRegua,
        #[diesel(embed)]
        posicao: LinhaPosicao,
    }
    let linhas: Vec<Linha> = sql_query(
        "SELECT r.id, r.nome, r.prioridade, r.estado, r.criada_em, r.modo, r.versao, \
                CASE WHEN row_number() OVER (PARTITION BY r.id ORDER BY p.id, a.ordem, a.id) = 1 \
                     THEN r.criterios::text ELSE '' END AS criterios, \
                r.id AS regua_id, p.id AS posicao_id, p.gatilho, p.dias, p.para_id, p.removida_em IS NOT NULL AS removida, \
                a.id AS acao_id, a.canal, a.destinatarios, a.conteudo_id \
           FROM regua.regua r LEFT JOIN regua.posicao p ON p.empresa_id = $1 AND p.regua_id = r.id AND r.estado <> 'arquivada' \
                LEFT JOIN regua.acao a ON a.empresa_id = $1 AND a.posicao_id = p.id AND a.removida_em IS NULL \
                AND p.removida_em IS NULL \
          WHERE r.empresa_id = $1 ORDER BY r.id, p.id, a.ordem, a.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .load(t.conn)?;
    let (mut cabecalhos, mut posicoes): (Vec<LinhaRegua>, HashMap<Uuid, Posicoes>) = Default::default();
    for Linha { cabecalho, posicao } in linhas {
        if cabecalhos.last().is_none_or(|ultimo| ultimo.id != cabecalho.id) {
            cabecalhos.push(cabecalho);
        }
        posicoes.entry(posicao.regua_id).or_default().add(&posicao).ok_or(StoreError::Unknown("posicao"))?;
    }
    cabecalhos.iter().map(|cabecalho| cabecalho.regua(&mut posicoes)).collect()
}

pub(super) fn header(t: &mut Tenant<'_>, id: ReguaId) -> Result<Option<LinhaRegua>, StoreError> {
    Ok(sql_query(
        "SELECT id, nome, prioridade, estado, criada_em, modo, criterios::text AS criterios, versao FROM regua.regua \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)
    .optional()?)
}

pub(super) fn headers_after(
    t: &mut Tenant<'_>,
    estado: Option<EstadoRegua>,
    depois_de: Option<Fim>,
    limite: i64,
) -> Result<Vec<LinhaRegua>, StoreError> {
    Ok(sql_query(format!(
        "{COLUNAS} WHERE ($2 IS NULL OR estado = $2) \
            AND ($3 IS NULL OR (prioridade, ordem, criada_em, id) > ($3, $4, $5, $6)) \
          ORDER BY prioridade, ordem, criada_em, id LIMIT $7"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Text>, _>(estado.map(EstadoRegua::as_str))
    .bind::<Nullable<Integer>, _>(depois_de.map(|fim| fim.0))
    .bind::<Nullable<BigInt>, _>(depois_de.map(|fim| fim.1))
    .bind::<Nullable<Timestamptz>, _>(depois_de.map(|fim| fim.2))
    .bind::<Nullable<SqlUuid>, _>(depois_de.map(|fim| fim.3))
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

/// Positions and actions in one statement, so that it sees no half of a change.
fn posicoes(t: &mut Tenant<'_>, reguas: &[Uuid]) -> Result<HashMap<Uuid, Posicoes>, StoreError> {
    let linhas: Vec<LinhaPosicao> = sql_query(
        "SELECT p.regua_id, p.id AS posicao_id, p.gatilho, p.dias, p.para_id, p.removida_em IS NOT NULL AS removida, \
                a.id AS acao_id, a.canal, a.destinatarios, a.conteudo_id \
           FROM regua.posicao p LEFT JOIN regua.acao a ON a.empresa_id = p.empresa_id AND a.posicao_id = p.id \
                AND a.removida_em IS NULL AND p.removida_em IS NULL \
          WHERE p.empresa_id = $1 AND p.regua_id = ANY ($2) ORDER BY p.id, a.ordem, a.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(reguas)
    .load(t.conn)?;
    let mut lidas: HashMap<Uuid, Posicoes> = HashMap::new();
    for linha in linhas {
        lidas.entry(linha.regua_id).or_default().add(&linha).ok_or(StoreError::Unknown("posicao"))?;
    }
    Ok(lidas)
}

impl Posicoes {
    /// Rows of one position come one after the other.
    fn add(&mut self, linha: &LinhaPosicao) -> Option<()> {
        let Some(id) = linha.posicao_id.map(PosicaoId::new) else { return Some(()) };
        let gatilho = gatilho(linha)?;
        if linha.removida {
            // Nobody waits for a reminder.
            self.removidas.extend(gatilho.depois().map(|dias| (id, dias)));
            return Some(());
        }
        if self.vivas.last().is_none_or(|ultima| ultima.id != id) {
            self.vivas.push(Posicao { id, gatilho, acoes: Vec::new() });
        }
        let acao = match linha.acao_id {
            None => return Some(()),
            Some(acao) => Acao {
                id: AcaoId::new(acao),
                canal: Canal::parse(linha.canal.as_deref()?).ok()?,
                conteudo: linha.conteudo_id.map(ConteudoId::new),
                destinatarios: Destinatarios::parse(linha.destinatarios.as_deref()?).ok()?,
            },
        };
        self.vivas.last_mut()?.acoes.push(acao);
        Some(())
    }
}

fn gatilho(linha: &LinhaPosicao) -> Option<Gatilho> {
    let dias = u16::try_from(linha.dias?).ok()?;
    match (linha.gatilho.as_deref()?, linha.para_id) {
        ("lembrete", None) => Some(Gatilho::Lembrete { dias_antes: dias }),
        ("cobranca", None) => Some(Gatilho::Cobranca { dias }),
        ("reposicionamento", Some(para)) => {
            Some(Gatilho::Reposicionamento { dias, para: PosicaoId::new(para) })
        }
        (_, _) => None,
    }
}

/// The réguas with everything in them.
pub(super) fn complete(t: &mut Tenant<'_>, linhas: Vec<LinhaRegua>) -> Result<Vec<ReguaInteira>, StoreError> {
    let ids: Vec<Uuid> = linhas.iter().map(|linha| linha.id).collect();
    let mut posicoes = posicoes(t, &ids)?;
    let mut lidas = Vec::with_capacity(linhas.len());
    for linha in linhas {
        let regua = linha.regua(&mut posicoes)?;
        let (nome, versao) = (linha.nome, linha.versao);
        lidas.push(ReguaInteira {
            regua,
            nome,
            versao,
            conteudos: BTreeMap::new(),
            credores: BTreeMap::new(),
        });
    }
    add_textos(t, &mut lidas)?;
    add_credores(t, &mut lidas)?;
    Ok(lidas)
}

fn add_textos(t: &mut Tenant<'_>, reguas: &mut [ReguaInteira]) -> Result<(), StoreError> {
    let acoes = reguas.iter().flat_map(|inteira| inteira.regua.posicoes()).flat_map(|posicao| &posicao.acoes);
    let ids: Vec<Uuid> = acoes.filter_map(|acao| acao.conteudo).map(ConteudoId::uuid).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let linhas: Vec<LinhaConteudo> = sql_query(
        "SELECT id, assunto, corpo, template_id FROM regua.conteudo WHERE empresa_id = $1 AND id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?;
    let mut textos: HashMap<Uuid, Conteudo> =
        linhas.into_iter().filter_map(|linha| Some((linha.id, linha.conteudo()?))).collect();
    for inteira in reguas {
        let acoes = inteira.regua.posicoes().iter().flat_map(|posicao| &posicao.acoes);
        let seus = acoes.filter_map(|acao| acao.conteudo);
        inteira.conteudos = seus.filter_map(|id| Some((id, textos.remove(&id.uuid())?))).collect();
    }
    Ok(())
}

fn add_credores(t: &mut Tenant<'_>, reguas: &mut [ReguaInteira]) -> Result<(), StoreError> {
    let ids: Vec<Uuid> =
        reguas.iter().flat_map(|inteira| &inteira.regua.criterios().credores).map(|id| id.uuid()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let linhas: Vec<LinhaCredor> = sql_query(
        "SELECT id, codigo_integracao FROM cadastro.v_credor WHERE empresa_id = $1 AND id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?;
    let codigos: HashMap<Uuid, String> = linhas.into_iter().map(|x| (x.id, x.codigo_integracao)).collect();
    for inteira in reguas {
        let seus = inteira.regua.criterios().credores.iter();
        let com_codigo = |id: &CredorId| Some((*id, codigos.get(&id.uuid())?.clone()));
        inteira.credores = seus.filter_map(com_codigo).collect();
    }
    Ok(())
}
