//! What a simulation reads of a company: its debtors.

use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use uuid::Uuid;

use super::Numero;
use crate::{StoreError, Tenant};

#[derive(QueryableByName)]
struct Devedor {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The next `limite` debtors after `depois_de`, by id: every one that a night could ever look at.
///
/// # Errors
/// The database is unreachable.
pub fn page(t: &mut Tenant<'_>, depois_de: Option<Uuid>, limite: i64) -> Result<Vec<Uuid>, StoreError> {
    let linhas: Vec<Devedor> = sql_query(
        "SELECT devedor_id AS id FROM regua.agenda WHERE empresa_id = $1 AND devedor_id > $2 ORDER BY devedor_id LIMIT $3",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(depois_de.unwrap_or(Uuid::nil()))
    .bind::<BigInt, _>(limite)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|linha| linha.id).collect())
}

/// How many debtors a night could ever look at.
///
/// # Errors
/// The database is unreachable.
pub fn portfolio(t: &mut Tenant<'_>) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) AS n FROM regua.agenda WHERE empresa_id = $1";
    let numero: Numero = sql_query(sql).bind::<SqlUuid, _>(t.empresa.uuid()).get_result(t.conn)?;
    Ok(numero.n)
}

/// Which of `ids` are debtors of the company.
///
/// # Errors
/// The database is unreachable.
pub fn known(t: &mut Tenant<'_>, ids: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let linhas: Vec<Devedor> = sql_query(
        "SELECT p.id FROM unnest($1) AS d(id) CROSS JOIN LATERAL \
                (SELECT id FROM cadastro.v_perfil WHERE id = d.id OFFSET 0) p",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|linha| linha.id).collect())
}
