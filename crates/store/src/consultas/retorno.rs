//! Answers that come by themselves, and what happens to those that never do.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::data_types::PgInterval;
use diesel::sql_types::{BigInt, Interval, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::{EmpresaId, ExecucaoId};
use uuid::Uuid;

use super::Achado;
use super::fim::{self, Resposta};
use crate::{Banco, StoreError, Tenant};

#[derive(QueryableByName)]
struct Dona {
    #[diesel(sql_type = SqlUuid)]
    empresa_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    execucao_id: Uuid,
}

/// Whose the query is that a provider names by our key or by its own.
///
/// # Errors
/// The database is unreachable.
pub fn owner(
    banco: &Banco,
    provedor: &str,
    consulta: &str,
) -> Result<Option<(EmpresaId, ExecucaoId)>, StoreError> {
    let dona: Option<Dona> = banco.de_todas(|conn| {
        Ok(sql_query("SELECT empresa_id, execucao_id FROM disparo.consulta_de($1, $2)")
            .bind::<Text, _>(provedor)
            .bind::<Text, _>(consulta)
            .get_result(conn)
            .optional()?)
    })?;
    Ok(dona.map(|dona| (EmpresaId::new(dona.empresa_id), ExecucaoId::new(dona.execucao_id))))
}

/// Keeps an answer and adds what it brings; `None` is that the provider could not find out. `false` when the answer was in already.
///
/// # Errors
/// The database refused or is unreachable.
pub fn answer(
    t: &mut Tenant<'_>,
    execucao: ExecucaoId,
    achado: Option<&Achado>,
    cobrada: bool,
    em: DateTime<Utc>,
) -> Result<bool, StoreError> {
    fim::answered(t, execucao, &Resposta { achado, cobrada, em })
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, QueryableByName)]
pub struct Varridas {
    /// Answers that are no longer good, and were forgotten.
    #[diesel(sql_type = BigInt)]
    pub esquecidas: i64,
    /// Queries that nobody answered, and that were given up.
    #[diesel(sql_type = BigInt)]
    pub desistidas: i64,
}

/// Forgets answers that are no longer good, and gives up what nobody answered within `prazo`.
///
/// # Errors
/// The database is unreachable.
pub fn sweep(banco: &Banco, agora: DateTime<Utc>, prazo: Duration) -> Result<Varridas, StoreError> {
    let prazo = PgInterval::from_microseconds(i64::try_from(prazo.as_micros()).unwrap_or(i64::MAX));
    banco.de_todas(|conn| {
        Ok(sql_query("SELECT esquecidas, desistidas FROM disparo.varrer_consultas($1, $2)")
            .bind::<Timestamptz, _>(agora)
            .bind::<Interval, _>(prazo)
            .get_result(conn)?)
    })
}
