//! `Idempotency-Key`: what a request answered, kept in the transaction that did what it asked for.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{Binary, Bool, Nullable, SmallInt, Text, Timestamptz};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};

use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// How long an answer is kept.
const GUARDA: TimeDelta = TimeDelta::days(30);

/// A request that may come again: the key that the caller gave it, and what tells it from any other.
#[derive(Clone, Copy, Debug)]
pub struct Pedido<'a> {
    /// The caller's key.
    pub chave: &'a str,
    /// SHA-256 of the request.
    pub impressao: &'a [u8],
}

/// An answer as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guardada {
    /// HTTP status.
    pub status: i16,
    /// `Location`.
    pub endereco: Option<String>,
    /// `ETag`.
    pub versao: Option<String>,
    /// The body.
    pub corpo: Option<String>,
}

/// What is known of a request's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reserva {
    /// Nothing: the key is this transaction's until it ends.
    Livre,
    /// The same request was answered before.
    Respondida(Guardada),
    /// Another request was answered under this key.
    DeOutroPedido,
    /// A request with this key is being answered.
    EmAndamento,
}

#[derive(QueryableByName)]
struct Linha {
    #[diesel(sql_type = Bool)]
    livre: bool,
    #[diesel(sql_type = Nullable<Binary>)]
    impressao: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<SmallInt>)]
    status: Option<i16>,
    #[diesel(sql_type = Nullable<Text>)]
    endereco: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    versao: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    corpo: Option<String>,
}

/// Takes the key of a request, or tells why it is not free. Waits for nobody.
///
/// # Errors
/// The database is unreachable.
pub fn reserve(t: &mut Tenant<'_>, pedido: Pedido<'_>, agora: DateTime<Utc>) -> Result<Reserva, StoreError> {
    let linha: Linha = sql_query(
        "SELECT livre, impressao, status, endereco, versao, corpo FROM cadastro.reservar_idempotencia($1, $2)",
    )
    .bind::<Text, _>(pedido.chave)
    .bind::<Timestamptz, _>(agora - GUARDA)
    .get_result(t.conn)?;
    let Linha { livre, impressao, status, endereco, versao, corpo } = linha;
    Ok(match (livre, impressao, status) {
        (false, ..) => Reserva::EmAndamento,
        (true, Some(impressao), Some(status)) if impressao == pedido.impressao => {
            Reserva::Respondida(Guardada { status, endereco, versao, corpo })
        }
        (true, Some(_), _) => Reserva::DeOutroPedido,
        (true, None, _) => Reserva::Livre,
    })
}

/// Keeps the answer of a request whose key is taken.
///
/// # Errors
/// The database is unreachable.
pub fn keep(
    t: &mut Tenant<'_>,
    pedido: Pedido<'_>,
    resposta: &Guardada,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql_query("SELECT cadastro.guardar_idempotencia($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind::<Text, _>(pedido.chave)
        .bind::<Binary, _>(pedido.impressao)
        .bind::<SmallInt, _>(resposta.status)
        .bind::<Nullable<Text>, _>(&resposta.endereco)
        .bind::<Nullable<Text>, _>(&resposta.versao)
        .bind::<Nullable<Text>, _>(&resposta.corpo)
        .bind::<Timestamptz, _>(agora)
        .bind::<Timestamptz, _>(agora - GUARDA)
        .execute_unit(t.conn)
}
