//! What happened to debtors on the channels that are no message, as their timelines show it (`acontecimentos`).

use chrono::{DateTime, Utc};
use diesel::RunQueryDsl as _;
use diesel::sql_types::{Array, Jsonb, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use domain::acontecimento::TipoAcontecimento;
use serde_json::Value;
use uuid::Uuid;

use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// Something that happened. It may hold what was found out about a debtor, hence no `Debug`.
#[derive(Clone)]
pub struct Nota {
    /// To whom.
    pub devedor: Uuid,
    /// When, in business time.
    pub em: DateTime<Utc>,
    /// Its place among what happened at that instant: causes before effects.
    pub ordem: i16,
    /// What tells it from others of its kind; never changes.
    pub chave: String,
    /// What it is.
    pub tipo: TipoAcontecimento,
    /// An object with a field for each thing that it is about.
    pub dados: Value,
}

/// Keeps them; one that was kept stays as it is. In a transaction of an author they are his.
///
/// # Errors
/// The database is unreachable.
pub fn note(t: &mut Tenant<'_>, notas: &[Nota]) -> Result<(), StoreError> {
    if notas.is_empty() {
        return Ok(());
    }
    prepared(
        "INSERT INTO disparo.acontecimento (empresa_id, devedor_id, em, ordem, chave, tipo, dados) \
         SELECT $1, x.devedor, x.em, x.ordem, x.chave, x.tipo, x.dados \
           FROM unnest($2, $3, $4, $5, $6, $7) AS x (devedor, em, ordem, chave, tipo, dados) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(notas.iter().map(|n| n.devedor).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(notas.iter().map(|n| n.em).collect::<Vec<_>>())
    .bind::<Array<SmallInt>, _>(notas.iter().map(|n| n.ordem).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(notas.iter().map(|n| n.chave.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(notas.iter().map(|n| n.tipo.as_str()).collect::<Vec<_>>())
    .bind::<Array<Jsonb>, _>(notas.iter().map(|n| n.dados.clone()).collect::<Vec<_>>())
    .execute(t.conn)?;
    Ok(())
}
