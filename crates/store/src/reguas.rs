//! Réguas with their positions, actions and texts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::Canal;
use domain::ids::{AcaoId, ConteudoId, PosicaoId, ReguaId};
use domain::regua::{Acao, EstadoRegua, Gatilho, Posicao, Regua, Reguas};
use uuid::Uuid;

use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// A régua to be created, inactive (rule v01).
#[derive(Clone, Debug)]
pub struct NovaRegua {
    /// Name chosen by the company.
    pub nome: String,
    /// Réguas are tried in ascending order.
    pub prioridade: i32,
    /// Its positions.
    pub posicoes: Vec<NovaPosicao>,
}

/// A position to be created.
#[derive(Clone, Debug)]
pub struct NovaPosicao {
    /// When it fires.
    pub gatilho: Gatilho,
    /// What it does, in order.
    pub acoes: Vec<NovaAcao>,
}

/// An action to be created.
#[derive(Clone, Debug)]
pub struct NovaAcao {
    /// How it leaves.
    pub canal: Canal,
    /// Its text, where the channel has one (rule r09).
    pub conteudo: Option<Conteudo>,
}

/// The text of an action, with coringas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conteudo {
    /// Subject; e-mail only (rule r10).
    pub assunto: Option<String>,
    /// Body.
    pub corpo: String,
}

/// A régua as it is read: what the domain knows plus name and texts.
#[derive(Clone, Debug)]
pub struct ReguaLida {
    /// What the decisions see.
    pub regua: Regua,
    /// Name chosen by the company.
    pub nome: String,
    /// Texts of its actions.
    pub conteudos: BTreeMap<ConteudoId, Conteudo>,
}

/// Creates a régua with everything in it and answers its id.
///
/// # Errors
/// Two positions on one day violate `posicao_dia_unico`; the database refused or is unreachable.
pub fn create(t: &mut Tenant<'_>, nova: &NovaRegua, agora: DateTime<Utc>) -> Result<ReguaId, StoreError> {
    let id = ReguaId::new(new_id(agora));
    sql_query(
        "INSERT INTO regua.regua (empresa_id, id, nome, prioridade, criada_em, alterada_em) VALUES ($1, $2, $3, $4, $5, $5)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(&nova.nome)
    .bind::<Integer, _>(nova.prioridade)
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)?;
    nova.posicoes.iter().try_for_each(|posicao| insert_posicao(t, id, posicao, agora).map(|_| ()))?;
    Ok(id)
}

/// Adds a position to a régua of the company and answers its id.
///
/// # Errors
/// A second position on the same day violates `posicao_dia_unico` (rule r07); the database refused or is unreachable.
pub fn add_posicao(
    t: &mut Tenant<'_>,
    regua: ReguaId,
    nova: &NovaPosicao,
    agora: DateTime<Utc>,
) -> Result<PosicaoId, StoreError> {
    let id = insert_posicao(t, regua, nova, agora)?;
    touch(t, regua, agora)?;
    Ok(id)
}

