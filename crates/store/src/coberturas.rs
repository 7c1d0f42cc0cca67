//! Who may be charged and is in no régua (rule s13), kept by the nights as they go.

use chrono::NaiveDate;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::DevedorId;
use domain::regua::{Criterio, Descoberto};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// Writes what the night of `data` found of the debtors it holds: those that are left out, and those that are not any more.
/// One that was left out before keeps the date since when. Where nobody is and nobody was, this is one look at an empty
/// range of an index.
///
/// # Errors
/// The database refused or is unreachable.
pub fn save(
    t: &mut Tenant<'_>,
    achados: &[(DevedorId, Option<Descoberto>)],
    data: NaiveDate,
) -> Result<(), StoreError> {
    let cobertos: Vec<Uuid> =
        achados.iter().filter(|(_, achado)| achado.is_none()).map(|(id, _)| id.uuid()).collect();
    let fora: Vec<(Uuid, Descoberto)> =
        achados.iter().filter_map(|(id, achado)| Some((id.uuid(), (*achado)?))).collect();
    remove(t, &cobertos)?;
    upsert(t, &fora, data)
}

/// By place, once each was found by its key: a join might read the whole table. Nobody else writes these rows: the debtors
/// are locked by this transaction.
fn remove(t: &mut Tenant<'_>, cobertos: &[Uuid]) -> Result<(), StoreError> {
    if cobertos.is_empty() {
        return Ok(());
    }
    sql_query(
        "DELETE FROM regua.descoberto WHERE empresa_id = $1 AND ctid = ANY (ARRAY( \
           SELECT f.lugar FROM unnest($2) AS x(id) CROSS JOIN LATERAL \
                  (SELECT ctid AS lugar FROM regua.descoberto WHERE empresa_id = $1 AND devedor_id = x.id OFFSET 0) f \
            WHERE EXISTS (SELECT FROM regua.descoberto WHERE empresa_id = $1)))",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(cobertos)
    .execute_unit(t.conn)
}

fn upsert(t: &mut Tenant<'_>, fora: &[(Uuid, Descoberto)], data: NaiveDate) -> Result<(), StoreError> {
    if fora.is_empty() {
        return Ok(());
    }
    let perto = |d: &Descoberto| (d.perto.map(|(regua, _)| regua.uuid()), d.perto.map(|(_, c)| c.as_str()));
    sql_query(
        "INSERT INTO regua.descoberto AS d (empresa_id, devedor_id, regua_id, criterio, titulos, valor, desde) \
         SELECT $1, x.devedor, x.regua, x.criterio, x.titulos, x.valor, $7 \
           FROM unnest($2, $3, $4, $5, $6) AS x(devedor, regua, criterio, titulos, valor) \
         ON CONFLICT (empresa_id, devedor_id) DO UPDATE \
            SET regua_id = excluded.regua_id, criterio = excluded.criterio, titulos = excluded.titulos, valor = excluded.valor \
          WHERE (d.regua_id, d.criterio, d.titulos, d.valor) \
                IS DISTINCT FROM (excluded.regua_id, excluded.criterio, excluded.titulos, excluded.valor)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(fora.iter().map(|(id, _)| *id).collect::<Vec<_>>())
    .bind::<Array<Nullable<SqlUuid>>, _>(fora.iter().map(|(_, d)| perto(d).0).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(fora.iter().map(|(_, d)| perto(d).1).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(
        fora.iter().map(|(_, d)| i32::try_from(d.titulos).unwrap_or(i32::MAX)).collect::<Vec<_>>(),
    )
    .bind::<Array<BigInt>, _>(fora.iter().map(|(_, d)| d.valor.get()).collect::<Vec<_>>())
    .bind::<Date, _>(data)
    .execute_unit(t.conn)
}

/// Debtors left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Soma {
    /// The régua that came closest; without one, none was active.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub regua_id: Option<Uuid>,
    /// Its criterion that kept them out.
    #[diesel(sql_type = Nullable<Text>)]
    pub criterio: Option<String>,
    /// How many debtors.
    #[diesel(sql_type = BigInt)]
    pub devedores: i64,
    /// How many títulos of theirs.
    #[diesel(sql_type = BigInt)]
    pub titulos: i64,
    /// What those sum to, in centavos.
    #[diesel(sql_type = BigInt)]
    pub valor: i64,
}

/// How many are left out and why, the largest value first: at most one row per régua and criterion.
///
/// # Errors
/// The database is unreachable.
pub fn sums(t: &mut Tenant<'_>) -> Result<Vec<Soma>, StoreError> {
    Ok(sql_query(
        "SELECT regua_id, criterio, count(*) AS devedores, sum(titulos)::bigint AS titulos, \
                least(sum(valor), 9223372036854775807)::bigint AS valor \
           FROM regua.descoberto WHERE empresa_id = $1 GROUP BY regua_id, criterio \
          ORDER BY sum(valor) DESC, regua_id, criterio",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .load(t.conn)?)
}

/// A debtor that is left out.
#[derive(Clone, Debug, QueryableByName)]
pub struct DescobertoLido {
    /// Debtor.
    #[diesel(sql_type = SqlUuid)]
    pub devedor_id: Uuid,
    /// The régua that came closest.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub regua_id: Option<Uuid>,
    /// Its criterion that kept the reference título out.
    #[diesel(sql_type = Nullable<Text>)]
    pub criterio: Option<String>,
    /// How many títulos.
    #[diesel(sql_type = Integer)]
    pub titulos: i32,
    /// What they sum to, in centavos.
    #[diesel(sql_type = BigInt)]
    pub valor: i64,
    /// Date of the first night that left it out.
    #[diesel(sql_type = Date)]
    pub desde: NaiveDate,
}

/// Which debtors to list; `None` is any.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filtro {
    /// Those that this criterion kept out.
    pub criterio: Option<Criterio>,
    /// Those that came closest to this régua.
    pub regua: Option<Uuid>,
}

/// A page of debtors that are left out, after the id `depois_de`, in order of id.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: Filtro,
    depois_de: Option<Uuid>,
    limite: i64,
) -> Result<Vec<DescobertoLido>, StoreError> {
    Ok(sql_query(
        "SELECT devedor_id, regua_id, criterio, titulos, valor, desde FROM regua.descoberto \
          WHERE empresa_id = $1 AND ($2 IS NULL OR devedor_id > $2) AND ($3 IS NULL OR criterio = $3) \
            AND ($4 IS NULL OR regua_id = $4) ORDER BY devedor_id LIMIT $5",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<SqlUuid>, _>(depois_de)
    .bind::<Nullable<Text>, _>(filtro.criterio.map(Criterio::as_str))
    .bind::<Nullable<SqlUuid>, _>(filtro.regua)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}
