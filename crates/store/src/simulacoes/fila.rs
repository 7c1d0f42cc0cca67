//! Simulations as engines pass them to each other: taken, told how far, ended.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Date, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::EmpresaId;
use serde_json::Value;
use uuid::Uuid;

use super::Pedido;
use crate::migracao::ExecuteUnit as _;
use crate::{Banco, StoreError, Tenant};

/// An engine tells of itself after every page; one that did not for this long is gone. By the database's own clock: that of
/// a sandbox stands still.
const LEASE: &str = "interval '30 seconds'";
/// A simulation that took this many engines with it is not given to another one.
const MAX_TENTATIVAS: i16 = 3;

/// A simulation in the hands of one engine. Another one that takes it over raises `tentativa`, after which nothing that this
/// one writes is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tomada {
    /// The simulation.
    pub id: Uuid,
    /// Which engine in turn.
    pub tentativa: i16,
}

/// Simulations that nobody walks, of every company, oldest first.
///
/// # Errors
/// The database is unreachable.
pub fn waiting(banco: &Banco) -> Result<Vec<(EmpresaId, Uuid)>, StoreError> {
    banco.por_fazer("regua.simulacoes_por_fazer")
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
