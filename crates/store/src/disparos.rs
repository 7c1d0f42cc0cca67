//! The life of an execution from `pendente` to its end: relay, fence, result, sweep.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Interval, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::Canal;
use domain::ids::{EmpresaId, ExecucaoId};
use uuid::Uuid;

use crate::{Banco, StoreError};

mod cerca;
mod resultado;

pub use cerca::{Cerca, Linha, MAX_CONTATOS, Reivindicacao, claim};
pub use resultado::{Desfecho, MensagemMontada, finish};

/// An execution that the relay is to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enfileirada {
    /// Company.
    pub empresa: EmpresaId,
    /// Execution.
    pub id: ExecucaoId,
    /// Channel, and with it the queue.
    pub canal: Canal,
}

#[derive(QueryableByName)]
struct LinhaFila {
    #[diesel(sql_type = SqlUuid)]
    empresa_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    canal: String,
}

/// Takes up to `limite` executions of these channels that are ripe at `agora`, of every company, and marks them
/// `enfileirada`. The caller publishes them after this commits; what it cannot publish it gives back.
///
/// # Errors
/// The database is unreachable or holds a channel this version does not know.
pub fn enqueue(
    banco: &Banco,
    canais: &[Canal],
    agora: DateTime<Utc>,
    limite: i32,
) -> Result<Vec<Enfileirada>, StoreError> {
    let canais: Vec<&str> = canais.iter().map(|c| c.as_str()).collect();
    let linhas: Vec<LinhaFila> = banco.de_todas(|conn| {
        Ok(sql_query("SELECT empresa_id, id, canal FROM disparo.enfileirar($1, $2, $3)")
            .bind::<Array<Text>, _>(&canais)
            .bind::<Timestamptz, _>(agora)
            .bind::<Integer, _>(limite)
            .load(conn)?)
    })?;
    linhas
        .into_iter()
        .map(|l| {
            let canal = Canal::parse(&l.canal).ok().ok_or(StoreError::Unknown("canal"))?;
            Ok(Enfileirada { empresa: EmpresaId::new(l.empresa_id), id: ExecucaoId::new(l.id), canal })
        })
        .collect()
}

#[derive(QueryableByName)]
struct Contagem {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Gives back what the bus did not confirm. Answers how many were still `enfileirada`: a message that arrived although its
/// confirm was lost may have been claimed already, and stays so.
///
/// # Errors
/// The database is unreachable.
pub fn unqueue(banco: &Banco, execucoes: &[(EmpresaId, ExecucaoId)]) -> Result<i64, StoreError> {
    let (empresas, ids): (Vec<Uuid>, Vec<Uuid>) = execucoes.iter().map(|(e, x)| (e.uuid(), x.uuid())).unzip();
    let contagem: Contagem = banco.de_todas(|conn| {
        Ok(sql_query("SELECT disparo.desenfileirar($1, $2) AS n")
            .bind::<Array<SqlUuid>, _>(&empresas)
            .bind::<Array<SqlUuid>, _>(&ids)
            .get_result(conn)?)
    })?;
    Ok(contagem.n)
}

/// What a sweep put right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Varredura {
    /// Queued too long without being claimed; they are `pendente` again.
    #[diesel(sql_type = BigInt)]
    pub devolvidas: i64,
    /// Claimed, and the dispatcher never came back; they may have been sent and are `incerta`.
    #[diesel(sql_type = BigInt)]
    pub incertas: i64,
}

/// Puts back executions of every company that were queued longer than `fila` ago (their message was lost with the broker),
/// and ends those whose lease ran out. By the database's own clock.
///
/// # Errors
/// The database is unreachable.
pub fn sweep(banco: &Banco, fila: Duration) -> Result<Varredura, StoreError> {
    let micros = i64::try_from(fila.as_micros()).unwrap_or(i64::MAX);
    banco.de_todas(|conn| {
        Ok(sql_query("SELECT devolvidas, incertas FROM disparo.varrer($1)")
            .bind::<Interval, _>(diesel::data_types::PgInterval::from_microseconds(micros))
            .get_result(conn)?)
    })
}
