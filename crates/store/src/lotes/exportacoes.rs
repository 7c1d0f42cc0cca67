//! Rules b11, b20, c02: lists and details of batches that are kept as files.
//!
//! Whoever asks gets the id of the file. A worker takes it under a lease and a fence, as every file is made, and what was asked for is
//! forgotten with the file's end: from then on its row says everything.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Integer, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::arquivo::TipoArquivo;
use domain::ids::{EmpresaId, LoteId};
use domain::lote::Relacao;
use uuid::Uuid;

use super::{Lote, day};
use crate::arquivos::{Posse, Pronto, Reserva, ending, exportacoes};
use crate::migracao::ExecuteUnit as _;
use crate::{Banco, StoreError, Tenant};

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exportacao {
    /// Of which batch.
    pub lote: LoteId,
    /// Which of its lists.
    pub relacao: Relacao,
    /// `csv` or `xlsx`.
    pub formato: String,
}

/// Asks for a list of the batch that [`super::lock`] answered, as a file of this media type. Answers the id of the file; of the batch as
/// it is, one that is not written yet serves whoever asks.
///
/// # Errors
/// The database refused or is unreachable.
pub fn ask(
    t: &mut Tenant<'_>,
    lote: &Lote,
    (relacao, mime): (Relacao, &'static str),
    agora: DateTime<Utc>,
) -> Result<Uuid, StoreError> {
    #[derive(QueryableByName)]
    struct Pedida {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let pedida: Option<Pedida> = sql_query(
        "SELECT id FROM lote.exportacao \
          WHERE empresa_id = $1 AND lote_id = $2 AND versao = $3 AND relacao = $4 AND formato = $5",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.id.uuid())
    .bind::<Integer, _>(lote.versao)
    .bind::<Text, _>(relacao.as_str())
    .bind::<Text, _>(ending(mime))
    .get_result(t.conn)
    .optional()?;
    if let Some(Pedida { id }) = pedida {
        return Ok(id);
    }
    let data = day(t, agora)?.hoje;
    let nome = match relacao {
        Relacao::Aptos => format!("lista-{}-{data}", lote.tipo),
        Relacao::Itens => format!("itens-{}-{data}", lote.tipo),
    };
    let acao = Some(lote.id.uuid());
    let reserva = Reserva { tipo: TipoArquivo::Exportacoes, nome, mime, data, acao, itens: 0 };
    let id = exportacoes::reserve(t, &reserva, agora)?;
    sql_query(
        "INSERT INTO lote.exportacao (empresa_id, id, lote_id, versao, relacao, formato) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(lote.id.uuid())
    .bind::<Integer, _>(lote.versao)
    .bind::<Text, _>(relacao.as_str())
    .bind::<Text, _>(ending(mime))
    .execute_unit(t.conn)?;
    Ok(id)
}

/// Files that a worker has to make, of every company, the one that waits longest first.
///
/// # Errors
/// The database is unreachable.
pub fn pending(banco: &Banco) -> Result<Vec<(EmpresaId, Uuid)>, StoreError> {
    banco.por_fazer("lote.exportacoes_por_fazer")
}

/// Takes a file that nobody is making, with what belongs in it.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn take(
    t: &mut Tenant<'_>,
    id: Uuid,
    lease: Duration,
) -> Result<Option<(Posse, Exportacao)>, StoreError> {
    #[derive(QueryableByName)]
    struct Linha {
        #[diesel(sql_type = SqlUuid)]
        lote_id: Uuid,
        #[diesel(sql_type = Text)]
        relacao: String,
        #[diesel(sql_type = Text)]
        formato: String,
    }
    let Some(posse) = exportacoes::take(t, id, lease)? else { return Ok(None) };
    let Linha { lote_id, relacao, formato } =
        sql_query("SELECT lote_id, relacao, formato FROM lote.exportacao WHERE empresa_id = $1 AND id = $2")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<SqlUuid, _>(id)
            .get_result(t.conn)?;
    let relacao = Relacao::parse(&relacao).ok().ok_or(StoreError::Unknown("relacao"))?;
    Ok(Some((posse, Exportacao { lote: LoteId::new(lote_id), relacao, formato })))
}

/// Keeps a file that is being made for longer; for no time at all, it is anybody's. Answers whether it was still ours.
///
/// # Errors
/// The database is unreachable.
pub fn renew(t: &mut Tenant<'_>, posse: &Posse, lease: Duration) -> Result<bool, StoreError> {
    exportacoes::renew(t, posse, lease)
}

/// A file is made. Answers whether it was still ours to make; if not, its bytes are nobody's.
///
/// # Errors
/// The database is unreachable.
pub fn finish(
    t: &mut Tenant<'_>,
    posse: &Posse,
    pronto: &Pronto,
    agora: DateTime<Utc>,
) -> Result<bool, StoreError> {
    if !exportacoes::finish(t, posse, pronto, agora)? {
        return Ok(false);
    }
    sql_query("DELETE FROM lote.exportacao WHERE empresa_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(posse.id)
        .execute_unit(t.conn)?;
    Ok(true)
}
