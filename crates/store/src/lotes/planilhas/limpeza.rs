//! Sheets that nobody asks for any more: a newer one took their place, or their batch was called off as a draft.
//!
//! They are let go of in the transaction that did so, and from then on nothing of them is given out. Their lines, of which there may be
//! a million, a worker takes out a piece at a time.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel::{RunQueryDsl as _, sql_query};
use domain::ids::{EmpresaId, LoteId, PlanilhaId};

use crate::migracao::ExecuteUnit as _;
use crate::{Banco, StoreError, Tenant};

/// Lets go of the sheets of a batch but for one.
pub(in crate::lotes) fn let_go(
    t: &mut Tenant<'_>,
    lote: LoteId,
    fica: Option<PlanilhaId>,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql_query(
        "UPDATE lote.planilha SET largada_em = $4 \
          WHERE empresa_id = $1 AND lote_id = $2 AND id IS DISTINCT FROM $3 AND largada_em IS NULL",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(lote.uuid())
    .bind::<Nullable<SqlUuid>, _>(fica.map(PlanilhaId::uuid))
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}

/// Whether a sheet is one that nobody let go of. Whoever read its lines before asking this read all that there were.
///
/// # Errors
/// The database is unreachable.
pub fn stands(t: &mut Tenant<'_>, id: PlanilhaId) -> Result<bool, StoreError> {
    let quantas =
        sql_query("SELECT FROM lote.planilha WHERE empresa_id = $1 AND id = $2 AND largada_em IS NULL")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<SqlUuid, _>(id.uuid())
            .execute(t.conn)?;
    Ok(quantas == 1)
}

/// Sheets, of every company, whose lines are to go, the one that was let go of first first.
///
/// # Errors
/// The database is unreachable.
pub fn to_clear(banco: &Banco) -> Result<Vec<(EmpresaId, PlanilhaId)>, StoreError> {
    let por_limpar = banco.por_fazer("lote.planilhas_por_limpar")?;
    Ok(por_limpar.into_iter().map(|(empresa, id)| (empresa, PlanilhaId::new(id))).collect())
}

/// Takes so many lines of a sheet out that was let go of; with the last of them the sheet itself, unless its batch still tells of it.
/// Answers whether there may be more. One that somebody else is at is left to him.
///
/// # Errors
/// The database is unreachable.
pub fn clear(
    t: &mut Tenant<'_>,
    id: PlanilhaId,
    linhas: i64,
    agora: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let nossa = sql_query(
        "SELECT FROM lote.planilha WHERE empresa_id = $1 AND id = $2 AND largada_em IS NOT NULL AND limpa_em IS NULL \
            FOR UPDATE SKIP LOCKED",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .execute(t.conn)?;
    if nossa == 0 {
        return Ok(false);
    }
    for (tabela, chave) in
        [("planilha_devedor", "devedor_id"), ("avulso", "id"), ("planilha_recusada", "linha")]
    {
        if take_out(t, id, (tabela, chave), linhas)? {
            return Ok(true);
        }
    }
    end(t, id, agora)?;
    Ok(false)
}

/// Answers whether there were as many.
fn take_out(
    t: &mut Tenant<'_>,
    id: PlanilhaId,
    (tabela, chave): (&str, &str),
    linhas: i64,
) -> Result<bool, StoreError> {
    let idas = sql_query(format!(
        "DELETE FROM lote.{tabela} WHERE empresa_id = $1 AND planilha_id = $2 AND {chave} = ANY (ARRAY(\
           SELECT x.{chave} FROM lote.{tabela} x WHERE x.empresa_id = $1 AND x.planilha_id = $2 ORDER BY x.{chave} LIMIT $3))"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<BigInt, _>(linhas)
    .execute(t.conn)?;
    Ok(i64::try_from(idas) == Ok(linhas))
}

fn end(t: &mut Tenant<'_>, id: PlanilhaId, agora: DateTime<Utc>) -> Result<(), StoreError> {
    let foi = sql_query(
        "DELETE FROM lote.planilha p WHERE p.empresa_id = $1 AND p.id = $2 AND NOT EXISTS (\
           SELECT FROM lote.acao_em_lote a WHERE a.empresa_id = p.empresa_id AND a.id = p.lote_id AND a.planilha_id = p.id)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .execute(t.conn)?;
    if foi == 0 {
        sql_query("UPDATE lote.planilha SET limpa_em = $3 WHERE empresa_id = $1 AND id = $2")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<SqlUuid, _>(id.uuid())
            .bind::<Timestamptz, _>(agora)
            .execute_unit(t.conn)?;
    }
    Ok(())
}
