//! Receipts: what a provider tells of a message after it took it.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::Estado;
use domain::telefone::Telefone;

use crate::{Banco, StoreError};

/// One receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recibo {
    /// Which message: the provider's own id, or the key that we gave.
    pub mensagem: String,
    /// What became of it: one of `Enviada`, `Entregue`, `Lida`, `Devolvida`; the database refuses any other.
    pub estado: Estado,
    /// The provider's code for why.
    pub causa: Option<String>,
    /// When, by the provider's clock.
    pub em: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct Contagem {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Keeps receipts, each once, and takes the executions that they speak of as far forward as they say; whose they are is found
/// by the message. `agora` is when they came, in business time. Answers how many are new. Those of a message whose own answer is still awaited are applied by
/// [`sweep_receipts`].
///
/// # Errors
/// The database refused or is unreachable; then none is kept.
pub fn receive(
    banco: &Banco,
    provedor: &str,
    recibos: &[Recibo],
    agora: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let contagem: Contagem = banco.de_todas(|conn| {
        Ok(sql_query("SELECT disparo.receber($1, $2, $3, $4, $5, $6) AS n")
            .bind::<Text, _>(provedor)
            .bind::<Array<Text>, _>(recibos.iter().map(|r| r.mensagem.as_str()).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(recibos.iter().map(|r| r.estado.as_str()).collect::<Vec<_>>())
            .bind::<Array<Nullable<Text>>, _>(recibos.iter().map(|r| r.causa.as_deref()).collect::<Vec<_>>())
            .bind::<Array<Nullable<Timestamptz>>, _>(recibos.iter().map(|r| r.em).collect::<Vec<_>>())
            .bind::<Timestamptz, _>(agora)
            .get_result(conn)?)
    })?;
    Ok(contagem.n)
}

/// Applies the receipts that came before their message was known, and forgets those that nobody will know. Answers how many
/// executions went forward.
///
/// # Errors
/// The database is unreachable.
pub fn sweep_receipts(banco: &Banco) -> Result<i64, StoreError> {
    let contagem: Contagem =
        banco.de_todas(|conn| Ok(sql_query("SELECT disparo.varrer_recibos() AS n").get_result(conn)?))?;
    Ok(contagem.n)
}

/// Ends SMS to whoever has one of these numbers, of every company: the number that they answered to is everybody's. Answers how
/// many debtors that is.
///
/// # Errors
/// The database is unreachable.
pub fn opt_out(banco: &Banco, telefones: &[Telefone], agora: DateTime<Utc>) -> Result<i64, StoreError> {
    if telefones.is_empty() {
        return Ok(0);
    }
    let telefones: Vec<&str> = telefones.iter().map(Telefone::as_str).collect();
    let contagem: Contagem = banco.de_todas(|conn| {
        Ok(sql_query("SELECT cadastro.sair_dos_sms($1, $2) AS n")
            .bind::<Array<Text>, _>(&telefones)
            .bind::<Timestamptz, _>(agora)
            .get_result(conn)?)
    })?;
    Ok(contagem.n)
}
