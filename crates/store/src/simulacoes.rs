//! Simulations: what was asked, how far it is, what came out. Nothing else is ever written because of one.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Date, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::EmpresaId;
use serde_json::Value;
use uuid::Uuid;

use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::{Banco, StoreError, Tenant};

mod carteira;
mod pedido;

pub use carteira::{known, page, portfolio};
pub use pedido::{Pedido, ReguaGuardada, Tipo};

/// How long a simulation is kept.
const GUARDA: TimeDelta = TimeDelta::days(30);
/// An engine tells of itself after every page; one that did not for this long is gone. By the database's own clock: that of
/// a sandbox stands still.
const LEASE: &str = "interval '30 seconds'";
/// A simulation that took this many engines with it is not given to another one.
const MAX_TENTATIVAS: i16 = 3;

/// A simulation as it is read.
#[derive(Clone, Debug, QueryableByName)]
pub struct SimulacaoLida {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// What it is for: `simulacao` or `impacto`.
    #[diesel(sql_type = Text)]
    pub tipo: String,
    /// Its first night.
    #[diesel(sql_type = Date)]
    pub de: NaiveDate,
    /// Its last night.
    #[diesel(sql_type = Date)]
    pub ate: NaiveDate,
    /// `pendente`, `andando`, `concluida` or `falhou`.
    #[diesel(sql_type = Text)]
    pub estado: String,
    /// Debtors looked at so far.
    #[diesel(sql_type = BigInt)]
    pub devedores: i64,
    /// Debtors to look at.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub previstos: Option<i64>,
    /// Seconds left at the pace so far.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub faltam_segundos: Option<i64>,
    /// What came out.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub resultado: Option<Value>,
    /// Why nothing came out, for a person.
    #[diesel(sql_type = Nullable<Text>)]
    pub erro: Option<String>,
    /// When it was asked for.
    #[diesel(sql_type = Timestamptz)]
    pub criada_em: DateTime<Utc>,
    /// When it ended.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub concluida_em: Option<DateTime<Utc>>,
}

/// A simulation in the hands of one engine. Another one that takes it over raises `tentativa`, after which nothing that this
/// one writes is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tomada {
    /// The simulation.
    pub id: Uuid,
    /// Which engine in turn.
    pub tentativa: i16,
}

/// Stores what is asked and answers the id of the simulation. Those of a month ago are forgotten.
///
/// # Errors
/// The database refused or is unreachable.
pub fn create(t: &mut Tenant<'_>, pedido: &Pedido, agora: DateTime<Utc>) -> Result<Uuid, StoreError> {
    sql_query("DELETE FROM regua.simulacao WHERE empresa_id = $1 AND criada_em < $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Timestamptz, _>(agora.checked_sub_signed(GUARDA).unwrap_or(agora))
        .execute_unit(t.conn)?;
    let id = new_id(agora);
    sql_query(
        "INSERT INTO regua.simulacao (empresa_id, id, tipo, de, ate, pedido, criada_em) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(pedido.tipo.as_str())
    .bind::<Date, _>(pedido.de)
    .bind::<Date, _>(pedido.ate)
    .bind::<Jsonb, _>(pedido.write()?)
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)?;
    Ok(id)
}

/// Not what was asked, which may be large.
const COLUNAS: &str = "SELECT id, tipo, de, ate, estado, devedores, previstos, faltam_segundos, resultado, erro, criada_em, \
                              concluida_em FROM regua.simulacao WHERE empresa_id = $1";

/// One simulation of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: Uuid) -> Result<Option<SimulacaoLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id)
        .get_result(t.conn)
        .optional()?)
}

