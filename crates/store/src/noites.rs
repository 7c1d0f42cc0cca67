//! The night: opening it, the chunks of debtors it looks at, and what was decided about them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::{EmpresaId, NoiteId};
use uuid::Uuid;

use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::{Banco, StoreError, Tenant};

mod abertura;
mod chunk;
mod conferencia;
mod decisoes;
mod ultima;

pub use chunk::{claim, load};
pub use conferencia::{Agendado, page, reguas_changed};
pub use decisoes::save;
pub use ultima::{Ultima, last};

/// A night as it is read.
#[derive(Clone, Debug, QueryableByName)]
pub struct NoiteLida {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The company's date.
    #[diesel(sql_type = Date)]
    pub data: NaiveDate,
    /// `andando`, `concluida`, or `substituida`: a later night took over what it had not looked at.
    #[diesel(sql_type = Text)]
    pub estado: String,
    /// Debtors that were due or had changed when it was opened; more may change while it runs.
    #[diesel(sql_type = BigInt)]
    pub previstos: i64,
    /// Chunks written so far.
    #[diesel(sql_type = BigInt)]
    pub lotes: i64,
    /// Debtors looked at so far.
    #[diesel(sql_type = BigInt)]
    pub devedores: i64,
    /// Actions that became due so far.
    #[diesel(sql_type = BigInt)]
    pub acoes: i64,
    /// When it began.
    #[diesel(sql_type = Timestamptz)]
    pub iniciada_em: DateTime<Utc>,
    /// When it ended.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub concluida_em: Option<DateTime<Utc>>,
}

/// What became of asking for a night (rules g01, g07).
#[derive(Clone, Debug)]
pub enum Abertura {
    /// It is open now.
    Nova(NoiteLida),
    /// There is one for that date already; nothing new.
    JaExiste(NoiteLida),
    /// A later date has had its night.
    Passada {
        /// The last date that had one.
        ultima: NaiveDate,
    },
}

const COLUNAS: &str = "SELECT id, data, estado, previstos, lotes, devedores, acoes, iniciada_em, concluida_em \
                         FROM regua.noite WHERE empresa_id = $1";

/// Opens the night of `data`, or answers that there is one. When a régua changed since the last night was opened, every
/// debtor is marked: whoever stood outside may now be inside.
///
/// # Errors
/// The database refused or is unreachable.
pub fn open(t: &mut Tenant<'_>, data: NaiveDate, agora: DateTime<Utc>) -> Result<Abertura, StoreError> {
    wait_for_turn(t)?;
    let ultima: Option<NoiteLida> = sql_query(format!("{COLUNAS} ORDER BY data DESC LIMIT 1"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .get_result(t.conn)
        .optional()?;
    match ultima {
        Some(ultima) if ultima.data > data => return Ok(Abertura::Passada { ultima: ultima.data }),
        Some(ultima) if ultima.data == data => return Ok(Abertura::JaExiste(ultima)),
        Some(_) | None => {}
    }
    replace_earlier(t, agora)?;
    let id = NoiteId::new(new_id(agora));
    sql_query("INSERT INTO regua.noite (empresa_id, id, data, iniciada_em) VALUES ($1, $2, $3, $4)")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .bind::<Date, _>(data)
        .bind::<Timestamptz, _>(agora)
        .execute_unit(t.conn)?;
    abertura::settle_dates(t, data, agora)?;
    mark_if_reguas_changed(t)?;
    foresee(t, id, data)?;
    get(t, id)?.map(Abertura::Nova).ok_or(StoreError::Unknown("noite"))
}

/// One opening at a time in a company, so that each sees the dates of those before it; and none while a chunk is being
/// decided, so that a chunk is always of the last night (rule g07).
fn wait_for_turn(t: &mut Tenant<'_>) -> Result<(), StoreError> {
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended('regua.noite ' || $1, 0))")
        .bind::<Text, _>(t.empresa.to_string())
        .execute_unit(t.conn)
}

/// What an earlier night has not looked at yet is late, and this one's.
fn replace_earlier(t: &mut Tenant<'_>, agora: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query(
        "UPDATE regua.noite SET estado = 'substituida', concluida_em = $2 WHERE empresa_id = $1 AND estado = 'andando'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}

#[derive(QueryableByName)]
struct Estado {
    #[diesel(sql_type = Text)]
    estado: String,
}

/// Whether a night is under way, which it stays until this transaction ends.
fn still_under_way(t: &mut Tenant<'_>, id: NoiteId) -> Result<bool, StoreError> {
    sql_query("SELECT pg_advisory_xact_lock_shared(hashtextextended('regua.noite ' || $1, 0))")
        .bind::<Text, _>(t.empresa.to_string())
        .execute_unit(t.conn)?;
    let noite: Option<Estado> = sql_query("SELECT estado FROM regua.noite WHERE empresa_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?;
    Ok(noite.is_some_and(|noite| noite.estado == "andando"))
}

fn mark_if_reguas_changed(t: &mut Tenant<'_>) -> Result<(), StoreError> {
    let changed = sql_query("UPDATE regua.regua SET mudou = false WHERE empresa_id = $1 AND mudou")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .execute(t.conn)?;
    if changed > 0 {
        sql_query("SELECT regua.marcar_todos()").execute_unit(t.conn)?;
    }
    Ok(())
}

/// Counts whom the night will look at.
fn foresee(t: &mut Tenant<'_>, id: NoiteId, data: NaiveDate) -> Result<(), StoreError> {
    sql_query(
        "UPDATE regua.noite SET previstos = \
                (SELECT count(*) FROM regua.agenda WHERE empresa_id = $1 AND proxima <= $3) \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Date, _>(data)
    .execute_unit(t.conn)
}

/// One night of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: NoiteId) -> Result<Option<NoiteLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?)
}

/// The nights of the company before the date `antes_de`, latest first.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    antes_de: Option<NaiveDate>,
    limite: i64,
) -> Result<Vec<NoiteLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND ($2 IS NULL OR data < $2) ORDER BY data DESC LIMIT $3"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Nullable<Date>, _>(antes_de)
        .bind::<BigInt, _>(limite)
        .load(t.conn)?)
}

#[derive(QueryableByName)]
struct Andando {
    #[diesel(sql_type = SqlUuid)]
    empresa_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    noite_id: Uuid,
    #[diesel(sql_type = Date)]
    data: NaiveDate,
}

/// Nights that are under way, of every company, oldest first: any engine may help with any of them, and whoever finds one
/// that its engine left behind goes on with it.
///
/// # Errors
/// The database is unreachable.
pub fn under_way(banco: &Banco) -> Result<Vec<(EmpresaId, NoiteId, NaiveDate)>, StoreError> {
    let linhas: Vec<Andando> = banco.de_todas(|conn| {
        Ok(sql_query("SELECT empresa_id, noite_id, data FROM regua.noites_andando()").load(conn)?)
    })?;
    Ok(linhas.into_iter().map(|l| (EmpresaId::new(l.empresa_id), NoiteId::new(l.noite_id), l.data)).collect())
}

/// Ends a night. Asking twice is safe.
///
/// # Errors
/// The database is unreachable.
pub fn finish(t: &mut Tenant<'_>, id: NoiteId, agora: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query(
        "UPDATE regua.noite SET estado = 'concluida', concluida_em = $3 \
          WHERE empresa_id = $1 AND id = $2 AND estado = 'andando'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}
