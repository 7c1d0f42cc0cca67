//! The calendar of a company: holidays of its own.

use chrono::NaiveDate;
use diesel::sql_types::{BigInt, Date, Nullable, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::calendario::MAX_FERIADOS;

use super::get;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// A holiday of the company.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Feriado {
    /// The day.
    #[diesel(sql_type = Date)]
    pub data: NaiveDate,
    /// What it is called.
    #[diesel(sql_type = Text)]
    pub nome: String,
}

/// The company has as many holidays as it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CalendarioCheio;

/// Makes the day a holiday of the company, or gives it another name. Whoever owes something that it moves is marked: their
/// next night counts by the new calendar.
///
/// # Errors
/// The database refused or is unreachable.
pub fn put(t: &mut Tenant<'_>, feriado: &Feriado) -> Result<Result<(), CalendarioCheio>, StoreError> {
    hold(t)?;
    if let Some(guardado) = find(t, feriado.data)? {
        if guardado != *feriado {
            rename(t, feriado)?;
        }
        return Ok(Ok(()));
    }
    if get(t)?.is_none_or(|empresa| empresa.feriados.len() >= MAX_FERIADOS) {
        return Ok(Err(CalendarioCheio));
    }
    sql_query("INSERT INTO cadastro.feriado (empresa_id, data, nome) VALUES ($1, $2, $3)")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Date, _>(feriado.data)
        .bind::<Text, _>(&feriado.nome)
        .execute_unit(t.conn)?;
    mark_moved(t, feriado.data)?;
    Ok(Ok(()))
}

/// Makes the day one like any other; `false` when it was no holiday of the company. Marks like [`put`].
///
/// # Errors
/// The database refused or is unreachable.
pub fn delete(t: &mut Tenant<'_>, data: NaiveDate) -> Result<bool, StoreError> {
    hold(t)?;
    let apagados = sql_query("DELETE FROM cadastro.feriado WHERE empresa_id = $1 AND data = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Date, _>(data)
        .execute(t.conn)?;
    if apagados > 0 {
        mark_moved(t, data)?;
    }
    Ok(apagados > 0)
}

/// The holiday of that day.
///
/// # Errors
/// The database is unreachable.
pub fn find(t: &mut Tenant<'_>, data: NaiveDate) -> Result<Option<Feriado>, StoreError> {
    Ok(sql_query("SELECT data, nome FROM cadastro.feriado WHERE empresa_id = $1 AND data = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Date, _>(data)
        .get_result(t.conn)
        .optional()?)
}

/// A page of holidays from `de` to `ate` and after `depois_de`, in order of day.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    (de, ate): (Option<NaiveDate>, Option<NaiveDate>),
    depois_de: Option<NaiveDate>,
    limite: i64,
) -> Result<Vec<Feriado>, StoreError> {
    Ok(sql_query(
        "SELECT data, nome FROM cadastro.feriado WHERE empresa_id = $1 AND ($2 IS NULL OR data >= $2) \
            AND ($3 IS NULL OR data <= $3) AND ($4 IS NULL OR data > $4) ORDER BY data LIMIT $5",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Date>, _>(de)
    .bind::<Nullable<Date>, _>(ate)
    .bind::<Nullable<Date>, _>(depois_de)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

/// One change of the calendar at a time, and none while the company chooses whether it counts at all.
fn hold(t: &mut Tenant<'_>) -> Result<(), StoreError> {
    sql_query("SELECT FROM cadastro.empresa WHERE id = $1 FOR NO KEY UPDATE")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .execute_unit(t.conn)
}

fn rename(t: &mut Tenant<'_>, feriado: &Feriado) -> Result<(), StoreError> {
    sql_query("UPDATE cadastro.feriado SET nome = $3 WHERE empresa_id = $1 AND data = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Date, _>(feriado.data)
        .bind::<Text, _>(&feriado.nome)
        .execute_unit(t.conn)
}

/// Marks who has a título that is due on a day that `data` moves, or a negotiation that waits for an instalment due then.
fn mark_moved(t: &mut Tenant<'_>, data: NaiveDate) -> Result<(), StoreError> {
    let regras = get(t)?.ok_or(StoreError::Unknown("empresa"))?.regras()?;
    let Some((de, ate)) = regras.feriados.movidos_por(data).filter(|_| regras.vencimento_em_dia_util) else {
        return Ok(());
    };
    sql_query(
        "SELECT regua.marcar(ARRAY( \
           SELECT devedor_id FROM cadastro.titulo WHERE empresa_id = $1 AND vencimento BETWEEN $2 AND $3 \
              AND status IN ('aberto', 'negociado', 'suspenso') \
           UNION SELECT devedor_id FROM cadastro.negociacao WHERE empresa_id = $1 AND estado = 'aberta' \
              AND primeira_parcela BETWEEN $2 AND $3))",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Date, _>(de)
    .bind::<Date, _>(ate)
    .execute_unit(t.conn)
}
