//! Files that somebody asked for and that another service than the dispatcher makes: the rows are the dispatcher's, so each step is a
//! function of its schema, and of files of this kind alone.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Date, Interval, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use uuid::Uuid;

use super::{Posse, Pronto, Reserva, interval};
use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

#[derive(QueryableByName)]
struct Nosso {
    #[diesel(sql_type = Bool)]
    nosso: bool,
}

/// Asks for a file; nobody makes it yet. Answers its id.
pub(crate) fn reserve(
    t: &mut Tenant<'_>,
    reserva: &Reserva,
    agora: DateTime<Utc>,
) -> Result<Uuid, StoreError> {
    let id = new_id(agora);
    sql_query("SELECT disparo.reservar_exportacao($1, $2, $3, $4, $5, $6)")
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(reserva.saved_as(id))
        .bind::<Text, _>(reserva.mime)
        .bind::<Date, _>(reserva.data)
        .bind::<Nullable<SqlUuid>, _>(reserva.acao)
        .bind::<Timestamptz, _>(agora)
        .execute_unit(t.conn)?;
    Ok(id)
}

/// Takes a file that nobody is making; `None` when somebody else does, or did.
pub(crate) fn take(t: &mut Tenant<'_>, id: Uuid, lease: Duration) -> Result<Option<Posse>, StoreError> {
    #[derive(QueryableByName)]
    struct Tomado {
        #[diesel(sql_type = Nullable<BigInt>)]
        cerca: Option<i64>,
    }
    let Tomado { cerca } = sql_query("SELECT disparo.tomar_exportacao($1, $2) AS cerca")
        .bind::<SqlUuid, _>(id)
        .bind::<Interval, _>(interval(lease))
        .get_result(t.conn)?;
    Ok(cerca.map(|cerca| Posse { id, cerca }))
}

/// As [`super::renew`].
pub(crate) fn renew(t: &mut Tenant<'_>, posse: &Posse, lease: Duration) -> Result<bool, StoreError> {
    let Nosso { nosso } = sql_query("SELECT disparo.renovar_exportacao($1, $2, $3) AS nosso")
        .bind::<SqlUuid, _>(posse.id)
        .bind::<BigInt, _>(posse.cerca)
        .bind::<Interval, _>(interval(lease))
        .get_result(t.conn)?;
    Ok(nosso)
}

/// As [`super::finish`]; such a file has no index and no pages.
pub(crate) fn finish(
    t: &mut Tenant<'_>,
    posse: &Posse,
    pronto: &Pronto,
    agora: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let conteudo = pronto.conteudo.as_ref();
    let Nosso { nosso } =
        sql_query("SELECT disparo.concluir_exportacao($1, $2, $3, $4, $5, $6, $7) AS nosso")
            .bind::<SqlUuid, _>(posse.id)
            .bind::<BigInt, _>(posse.cerca)
            .bind::<Nullable<Text>, _>(conteudo.map(|c| c.lugar.as_str()))
            .bind::<Nullable<BigInt>, _>(conteudo.map(|c| c.tamanho))
            .bind::<Nullable<Text>, _>(conteudo.map(|c| c.sha256.as_str()))
            .bind::<BigInt, _>(pronto.itens)
            .bind::<Timestamptz, _>(agora)
            .get_result(t.conn)?;
    Ok(nosso)
}
