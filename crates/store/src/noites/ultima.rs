//! The night that a company had last: what everything that is told of it is as of.

use chrono::NaiveDate;
use diesel::sql_types::{Bool, Date, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};

use crate::{StoreError, Tenant};

/// The last night of a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Ultima {
    /// The company's date.
    #[diesel(sql_type = Date)]
    pub data: NaiveDate,
    /// Whether it is under way; else it is over.
    #[diesel(sql_type = Bool)]
    pub andando: bool,
}

/// The last night of the company; `None` before the first.
///
/// # Errors
/// The database is unreachable.
pub fn last(t: &mut Tenant<'_>) -> Result<Option<Ultima>, StoreError> {
    let sql = "SELECT data, estado = 'andando' AS andando FROM regua.noite WHERE empresa_id = $1 ORDER BY data DESC LIMIT 1";
    Ok(sql_query(sql).bind::<SqlUuid, _>(t.empresa.uuid()).get_result(t.conn).optional()?)
}
