//! Column mappings that a company keeps, by name.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use serde_json::Value;

use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// A mapping as it is read.
#[derive(Clone, Debug, QueryableByName)]
pub struct MapeamentoLido {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub nome: String,
    /// Its rules.
    #[diesel(sql_type = Jsonb)]
    pub regras: Value,
    /// When they changed last.
    #[diesel(sql_type = Timestamptz)]
    pub atualizado_em: DateTime<Utc>,
}

/// Stores a mapping under its name. The same one again writes nothing.
///
/// # Errors
/// The database refused or is unreachable.
pub fn put(t: &mut Tenant<'_>, nome: &str, regras: &Value, agora: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO cadastro.mapeamento AS m (empresa_id, nome, regras, atualizado_em) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (empresa_id, nome) DO UPDATE SET regras = excluded.regras, atualizado_em = excluded.atualizado_em \
          WHERE m.regras IS DISTINCT FROM excluded.regras",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Text, _>(nome)
    .bind::<Jsonb, _>(regras)
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}

/// One mapping.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, nome: &str) -> Result<Option<MapeamentoLido>, StoreError> {
    Ok(sql_query(
        "SELECT nome, regras, atualizado_em FROM cadastro.mapeamento WHERE empresa_id = $1 AND nome = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Text, _>(nome)
    .get_result(t.conn)
    .optional()?)
}

/// Mappings after the name `depois_de`, by name.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    depois_de: Option<&str>,
    limite: i64,
) -> Result<Vec<MapeamentoLido>, StoreError> {
    Ok(sql_query(
        "SELECT nome, regras, atualizado_em FROM cadastro.mapeamento \
          WHERE empresa_id = $1 AND ($2 IS NULL OR nome > $2) ORDER BY nome LIMIT $3",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Text>, _>(depois_de)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

/// Forgets a mapping; imports that were asked for with it keep it as it was. Answers whether it was there.
///
/// # Errors
/// The database is unreachable.
pub fn remove(t: &mut Tenant<'_>, nome: &str) -> Result<bool, StoreError> {
    let removidos = sql_query("DELETE FROM cadastro.mapeamento WHERE empresa_id = $1 AND nome = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Text, _>(nome)
        .execute(t.conn)?;
    Ok(removidos > 0)
}
