//! In whose hands an import is, and until when.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::EmpresaId;
use uuid::Uuid;

use super::{Feitos, ImportacaoLida, forget_file, get};
use crate::{Banco, StoreError, Tenant};

/// Whoever works on an import tells of itself with every chunk, which takes a fraction of a second, and with every [`BATIDA`]
/// while it reads the keys of a file, which takes minutes. By the database's own clock: that of a sandbox stands still.
const LEASE: &str = "interval '2 minutes'";
/// An import that so many processes took up, and none got any further with, is given up.
const MAX_SEM_AVANCO: i16 = 5;
/// How often whoever is in one long transaction tells of itself: several times in a lease.
pub const BATIDA: Duration = Duration::from_secs(20);

/// An import in the hands of one process. Another one that takes it over raises `tentativa`, after which nothing that this
/// one does is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tomada {
    /// The import.
    pub id: Uuid,
    /// Which process in turn.
    pub tentativa: i16,
}

/// Imports that nobody works on, of every company; of each company the oldest.
///
/// # Errors
/// The database is unreachable.
pub fn waiting(banco: &Banco) -> Result<Vec<(EmpresaId, Uuid)>, StoreError> {
    banco.por_fazer("cadastro.importacoes_por_fazer")
}

#[derive(QueryableByName)]
struct LinhaTomada {
    #[diesel(sql_type = SmallInt)]
    tentativas: i16,
    #[diesel(sql_type = SmallInt)]
    sem_avanco: i16,
}

