//! What a date does by itself, written when its night opens. Decisions count it as done already (`Titulo::status_em`); the
//! tables follow here, in the transaction that opens the night.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Date, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::NegociacaoId;
use domain::negociacao::canceladas_ate;
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant, empresas, negociacoes};

/// Rule t07: títulos suspended until `data` or before open. Rule k07: negotiations that nobody paid anything of are
/// cancelled, where the company chose so and the days are over; their debtors are marked. Negotiations first, as whoever
/// pays an instalment locks them before its título.
pub(super) fn settle_dates(
    t: &mut Tenant<'_>,
    data: NaiveDate,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    let regras = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?.regras()?;
    if let Some(ate) = canceladas_ate(data, &regras) {
        let vencidas = abandoned(t, ate)?;
        if !vencidas.is_empty() {
            negociacoes::undo(t, &vencidas, agora)?;
        }
    }
    reopen(t, data, agora)
}

fn reopen(t: &mut Tenant<'_>, data: NaiveDate, agora: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query("SELECT cadastro.reabrir_suspensos($1, $2)")
        .bind::<Date, _>(data)
        .bind::<Timestamptz, _>(agora)
        .execute_unit(t.conn)
}

/// Negotiations of which nobody paid anything and whose first instalment fell due up to `ate`.
fn abandoned(t: &mut Tenant<'_>, ate: NaiveDate) -> Result<Vec<NegociacaoId>, StoreError> {
    #[derive(QueryableByName)]
    struct Aberta {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let linhas: Vec<Aberta> =
        sql_query("SELECT id FROM cadastro.v_negociacao_aberta WHERE primeira_parcela <= $1 ORDER BY id")
            .bind::<Date, _>(ate)
            .load(t.conn)?;
    Ok(linhas.into_iter().map(|l| NegociacaoId::new(l.id)).collect())
}
