//! Channels that a company stopped: nothing of them is published, and nothing passes the fence.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::Canal;

use crate::{StoreError, Tenant};

/// A channel that is stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parada {
    /// Which.
    pub canal: Canal,
    /// Why, in the words of who stopped it.
    pub motivo: String,
    /// Since when.
    pub desde: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Linha {
    #[diesel(sql_type = Text)]
    canal: String,
    #[diesel(sql_type = Text)]
    motivo: String,
    #[diesel(sql_type = Timestamptz)]
    desde: DateTime<Utc>,
}

/// The channels that are stopped.
///
/// # Errors
/// The database is unreachable or holds a channel this version does not know.
pub fn stopped(t: &mut Tenant<'_>) -> Result<Vec<Parada>, StoreError> {
    let linhas: Vec<Linha> =
        sql_query("SELECT canal, motivo, desde FROM disparo.parada WHERE empresa_id = $1 ORDER BY canal")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .load(t.conn)?;
    let lida = |l: Linha| {
        let canal = Canal::parse(&l.canal).ok().ok_or(StoreError::Unknown("canal"))?;
        Ok(Parada { canal, motivo: l.motivo, desde: l.desde })
    };
    linhas.into_iter().map(lida).collect()
}

/// Stops a channel, in a transaction of an author. One that is stopped stays as it was.
///
/// # Errors
/// The database is unreachable.
pub fn stop(t: &mut Tenant<'_>, canal: Canal, motivo: &str, agora: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO disparo.parada (empresa_id, canal, motivo, desde) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Text, _>(canal.as_str())
    .bind::<Text, _>(motivo)
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    Ok(())
}

/// Lets a channel go on.
///
/// # Errors
/// The database is unreachable.
pub fn resume(t: &mut Tenant<'_>, canal: Canal) -> Result<(), StoreError> {
    sql_query("DELETE FROM disparo.parada WHERE empresa_id = $1 AND canal = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Text, _>(canal.as_str())
        .execute(t.conn)?;
    Ok(())
}
