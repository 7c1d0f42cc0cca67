//! The life of an execution from `pendente` to its end: relay, fence, result, sweep.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::data_types::PgInterval;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Interval, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::Canal;
use domain::ids::{EmpresaId, ExecucaoId};
use uuid::Uuid;

use crate::{Banco, StoreError};

mod cerca;
mod devolucoes;
mod efeito;
mod intervencoes;
mod paradas;
mod recibos;
mod resultado;
mod taxas;

pub(crate) use cerca::reached_by;
pub use cerca::{Cerca, Linha, MAX_CONTATOS, Reivindicacao, claim, claim_to_ask};
pub use devolucoes::{ENTRE_ENDERECOS, Voltou, bounce, company_of_email, opt_out_of_email, sender_of_email};
pub use efeito::Efeito;
pub use intervencoes::{Intervencao, Recusa as RecusaIntervencao, reprocess, settle};
pub use paradas::{Parada, resume, stop, stopped};
pub use recibos::{Recibo, opt_out, receive, sweep_receipts};
pub use resultado::{Chamada, MensagemMontada, Resultado, finish};
pub use taxas::promise;

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

#[derive(QueryableByName)]
struct Vez {
    #[diesel(sql_type = Bool)]
    nossa: bool,
}

/// Takes up to `limite` executions of these channels that are ripe at `agora`, of every company in equal parts, and marks them
/// `enfileirada`; no more than `fila` of a company's wait on a channel at a time, and none on a channel that it stopped. A
/// company whose line is full has its turn again when a message's worth fits. The caller publishes them after this commits;
/// what it cannot publish it gives back.
///
/// One caller at a time; to the others it answers as if there were nothing. Two at once would hold rows that the other has
/// just published, and a dispatcher that reads the message in that moment takes them for somebody else's.
///
/// # Errors
/// The database is unreachable or holds a channel this version does not know.
pub fn enqueue(
    banco: &Banco,
    canais: &[Canal],
    agora: DateTime<Utc>,
    (limite, fila): (i32, i32),
) -> Result<Vec<Enfileirada>, StoreError> {
    let canais: Vec<&str> = canais.iter().map(|c| c.as_str()).collect();
    let linhas: Vec<LinhaFila> = banco.de_todas(|conn| {
        // A statement of its own, so that the next one sees what whoever had the turn before has committed.
        let vez: Vez = sql_query("SELECT pg_try_advisory_xact_lock(hashtext('disparo.enfileirar')) AS nossa")
            .get_result(conn)?;
        if !vez.nossa {
            return Ok(Vec::new());
        }
        Ok(sql_query("SELECT empresa_id, id, canal FROM disparo.enfileirar($1, $2, $3, $4)")
            .bind::<Array<Text>, _>(&canais)
            .bind::<Timestamptz, _>(agora)
            .bind::<Integer, _>(limite)
            .bind::<Integer, _>(fila)
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, QueryableByName)]
pub struct Varredura {
    /// Queued too long without being claimed; they are `pendente` again.
    #[diesel(sql_type = BigInt)]
    pub devolvidas: i64,
    /// Claimed, and the dispatcher never came back; their provider makes no second message of them, so they are `pendente`.
    #[diesel(sql_type = BigInt)]
    pub repetidas: i64,
    /// Claimed, and the dispatcher never came back; they may have been sent and are `incerta`.
    #[diesel(sql_type = BigInt)]
    pub incertas: i64,
    /// In doubt for too long; a person has to say.
    #[diesel(sql_type = BigInt)]
    pub escaladas: i64,
}

/// How long a sweep leaves things as they are.
#[derive(Clone, Copy, Debug)]
pub struct Prazos {
    /// From queued to claimed; after it the message was lost with the broker.
    pub fila: Duration,
    /// In doubt, before a person is asked.
    pub revisao: Duration,
}

/// Puts back executions of every company whose message was lost, ends those whose lease ran out (or sends them again, on
/// the channels `repetiveis`, whose provider makes no second message of the same key), and asks for a person where a doubt
/// stays. By the database's own clock.
///
/// # Errors
/// The database is unreachable.
pub fn sweep(banco: &Banco, prazos: Prazos, repetiveis: &[Canal]) -> Result<Varredura, StoreError> {
    let interval =
        |prazo: Duration| PgInterval::from_microseconds(i64::try_from(prazo.as_micros()).unwrap_or(i64::MAX));
    let repetiveis: Vec<&str> = repetiveis.iter().map(|c| c.as_str()).collect();
    banco.de_todas(|conn| {
        Ok(sql_query("SELECT devolvidas, repetidas, incertas, escaladas FROM disparo.varrer($1, $2, $3)")
            .bind::<Interval, _>(interval(prazos.fila))
            .bind::<Array<Text>, _>(&repetiveis)
            .bind::<Interval, _>(interval(prazos.revisao))
            .get_result(conn)?)
    })
}
