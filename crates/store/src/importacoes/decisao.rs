//! What somebody decides about an import: that it goes on, or that it stops.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use uuid::Uuid;

use super::forget_file;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// What became of a confirmation, or of a wish to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decisao {
    /// It is so now, or was already.
    Aceita,
    /// The import is past that.
    Tarde,
    /// A later file of the company came in meanwhile: what this one does not have says nothing any more.
    Superada,
}

/// Lets an import that waits go on; what it cancels is cancelled by `autor`. Files come in order: one that came later has
/// superseded what this one knows, unless each is of one creditor, and of another one.
///
/// # Errors
/// The database is unreachable.
pub fn confirm(
    t: &mut Tenant<'_>,
    id: Uuid,
    autor: Uuid,
    agora: DateTime<Utc>,
) -> Result<Option<Decisao>, StoreError> {
    let Some(presa) = lock(t, id)? else { return Ok(None) };
    Ok(Some(match (presa.estado.as_str(), presa.confirmada, presa.ultima) {
        ("aguardando_confirmacao", _, false) => Decisao::Superada,
        ("aguardando_confirmacao", _, true) => {
            sql_query(
                "UPDATE cadastro.importacao SET estado = 'pendente', confirmada_em = $3, confirmada_por = $4 \
                  WHERE empresa_id = $1 AND id = $2",
            )
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<SqlUuid, _>(id)
            .bind::<Timestamptz, _>(agora)
            .bind::<SqlUuid, _>(autor)
            .execute_unit(t.conn)?;
            Decisao::Aceita
        }
        (_, true, _) => Decisao::Aceita,
        (_, false, _) => Decisao::Tarde,
    }))
}

/// Stops an import for good; what it stored until then stays.
///
/// # Errors
/// The database is unreachable.
pub fn cancel(t: &mut Tenant<'_>, id: Uuid, agora: DateTime<Utc>) -> Result<Option<Decisao>, StoreError> {
    let Some(presa) = lock(t, id)? else { return Ok(None) };
    Ok(Some(match presa.estado.as_str() {
        "cancelada" => Decisao::Aceita,
        "concluida" | "falhou" => Decisao::Tarde,
        _ => {
            sql_query(
                "UPDATE cadastro.importacao SET estado = 'cancelada', concluida_em = $3, lease_ate = NULL \
                  WHERE empresa_id = $1 AND id = $2",
            )
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<SqlUuid, _>(id)
            .bind::<Timestamptz, _>(agora)
            .execute_unit(t.conn)?;
            forget_file(t, id)?;
            Decisao::Aceita
        }
    }))
}

#[derive(QueryableByName)]
struct Presa {
    #[diesel(sql_type = Text)]
    estado: String,
    #[diesel(sql_type = Bool)]
    confirmada: bool,
    #[diesel(sql_type = Bool)]
    ultima: bool,
}

fn lock(t: &mut Tenant<'_>, id: Uuid) -> Result<Option<Presa>, StoreError> {
    Ok(sql_query(
        "SELECT i.estado, i.confirmada_em IS NOT NULL AS confirmada, NOT EXISTS (SELECT FROM cadastro.importacao d \
                 WHERE d.empresa_id = i.empresa_id AND d.id > i.id AND NOT d.simular \
                   AND coalesce(d.credor_id = i.credor_id, true)) AS ultima \
           FROM cadastro.importacao i WHERE i.empresa_id = $1 AND i.id = $2 FOR NO KEY UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .get_result(t.conn)
    .optional()?)
}