/// Takes an import that nobody works on; `None` when somebody does, or did.
///
/// # Errors
/// The database is unreachable.
pub fn claim(
    t: &mut Tenant<'_>,
    id: Uuid,
    agora: DateTime<Utc>,
) -> Result<Option<(Tomada, ImportacaoLida)>, StoreError> {
    let linha: Option<LinhaTomada> = sql_query(format!(
        "UPDATE cadastro.importacao SET estado = 'processando', tentativas = tentativas + 1, sem_avanco = sem_avanco + 1, \
                lease_ate = clock_timestamp() + {LEASE} \
          WHERE empresa_id = $1 AND id IN (SELECT id FROM cadastro.importacao WHERE empresa_id = $1 AND id = $2 \
                AND (estado = 'pendente' OR (estado = 'processando' AND lease_ate < clock_timestamp())) FOR NO KEY UPDATE SKIP LOCKED) \
         RETURNING tentativas, sem_avanco",
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .get_result(t.conn)
    .optional()?;
    let Some(linha) = linha else { return Ok(None) };
    let tomada = Tomada { id, tentativa: linha.tentativas };
    if linha.sem_avanco > MAX_SEM_AVANCO {
        end(t, tomada, Some("a importação foi interrompida vezes demais no mesmo ponto"), agora)?;
        return Ok(None);
    }
    Ok(get(t, id)?.map(|lida| (tomada, lida)))
}

/// Gives an import back, for another process or for later.
///
/// # Errors
/// The database is unreachable.
pub fn release(t: &mut Tenant<'_>, tomada: Tomada) -> Result<bool, StoreError> {
    mine(t, tomada, "estado = 'pendente', lease_ate = NULL, sem_avanco = 0")
}

/// Gives an import back that was cut off, so that nobody waits for its lease to end. Unlike [`release`] it still counts as
/// taken up in vain: one that cuts everybody off is given up.
///
/// # Errors
/// The database is unreachable.
pub fn give_back(t: &mut Tenant<'_>, tomada: Tomada) -> Result<bool, StoreError> {
    mine(t, tomada, "estado = 'pendente', lease_ate = NULL")
}

/// Stops an import until somebody confirms what it would cancel.
///
/// # Errors
/// The database is unreachable.
pub fn ask(t: &mut Tenant<'_>, tomada: Tomada) -> Result<bool, StoreError> {
    mine(t, tomada, "estado = 'aguardando_confirmacao', lease_ate = NULL, sem_avanco = 0")
}

/// Says that the import is still worked on. Answers whether it is still this process's.
///
/// # Errors
/// The database is unreachable.
pub fn keep(t: &mut Tenant<'_>, tomada: Tomada) -> Result<bool, StoreError> {
    mine(t, tomada, &format!("lease_ate = clock_timestamp() + {LEASE}"))
}

/// Ends an import, done or failed, and lets go of its file.
///
/// # Errors
/// The database is unreachable.
pub fn end(
    t: &mut Tenant<'_>,
    tomada: Tomada,
    erro: Option<&str>,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    let fins = sql_query(
        "UPDATE cadastro.importacao SET estado = CASE WHEN $4 IS NULL THEN 'concluida' ELSE 'falhou' END, erro = $4, \
                lease_ate = NULL, concluida_em = $5 \
          WHERE empresa_id = $1 AND id = $2 AND tentativas = $3 AND estado = 'processando'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<SmallInt, _>(tomada.tentativa)
    .bind::<Nullable<Text>, _>(erro)
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    if fins > 0 { forget_file(t, tomada.id) } else { Ok(()) }
}

/// Writes `mudanca` to an import that is still this process's. Answers whether it is.
fn mine(t: &mut Tenant<'_>, tomada: Tomada, mudanca: &str) -> Result<bool, StoreError> {
    let minhas = sql_query(format!(
        "UPDATE cadastro.importacao SET {mudanca} \
          WHERE empresa_id = $1 AND id = $2 AND tentativas = $3 AND estado = 'processando'"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<SmallInt, _>(tomada.tentativa)
    .execute(t.conn)?;
    Ok(minhas > 0)
}

/// What is known of a chunk up to the line `ate` that has just been stored, or of one `metade` of it, in the same transaction:
/// answers whether the import was still this process's; if not, the transaction must not be committed. A chunk of two halves
/// is stored when both are.
///
/// # Errors
/// The database is unreachable.
pub fn advance(
    t: &mut Tenant<'_>,
    tomada: Tomada,
    (ate, metade): (i64, Option<i16>),
    feitos: &Feitos,
) -> Result<bool, StoreError> {
    let minhas = sql_query(format!(
        "UPDATE cadastro.importacao SET posicao = CASE WHEN $9 IS NULL OR metade_ate = $4 THEN $4 ELSE posicao END, \
                metade = CASE WHEN metade IS NULL THEN $9 END, \
                metade_ate = CASE WHEN metade IS NULL AND $9 IS NOT NULL THEN $4 END, \
                criados = criados + $5, atualizados = atualizados + $6, \
                inalterados = inalterados + $7, recusados = recusados + $8, sem_avanco = 0, \
                lease_ate = clock_timestamp() + {LEASE} \
          WHERE empresa_id = $1 AND id = $2 AND tentativas = $3 AND estado = 'processando' AND posicao < $4 \
            AND (metade IS NULL OR (metade <> $9 AND metade_ate = $4))",
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<SmallInt, _>(tomada.tentativa)
    .bind::<BigInt, _>(ate)
    .bind::<BigInt, _>(feitos.criados)
    .bind::<BigInt, _>(feitos.atualizados)
    .bind::<BigInt, _>(feitos.inalterados)
    .bind::<BigInt, _>(feitos.recusados)
    .bind::<Nullable<SmallInt>, _>(metade)
    .execute(t.conn)?;
    Ok(minhas > 0)
}

/// Does `work` while another connection of `banco` says every `batida` that the import is still worked on: what the
/// transaction of the work itself says is seen by nobody before its end. If it cannot be said, the next time may be soon
/// enough; if the import is another's by then, the work finds out when it comes to store what it found.
pub fn while_kept<T>(
    banco: &Banco,
    empresa: EmpresaId,
    tomada: Tomada,
    batida: Duration,
    work: impl FnOnce() -> T,
) -> T {
    let (feito, espera) = channel::<()>();
    thread::scope(|escopo| {
        escopo.spawn(move || {
            while matches!(espera.recv_timeout(batida), Err(RecvTimeoutError::Timeout)) {
                banco.da_empresa(empresa, |t| keep(t, tomada)).ok();
            }
        });
        // The end of the work, or of the thread that does it, ends the waiting.
        let _ate_o_fim = feito;
        work()
    })
}
