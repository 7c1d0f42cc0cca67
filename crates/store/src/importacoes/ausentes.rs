//! What a full file does not have.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};

use super::Tomada;
use crate::{StoreError, Tenant};

/// Títulos a transaction.
const LOTE: i64 = 5_000;

#[derive(QueryableByName)]
struct Cancelados {
    #[diesel(sql_type = BigInt)]
    olhados: i64,
    #[diesel(sql_type = BigInt)]
    cancelados: i64,
}

/// Cancels some of what the file does not have and marks the debtors (rule t01). Answers whether more may be left. What changed
/// or was sent since is left as it is, and counted: the file says nothing of it. That it changed since the file was read shows
/// by its row, since a sandbox clock stands still; of what a former version found, since it arrived, at `chegada`, by the clock.
/// In order of id, as everybody locks títulos.
///
/// # Errors
/// The database is unreachable.
pub fn cancel_some(
    t: &mut Tenant<'_>,
    tomada: Tomada,
    chegada: DateTime<Utc>,
    agora: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let feito: Cancelados = sql_query(
        "WITH vez AS (DELETE FROM cadastro.importacao_ausente WHERE (empresa_id, importacao_id, titulo_id) IN (\
              SELECT empresa_id, importacao_id, titulo_id FROM cadastro.importacao_ausente \
               WHERE empresa_id = $1 AND importacao_id = $2 ORDER BY titulo_id LIMIT $3) RETURNING titulo_id, versao), \
         presos AS MATERIALIZED (SELECT x.id FROM (SELECT titulo_id, versao FROM vez v WHERE NOT EXISTS (\
                SELECT FROM cadastro.importacao_enviado e \
                 WHERE e.empresa_id = $1 AND e.importacao_id = $2 AND e.titulo_id = v.titulo_id) ORDER BY titulo_id) v \
              CROSS JOIN LATERAL (SELECT t.id FROM cadastro.titulo t WHERE t.empresa_id = $1 AND t.id = v.titulo_id \
                  AND t.status IN ('aberto', 'suspenso') \
                  AND coalesce(t.xmin::text::bigint = v.versao, t.atualizado_em <= $5) FOR NO KEY UPDATE) x), \
         fora AS (UPDATE cadastro.titulo t SET status = 'cancelado', saldo = 0, suspenso_ate = NULL, status_em = $4, \
                         atualizado_em = $4 FROM presos p WHERE t.empresa_id = $1 AND t.id = p.id RETURNING t.devedor_id), \
         marcas AS (SELECT regua.marcar(ARRAY(SELECT DISTINCT devedor_id FROM fora))) \
         SELECT (SELECT count(*) FROM vez) AS olhados, (SELECT count(*) FROM fora) AS cancelados FROM marcas",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<BigInt, _>(LOTE)
    .bind::<Timestamptz, _>(agora)
    .bind::<Timestamptz, _>(chegada)
    .get_result(t.conn)?;
    sql_query(
        "UPDATE cadastro.importacao SET cancelados = cancelados + $3, preservados = preservados + $4 \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<BigInt, _>(feito.cancelados)
    .bind::<BigInt, _>(feito.olhados - feito.cancelados)
    .execute(t.conn)?;
    Ok(feito.olhados == LOTE)
}
