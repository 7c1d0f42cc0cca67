//! What provider accounts have been promised of their rate, for all companies and processes.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::{Promessa, Taxa};

use crate::migracao::ExecuteUnit as _;
use crate::{Banco, StoreError};

#[derive(QueryableByName)]
struct Linha {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    ate: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    agora: DateTime<Utc>,
}

/// Promises up to `quantas` tokens of an account, in the order in which its processes ask, by the database's own clock.
///
/// # Errors
/// The database is unreachable.
pub fn promise(
    banco: &Banco,
    (provedor, conta): (&str, &str),
    taxa: Taxa,
    quantas: usize,
) -> Result<Promessa, StoreError> {
    banco.de_todas(|conn| {
        let Linha { ate, agora } = sql_query("SELECT ate, agora FROM disparo.segurar_taxa($1, $2)")
            .bind::<Text, _>(provedor)
            .bind::<Text, _>(conta)
            .get_result(conn)?;
        let promessa = taxa.prometer(ate, agora, quantas);
        sql_query("SELECT disparo.prometer_taxa($1, $2, $3)")
            .bind::<Text, _>(provedor)
            .bind::<Text, _>(conta)
            .bind::<Timestamptz, _>(promessa.ate)
            .execute_unit(conn)?;
        Ok(promessa)
    })
}
