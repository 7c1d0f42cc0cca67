//! Simulations: what was asked, how far it is, what came out. Nothing else is ever written because of one.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Date, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use serde_json::Value;
use uuid::Uuid;

use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

mod carteira;
mod fila;
mod pedido;

pub use carteira::{known, page, portfolio};
pub use fila::{Progresso, Tomada, claim, fail, finish, progress, release, waiting};
pub use pedido::{Pedido, ReguaGuardada, Tipo};

/// How long a simulation is kept.
const GUARDA: TimeDelta = TimeDelta::days(30);

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
