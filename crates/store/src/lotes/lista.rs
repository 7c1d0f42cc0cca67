//! Rule b18: batches, a page at a time, each with what a line says of it: a filter of a thousand codes is not read to show a number.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::Canal;
use domain::lote::EstadoLote;
use uuid::Uuid;

use crate::{StoreError, Tenant, empresas};

/// A batch of the list.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Listada {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// What is done, in its stored form.
    #[diesel(sql_type = Text)]
    pub tipo: String,
    /// Where it is, in its stored form.
    #[diesel(sql_type = Text)]
    pub estado: String,
    /// Who asked, in the caller's words.
    #[diesel(sql_type = Nullable<Text>)]
    pub usuario: Option<String>,
    /// Rule b09: how many were meant, when they were counted.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub atendem: Option<i64>,
    /// Rule b10: how many of them could have it.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub com_contato: Option<i64>,
    /// How many it was confirmed for.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub itens: Option<i64>,
    /// It was begun.
    #[diesel(sql_type = Timestamptz)]
    pub criada_em: DateTime<Utc>,
    /// Somebody confirmed it.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub confirmada_em: Option<DateTime<Utc>>,
    /// All of it ended.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub concluida_em: Option<DateTime<Utc>>,
    /// Somebody called it off.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub cancelada_em: Option<DateTime<Utc>>,
}

/// Rule b18: which batches a list shows.
#[derive(Clone, Debug, Default)]
pub struct Lista {
    /// Of this kind.
    pub tipo: Option<Canal>,
    /// In this state.
    pub estado: Option<EstadoLote>,
    /// Begun on this day of the company, or later.
    pub de: Option<NaiveDate>,
    /// Begun on this day of the company, or before.
    pub ate: Option<NaiveDate>,
}

/// A page of batches, the latest first, before the instant and id of the last one before it.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    lista: &Lista,
    antes_de: Option<(DateTime<Utc>, Uuid)>,
    limite: i64,
) -> Result<Vec<Listada>, StoreError> {
    let fuso = empresas::get(t)?.ok_or(StoreError::Unknown("empresa"))?.fuso;
    let (em, id) = antes_de.unzip();
    // Days are the company's: the first instant of one, and of the one after the last.
    Ok(sql_query(
        "SELECT id, tipo, estado, usuario, atendem, com_contato, itens, criada_em, confirmada_em, concluida_em, cancelada_em \
           FROM lote.acao_em_lote WHERE empresa_id = $1 AND ($2 IS NULL OR estado = $2) AND ($9 IS NULL OR tipo = $9) AND ($3 IS NULL OR criada_em >= $3::timestamp AT TIME ZONE $7) \
            AND ($4 IS NULL OR criada_em < $4::timestamp AT TIME ZONE $7) \
            AND ($5 IS NULL OR (criada_em, id) < ($5, $6)) ORDER BY criada_em DESC, id DESC LIMIT $8",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Text>, _>(lista.estado.map(EstadoLote::as_str))
    .bind::<Nullable<Date>, _>(lista.de)
    .bind::<Nullable<Date>, _>(lista.ate.map(|ate| ate.succ_opt().unwrap_or(ate)))
    .bind::<Nullable<Timestamptz>, _>(em)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<Text, _>(fuso)
    .bind::<BigInt, _>(limite)
    .bind::<Nullable<Text>, _>(lista.tipo.map(Canal::as_str))
    .load(t.conn)?)
}
