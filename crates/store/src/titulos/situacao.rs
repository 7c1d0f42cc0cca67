//! Changes of the status of one título.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::TituloId;
use domain::titulo::{Mudanca, StatusTitulo, TransicaoInvalida, suspender};
use uuid::Uuid;

use super::mark;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant, negociacoes};

/// What the domain says of a change of status.
pub type Transicao = Result<Mudanca<StatusTitulo>, TransicaoInvalida>;

/// Why the status of a título was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecusaSituacao {
    /// Its status does not allow it.
    Status(TransicaoInvalida),
    /// It is an instalment, which is cancelled with its whole negotiation only: without its first instalment one would
    /// neither be confirmed nor, once another was paid, be cancelled.
    ParcelaDeAcordo,
}

impl From<TransicaoInvalida> for RecusaSituacao {
    fn from(recusa: TransicaoInvalida) -> Self {
        Self::Status(recusa)
    }
}

/// Changes the status of one título by a transition of the domain, and marks its debtor for the engine. `None` when the
/// company has no such título. From the commit on, no fence lets the título into a message (rule j05). Rule k03: paying
/// an instalment is told to its negotiation in the same transaction; it is not cancelled by itself.
///
/// # Errors
/// The database is unreachable or holds a status this version does not know.
pub fn change_status(
    t: &mut Tenant<'_>,
    id: TituloId,
    transition: fn(StatusTitulo) -> Transicao,
    agora: DateTime<Utc>,
) -> Result<Option<Result<Mudanca<StatusTitulo>, RecusaSituacao>>, StoreError> {
    let Some(atual) = lock(t, id)? else { return Ok(None) };
    let outcome = match (transition(atual.status()?), atual.acordo_id) {
        (Ok(Mudanca::Aplicada(StatusTitulo::Cancelado)), Some(_)) => Err(RecusaSituacao::ParcelaDeAcordo),
        (outcome, _) => outcome.map_err(RecusaSituacao::Status),
    };
    if let Ok(Mudanca::Aplicada(novo)) = &outcome {
        save(t, id, (*novo, None), agora)?;
        if let (StatusTitulo::Pago, Some(acordo)) = (novo, atual.acordo_id) {
            negociacoes::record_payment(t, acordo, id, agora)?;
        }
        mark(t, &[atual.devedor_id])?;
    }
    Ok(Some(outcome))
}

/// Suspends one título until `ate`, or until it is reopened, and marks its debtor (rules t03, t07). A suspended one gets
/// the new date. `None` when the company has no such título.
///
/// # Errors
/// The database is unreachable or holds a status this version does not know.
pub fn suspend(
    t: &mut Tenant<'_>,
    id: TituloId,
    ate: Option<NaiveDate>,
    agora: DateTime<Utc>,
) -> Result<Option<Transicao>, StoreError> {
    let Some(atual) = lock(t, id)? else { return Ok(None) };
    let outcome = match suspender(atual.status()?) {
        Ok(Mudanca::JaAplicada) if atual.suspenso_ate != ate => Ok(Mudanca::Aplicada(StatusTitulo::Suspenso)),
        outcome => outcome,
    };
    if let Ok(Mudanca::Aplicada(novo)) = &outcome {
        save(t, id, (*novo, ate), agora)?;
        mark(t, &[atual.devedor_id])?;
    }
    Ok(Some(outcome))
}

#[derive(QueryableByName)]
struct Atual {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Nullable<Date>)]
    suspenso_ate: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    acordo_id: Option<Uuid>,
}

impl Atual {
    fn status(&self) -> Result<StatusTitulo, StoreError> {
        StatusTitulo::parse(&self.status).ok().ok_or(StoreError::Unknown("status"))
    }
}

/// Locks the título; of an instalment the negotiation first, as whoever cancels one does. A título never changes the
/// negotiation that it comes from.
fn lock(t: &mut Tenant<'_>, id: TituloId) -> Result<Option<Atual>, StoreError> {
    sql_query(
        "SELECT FROM cadastro.negociacao WHERE empresa_id = $1 AND id = \
                (SELECT acordo_id FROM cadastro.titulo WHERE empresa_id = $1 AND id = $2) FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .execute_unit(t.conn)?;
    Ok(sql_query(
        "SELECT devedor_id, status, suspenso_ate, acordo_id FROM cadastro.titulo \
          WHERE empresa_id = $1 AND id = $2 FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)
    .optional()?)
}

fn save(
    t: &mut Tenant<'_>,
    id: TituloId,
    (novo, ate): (StatusTitulo, Option<NaiveDate>),
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql_query(
        "UPDATE cadastro.titulo SET status = $3, suspenso_ate = $5, atualizado_em = $4, \
                status_em = CASE WHEN status = $3 THEN status_em ELSE $4 END, \
                saldo = CASE WHEN $3 IN ('pago', 'cancelado') THEN 0 ELSE saldo END \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(novo.as_str())
    .bind::<Timestamptz, _>(agora)
    .bind::<Nullable<Date>, _>(ate)
    .execute_unit(t.conn)
}
