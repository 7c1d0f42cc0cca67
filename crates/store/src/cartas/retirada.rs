//! Rule c05: letters that demand what is not owed so any more leave their file, or are to be taken out of the heap.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::arquivo::FatoCarta;
use uuid::Uuid;

use super::note;
use crate::arquivos::{self, Disponivel};
use crate::{StoreError, Tenant};

/// The letters of the company `$1` in the file `$2` of which a título is not as it was when they were composed: it is not open
/// any more, or another sum is owed of it, or on another day, or by somebody else. A payment that was taken back undoes that.
const FORA: &str = "WITH nomeados AS MATERIALIZED ( \
      SELECT c.id AS carta, c.devedor_id, n.titulo, n.saldo, n.vencimento \
        FROM disparo.carta c CROSS JOIN LATERAL unnest(c.titulos, c.saldos, c.vencimentos) AS n (titulo, saldo, vencimento) \
       WHERE c.empresa_id = $1 AND c.arquivo_id = $2 AND c.retirada_em IS NULL), \
    fora AS ( \
      SELECT DISTINCT ON (n.carta) n.carta, 'titulo_' || CASE x.status WHEN 'aberto' THEN 'alterado' ELSE x.status END AS motivo \
        FROM cadastro.titulos_das_cartas((SELECT coalesce(array_agg(DISTINCT titulo), '{}') FROM nomeados)) x \
        JOIN nomeados n ON n.titulo = x.id \
       WHERE x.status <> 'aberto' OR (x.devedor_id, x.saldo, x.vencimento) <> (n.devedor_id, n.saldo, n.vencimento) \
       ORDER BY n.carta, x.status = 'aberto', x.status)";

/// A letter that somebody has to take out of a printed heap (rule c05).
#[derive(Clone, Debug, QueryableByName)]
pub struct ARetirar {
    /// The execution.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The debtor.
    #[diesel(sql_type = SqlUuid)]
    pub devedor_id: Uuid,
    /// Its place in the file.
    #[diesel(sql_type = Nullable<Integer>)]
    pub sequencia: Option<i32>,
    /// Its first page.
    #[diesel(sql_type = Nullable<Integer>)]
    pub pagina: Option<i32>,
    /// How many it has.
    #[diesel(sql_type = Nullable<Integer>)]
    pub paginas: Option<i32>,
    /// Why.
    #[diesel(sql_type = Text)]
    pub motivo: String,
    /// Since when.
    #[diesel(sql_type = Timestamptz)]
    pub desde: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Retirada {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Rule c05: looks at what the letters of a file demand. Of one that was never downloaded they leave, and the file is to be made
/// again; of one that was, they are marked, for somebody to take them out by hand; one that was posted stays as it left. Answers
/// how many.
///
/// # Errors
/// The database is unreachable.
pub fn check(t: &mut Tenant<'_>, arquivo: Uuid, agora: DateTime<Utc>) -> Result<usize, StoreError> {
    let Some(Disponivel { baixado, postado: false }) = arquivos::lock_ready(t, arquivo)? else {
        return Ok(0);
    };
    let saem = take_out(t, arquivo, baixado, agora)?;
    if saem > 0 {
        sql_query(
            "UPDATE disparo.arquivo SET a_retirar = a_retirar + CASE WHEN $4 THEN $3 ELSE 0 END, \
                    estado = CASE WHEN $4 THEN estado ELSE 'gerando' END, \
                    lease_ate = CASE WHEN $4 THEN NULL ELSE '-infinity'::timestamptz END \
              WHERE empresa_id = $1 AND id = $2",
        )
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(arquivo)
        .bind::<Integer, _>(i32::try_from(saem).unwrap_or(i32::MAX))
        .bind::<Bool, _>(baixado)
        .execute(t.conn)?;
    }
    Ok(saem)
}

/// Those that are out, out of the file or, where it was downloaded, marked in it.
pub(super) fn take_out(
    t: &mut Tenant<'_>,
    arquivo: Uuid,
    marcar: bool,
    agora: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let saem: Vec<Retirada> = sql_query(format!(
        "{FORA} UPDATE disparo.carta c SET retirada_em = $3, retirada_motivo = f.motivo, \
                arquivo_id = CASE WHEN $4 THEN c.arquivo_id END, sequencia = CASE WHEN $4 THEN c.sequencia END \
           FROM fora f WHERE c.empresa_id = $1 AND c.id = f.carta RETURNING c.id"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(arquivo)
    .bind::<Timestamptz, _>(agora)
    .bind::<Bool, _>(marcar)
    .load(t.conn)?;
    let ids: Vec<Uuid> = saem.into_iter().map(|linha| linha.id).collect();
    note(t, &ids, FatoCarta::Retirada, agora)?;
    Ok(ids.len())
}

/// What is to be taken out of a file that was fetched, in its order: what was marked, and what became so since then, until it was
/// posted.
///
/// # Errors
/// The database is unreachable.
pub fn to_take_out(
    t: &mut Tenant<'_>,
    arquivo: Uuid,
    agora: DateTime<Utc>,
) -> Result<Vec<ARetirar>, StoreError> {
    Ok(sql_query(format!(
        "{FORA} SELECT c.id, c.devedor_id, c.sequencia, c.pagina, c.paginas, \
                coalesce(c.retirada_motivo, f.motivo) AS motivo, coalesce(c.retirada_em, $3) AS desde \
           FROM disparo.carta c \
           JOIN disparo.arquivo a ON a.empresa_id = $1 AND a.id = c.arquivo_id AND a.baixado_em IS NOT NULL \
           LEFT JOIN fora f ON f.carta = c.id AND a.postado_em IS NULL \
          WHERE c.empresa_id = $1 AND c.arquivo_id = $2 AND (c.retirada_em IS NOT NULL OR f.carta IS NOT NULL) \
          ORDER BY c.sequencia"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(arquivo)
    .bind::<Timestamptz, _>(agora)
    .load(t.conn)?)
}