/// The simulations of the company made before `antes_de`, latest first, without what came out.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    antes_de: Option<Uuid>,
    limite: i64,
) -> Result<Vec<SimulacaoLida>, StoreError> {
    let colunas = COLUNAS.replace(" resultado,", " NULL::jsonb AS resultado,");
    Ok(sql_query(format!("{colunas} AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Nullable<SqlUuid>, _>(antes_de)
        .bind::<BigInt, _>(limite)
        .load(t.conn)?)
}

/// Forgets a simulation; whoever walks it stops. Answers whether it was there.
///
/// # Errors
/// The database is unreachable.
pub fn remove(t: &mut Tenant<'_>, id: Uuid) -> Result<bool, StoreError> {
    let removidas = sql_query("DELETE FROM regua.simulacao WHERE empresa_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id)
        .execute(t.conn)?;
    Ok(removidas > 0)
}

#[derive(QueryableByName)]
struct Numero {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many of the company are not over yet.
///
/// # Errors
/// The database is unreachable.
pub fn unfinished(t: &mut Tenant<'_>) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) AS n FROM regua.simulacao WHERE empresa_id = $1 AND estado IN ('pendente', 'andando')";
    let numero: Numero = sql_query(sql).bind::<SqlUuid, _>(t.empresa.uuid()).get_result(t.conn)?;
    Ok(numero.n)
}

#[derive(QueryableByName)]
struct PorFazer {
    #[diesel(sql_type = SqlUuid)]
    empresa_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Simulations that nobody walks, of every company, oldest first.
///
/// # Errors
/// The database is unreachable.
pub fn waiting(banco: &Banco) -> Result<Vec<(EmpresaId, Uuid)>, StoreError> {
    let linhas: Vec<PorFazer> = banco.de_todas(|conn| {
        Ok(sql_query("SELECT empresa_id, id FROM regua.simulacoes_por_fazer()").load(conn)?)
    })?;
    Ok(linhas.into_iter().map(|l| (EmpresaId::new(l.empresa_id), l.id)).collect())
}

#[derive(QueryableByName)]
struct LinhaTomada {
    #[diesel(sql_type = Text)]
    tipo: String,
    #[diesel(sql_type = Date)]
    de: NaiveDate,
    #[diesel(sql_type = Date)]
    ate: NaiveDate,
    #[diesel(sql_type = Jsonb)]
    pedido: Value,
    #[diesel(sql_type = SmallInt)]
    tentativas: i16,
}

/// Takes a simulation that nobody walks; `None` when somebody does, or did, or it is gone.
///
/// # Errors
/// The database is unreachable, or another version wrote what was asked.
pub fn claim(
    t: &mut Tenant<'_>,
    id: Uuid,
    agora: DateTime<Utc>,
) -> Result<Option<(Tomada, Pedido)>, StoreError> {
    let linha: Option<LinhaTomada> = sql_query(format!(
        "UPDATE regua.simulacao SET estado = 'andando', tentativas = tentativas + 1, devedores = 0, previstos = NULL, \
                faltam_segundos = NULL, lease_ate = clock_timestamp() + {LEASE} \
          WHERE empresa_id = $1 AND id IN (SELECT id FROM regua.simulacao WHERE empresa_id = $1 AND id = $2 \
                AND (estado = 'pendente' OR (estado = 'andando' AND lease_ate < clock_timestamp())) FOR UPDATE SKIP LOCKED) \
         RETURNING tipo, de, ate, pedido, tentativas",
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .get_result(t.conn)
    .optional()?;
    let Some(linha) = linha else { return Ok(None) };
    let tomada = Tomada { id, tentativa: linha.tentativas };
    if linha.tentativas > MAX_TENTATIVAS {
        fail(t, tomada, "a simulação foi interrompida vezes demais", agora)?;
        return Ok(None);
    }
    Ok(Some((tomada, Pedido::read(&linha.tipo, (linha.de, linha.ate), &linha.pedido)?)))
}

/// Gives a simulation back, not begun, as if it had not been taken.
///
/// # Errors
/// The database is unreachable.
pub fn release(t: &mut Tenant<'_>, tomada: Tomada) -> Result<(), StoreError> {
    sql_query(
        "UPDATE regua.simulacao SET estado = 'pendente', tentativas = tentativas - 1, devedores = 0, lease_ate = NULL, \
                faltam_segundos = NULL WHERE empresa_id = $1 AND id = $2 AND tentativas = $3 AND estado = 'andando'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<SmallInt, _>(tomada.tentativa)
    .execute_unit(t.conn)
}

/// How far a simulation is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progresso {
    /// Debtors looked at.
    pub devedores: i64,
    /// Debtors to look at.
    pub previstos: i64,
    /// Seconds left at the pace so far, once there is one.
    pub faltam_segundos: Option<i64>,
}

/// Says that the simulation is still walked, and how far it is. Answers whether it is still this engine's.
///
/// # Errors
/// The database is unreachable.
pub fn progress(t: &mut Tenant<'_>, tomada: Tomada, progresso: Progresso) -> Result<bool, StoreError> {
    let minhas = sql_query(format!(
        "UPDATE regua.simulacao SET devedores = $4, previstos = $5, faltam_segundos = $6, \
                lease_ate = clock_timestamp() + {LEASE} \
          WHERE empresa_id = $1 AND id = $2 AND tentativas = $3 AND estado = 'andando'",
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<SmallInt, _>(tomada.tentativa)
    .bind::<BigInt, _>(progresso.devedores)
    .bind::<BigInt, _>(progresso.previstos)
    .bind::<Nullable<BigInt>, _>(progresso.faltam_segundos)
    .execute(t.conn)?;
    Ok(minhas > 0)
}

/// Stores what came out of a simulation that is still this engine's.
///
/// # Errors
/// The database is unreachable.
pub fn finish(
    t: &mut Tenant<'_>,
    tomada: Tomada,
    resultado: &Value,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    end(t, tomada, (Some(resultado), None), agora)
}

/// Ends a simulation that is still this engine's, and of which nothing can come out.
///
/// # Errors
/// The database is unreachable.
pub fn fail(t: &mut Tenant<'_>, tomada: Tomada, erro: &str, agora: DateTime<Utc>) -> Result<(), StoreError> {
    end(t, tomada, (None, Some(erro)), agora)
}

fn end(
    t: &mut Tenant<'_>,
    tomada: Tomada,
    (resultado, erro): (Option<&Value>, Option<&str>),
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql_query(
        "UPDATE regua.simulacao SET estado = CASE WHEN $5 IS NULL THEN 'concluida' ELSE 'falhou' END, resultado = $4, \
                erro = $5, faltam_segundos = NULL, lease_ate = NULL, concluida_em = $6 \
          WHERE empresa_id = $1 AND id = $2 AND tentativas = $3 AND estado = 'andando'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<SmallInt, _>(tomada.tentativa)
    .bind::<Nullable<Jsonb>, _>(resultado)
    .bind::<Nullable<Text>, _>(erro)
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}
