//! The letters of a file.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use uuid::Uuid;

use crate::{StoreError, Tenant};

/// A letter of a file. It holds personal data and so has no `Debug`.
#[derive(Clone, QueryableByName)]
pub struct CartaLida {
    /// The execution.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Its place in the file, from 1 on.
    #[diesel(sql_type = Integer)]
    pub sequencia: i32,
    /// The debtor.
    #[diesel(sql_type = SqlUuid)]
    pub devedor_id: Uuid,
    /// To whom.
    #[diesel(sql_type = Text)]
    pub nome: String,
    /// Where to, as JSON.
    #[diesel(sql_type = Text)]
    pub endereco: String,
    /// What it says, as JSON.
    #[diesel(sql_type = Text)]
    pub corpo: String,
    /// Who demands.
    #[diesel(sql_type = Text)]
    pub identificacao: String,
    /// When it was composed.
    #[diesel(sql_type = Timestamptz)]
    pub montada_em: DateTime<Utc>,
}

/// The letters of a file after a place in it, in order; none that was taken out of it.
///
/// # Errors
/// The database is unreachable.
pub fn of_file(
    t: &mut Tenant<'_>,
    arquivo: Uuid,
    depois_de: i32,
    limite: i64,
) -> Result<Vec<CartaLida>, StoreError> {
    Ok(sql_query(
        "SELECT id, sequencia, devedor_id, nome, endereco, corpo, identificacao, montada_em FROM disparo.carta \
          WHERE empresa_id = $1 AND arquivo_id = $2 AND sequencia > $3 AND retirada_em IS NULL \
          ORDER BY sequencia LIMIT $4",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(arquivo)
    .bind::<Integer, _>(depois_de)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}