fn insert_posicao(
    t: &mut Tenant<'_>,
    regua: ReguaId,
    nova: &NovaPosicao,
    agora: DateTime<Utc>,
) -> Result<PosicaoId, StoreError> {
    let id = PosicaoId::new(new_id(agora));
    let (gatilho, dias) = match nova.gatilho {
        Gatilho::Lembrete { dias_antes } => ("lembrete", dias_antes),
        Gatilho::Cobranca { dias } => ("cobranca", dias),
    };
    sql_query(
        "INSERT INTO regua.posicao (empresa_id, id, regua_id, gatilho, dias) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<SqlUuid, _>(regua.uuid())
    .bind::<Text, _>(gatilho)
    .bind::<Integer, _>(i32::from(dias))
    .execute_unit(t.conn)?;
    for (ordem, acao) in (0_i16..).zip(&nova.acoes) {
        insert_acao(t, id, ordem, acao, agora)?;
    }
    Ok(id)
}

fn insert_acao(
    t: &mut Tenant<'_>,
    posicao: PosicaoId,
    ordem: i16,
    nova: &NovaAcao,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    let conteudo = nova.conteudo.as_ref().map(|texto| (new_id(agora), texto));
    if let Some((id, texto)) = conteudo {
        sql_query(
            "INSERT INTO regua.conteudo (empresa_id, id, canal, assunto, corpo) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(nova.canal.as_str())
        .bind::<Nullable<Text>, _>(texto.assunto.as_deref())
        .bind::<Text, _>(&texto.corpo)
        .execute_unit(t.conn)?;
    }
    sql_query(
        "INSERT INTO regua.acao (empresa_id, id, posicao_id, ordem, canal, conteudo_id) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(new_id(agora))
    .bind::<SqlUuid, _>(posicao.uuid())
    .bind::<SmallInt, _>(ordem)
    .bind::<Text, _>(nova.canal.as_str())
    .bind::<Nullable<SqlUuid>, _>(conteudo.map(|(id, _)| id))
    .execute_unit(t.conn)
}

/// Sets the state of a régua; the next night then looks at every debtor. Answers whether the company has it.
///
/// # Errors
/// The database refused or is unreachable.
pub fn set_estado(
    t: &mut Tenant<'_>,
    id: ReguaId,
    estado: EstadoRegua,
    agora: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let touched = sql_query(
        "UPDATE regua.regua SET estado = $3, mudou = mudou OR estado <> $3, \
                alterada_em = CASE WHEN estado = $3 THEN alterada_em ELSE $4 END WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(estado.as_str())
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    Ok(touched > 0)
}

fn touch(t: &mut Tenant<'_>, id: ReguaId, agora: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query("UPDATE regua.regua SET alterada_em = $3, mudou = true WHERE empresa_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .bind::<Timestamptz, _>(agora)
        .execute_unit(t.conn)
}

/// Every régua of the company, archived ones too: a live inscrição may still have to close because of them.
///
/// # Errors
/// The database is unreachable or holds a régua this version cannot read.
pub fn load(t: &mut Tenant<'_>) -> Result<Reguas, StoreError> {
    Ok(Reguas::new(read(t, None)?.into_iter().map(|lida| lida.regua).collect()))
}

/// The réguas of the company, by priority.
///
/// # Errors
/// The database is unreachable or holds a régua this version cannot read.
pub fn list(t: &mut Tenant<'_>) -> Result<Vec<ReguaLida>, StoreError> {
    read(t, None)
}

/// Where a page of réguas ended: the keys of the order in which they are tried.
pub type Fim = (i32, DateTime<Utc>, Uuid);

/// A page of réguas after `depois_de`, in the order in which they are tried.
///
/// # Errors
/// The database is unreachable or holds a régua this version cannot read.
pub fn page(t: &mut Tenant<'_>, depois_de: Option<Fim>, limite: i64) -> Result<Vec<ReguaLida>, StoreError> {
    let reguas: Vec<LinhaRegua> = sql_query(
        "SELECT id, nome, prioridade, estado, criada_em FROM regua.regua WHERE empresa_id = $1 \
            AND ($2 IS NULL OR (prioridade, criada_em, id) > ($2, $3, $4)) \
          ORDER BY prioridade, criada_em, id LIMIT $5",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Integer>, _>(depois_de.map(|fim| fim.0))
    .bind::<Nullable<Timestamptz>, _>(depois_de.map(|fim| fim.1))
    .bind::<Nullable<SqlUuid>, _>(depois_de.map(|fim| fim.2))
    .bind::<BigInt, _>(limite)
    .load(t.conn)?;
    complete(t, reguas)
}

/// One régua of the company, which nobody else changes until this transaction ends.
///
/// # Errors
/// The database is unreachable or holds a régua this version cannot read.
pub fn lock(t: &mut Tenant<'_>, id: ReguaId) -> Result<Option<ReguaLida>, StoreError> {
    sql_query("SELECT 1 FROM regua.regua WHERE empresa_id = $1 AND id = $2 FOR UPDATE")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .execute_unit(t.conn)?;
    get(t, id)
}

/// One régua of the company.
///
/// # Errors
/// The database is unreachable or holds a régua this version cannot read.
pub fn get(t: &mut Tenant<'_>, id: ReguaId) -> Result<Option<ReguaLida>, StoreError> {
    Ok(read(t, Some(id))?.pop())
}

#[derive(QueryableByName)]
struct LinhaRegua {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    nome: String,
    #[diesel(sql_type = Integer)]
    prioridade: i32,
    #[diesel(sql_type = Text)]
    estado: String,
    #[diesel(sql_type = Timestamptz)]
    criada_em: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct LinhaPosicao {
    #[diesel(sql_type = SqlUuid)]
    regua_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    lembrete: bool,
    #[diesel(sql_type = Integer)]
    dias: i32,
}

#[derive(QueryableByName)]
struct LinhaAcao {
    #[diesel(sql_type = SqlUuid)]
    regua_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    posicao_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    canal: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    conteudo_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    assunto: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    corpo: Option<String>,
}

fn read(t: &mut Tenant<'_>, so: Option<ReguaId>) -> Result<Vec<ReguaLida>, StoreError> {
    let reguas: Vec<LinhaRegua> = sql_query(
        "SELECT id, nome, prioridade, estado, criada_em FROM regua.regua \
          WHERE empresa_id = $1 AND ($2 IS NULL OR id = $2) ORDER BY prioridade, criada_em, id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<SqlUuid>, _>(so.map(ReguaId::uuid))
    .load(t.conn)?;
    complete(t, reguas)
}

/// The réguas with everything in them.
fn complete(t: &mut Tenant<'_>, reguas: Vec<LinhaRegua>) -> Result<Vec<ReguaLida>, StoreError> {
    let ids: Vec<Uuid> = reguas.iter().map(|r| r.id).collect();
    let posicoes: Vec<LinhaPosicao> = sql_query(
        "SELECT regua_id, id, gatilho = 'lembrete' AS lembrete, dias FROM regua.posicao \
          WHERE empresa_id = $1 AND regua_id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(&ids)
    .load(t.conn)?;
    let acoes: Vec<LinhaAcao> = sql_query(
        "SELECT p.regua_id, a.posicao_id, a.id, a.canal, a.conteudo_id, c.assunto, c.corpo \
           FROM regua.acao a JOIN regua.posicao p USING (empresa_id) \
           LEFT JOIN regua.conteudo c ON c.empresa_id = a.empresa_id AND c.id = a.conteudo_id \
          WHERE a.empresa_id = $1 AND p.id = a.posicao_id AND p.regua_id = ANY ($2) ORDER BY a.ordem, a.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(&ids)
    .load(t.conn)?;
    reguas.into_iter().map(|r| assemble(r, &posicoes, &acoes).ok_or(StoreError::Unknown("regua"))).collect()
}

fn assemble(linha: LinhaRegua, posicoes: &[LinhaPosicao], acoes: &[LinhaAcao]) -> Option<ReguaLida> {
    let das_posicoes = posicoes
        .iter()
        .filter(|p| p.regua_id == linha.id)
        .map(|p| {
            let dias = u16::try_from(p.dias).ok()?;
            let gatilho =
                if p.lembrete { Gatilho::Lembrete { dias_antes: dias } } else { Gatilho::Cobranca { dias } };
            let acoes =
                acoes.iter().filter(|a| a.posicao_id == p.id).map(acao).collect::<Option<Vec<_>>>()?;
            Some(Posicao { id: PosicaoId::new(p.id), gatilho, acoes })
        })
        .collect::<Option<Vec<_>>>()?;
    let conteudos = acoes
        .iter()
        .filter(|a| a.regua_id == linha.id)
        .filter_map(|a| {
            let conteudo = Conteudo { assunto: a.assunto.clone(), corpo: a.corpo.clone()? };
            Some((ConteudoId::new(a.conteudo_id?), conteudo))
        })
        .collect();
    let estado = EstadoRegua::parse(&linha.estado).ok()?;
    let regua =
        Regua::new(ReguaId::new(linha.id), linha.prioridade, estado, linha.criada_em, das_posicoes).ok()?;
    Some(ReguaLida { regua, nome: linha.nome, conteudos })
}

fn acao(linha: &LinhaAcao) -> Option<Acao> {
    Some(Acao {
        id: AcaoId::new(linha.id),
        canal: Canal::parse(&linha.canal).ok()?,
        conteudo: linha.conteudo_id.map(ConteudoId::new),
    })
}
