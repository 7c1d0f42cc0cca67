//! The keys of a whole file, read before anything of it is stored: how many lines there are, which of them a later one
//! with the same key stands over, and what a full file does not have.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, SmallInt, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use serde::Deserialize;
use uuid::Uuid;

use super::Tomada;
use super::copia::{Linhas, copy_keys, prepare};
use crate::migracao::ExecuteUnit as _;
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// Bytes of one `COPY`: large enough for its own cost to vanish, small enough for memory not to.
const COPIA: usize = 256 * 1024;
/// Creditors that are shown with what they would lose: those that lose most.
const MOSTRADOS: i64 = 20;

/// A line and its key, if one could be read.
pub struct Chave {
    /// Line of the file.
    pub linha: i64,
    /// The ERP's own key.
    pub codigo: Option<String>,
}

/// What the keys of a file say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Contagem {
    /// Lines whose key could not be read.
    #[diesel(sql_type = BigInt)]
    pub sem_chave: i64,
    /// Open and suspended títulos before the file, when it is a full one.
    #[diesel(sql_type = BigInt)]
    pub devidos: i64,
    /// Of these, those that the file does not have.
    #[diesel(sql_type = BigInt)]
    pub a_cancelar: i64,
}

/// What a full file would take from one creditor.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PorCredor {
    /// Who it is; none is the company itself.
    pub credor_id: Option<Uuid>,
    /// Its code.
    pub codigo: Option<String>,
    /// Its name.
    pub nome: Option<String>,
    /// Its open títulos.
    pub abertos: i64,
    /// Its suspended ones; a former version counted them among the open ones.
    #[serde(default)]
    pub suspensos: i64,
    /// Of both, those that the file does not have.
    pub a_cancelar: i64,
}

/// What a full file is all of.
#[derive(Clone, Copy, Debug)]
pub struct Tudo {
    /// When the file arrived.
    pub ate: DateTime<Utc>,
    /// Whose títulos alone; none is everybody's.
    pub credor: Option<Uuid>,
}

/// Reads the keys and keeps what they say; `None` when the import is not this process's any more. Of a full file it also finds
/// the open and suspended originals that it does not have: what is new, changed or sent since the file arrived says by itself
/// that it is there, and instalments and what is negotiated are none of a file's business.
///
/// # Errors
/// What `chaves` answered, or the failure of the database.
pub fn read_keys<E: From<StoreError>>(
    t: &mut Tenant<'_>,
    tomada: Tomada,
    completo: Option<Tudo>,
    chaves: impl Iterator<Item = Result<Chave, E>>,
) -> Result<Option<Contagem>, E> {
    sql_query("SET LOCAL statement_timeout = '10min'").execute_unit(t.conn)?;
    sql_query("SET LOCAL work_mem = '64MB'").execute_unit(t.conn)?;
    prepare(t.conn)?;
    let (mut linhas, mut total, mut sem_chave) = (Linhas::new(2), 0_i64, 0_i64);
    for chave in chaves {
        let chave = chave?;
        total += 1;
        let Some(codigo) = chave.codigo else {
            sem_chave += 1;
            continue;
        };
        linhas.row().big(chave.linha).text(&codigo);
        if linhas.len() > COPIA {
            copy_keys(t.conn, &linhas.take())?;
        }
    }
    copy_keys(t.conn, &linhas.take())?;
    save_repeated(t, tomada)?;
    if let Some(tudo) = completo {
        find_absent(t, tomada, tudo)?;
        save_absent(t, tomada, tudo)?;
    }
    Ok(save(t, tomada, (total, sem_chave))?)
}

/// The last line with a key stands, as if each had been pushed by itself; the ones before are told of it.
fn save_repeated(t: &mut Tenant<'_>, tomada: Tomada) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO cadastro.importacao_erro (empresa_id, importacao_id, linha, ordem, codigo_integracao, campo, codigo, motivo) \
         SELECT $1, $2, c.linha, 0, c.codigo, 'codigo_integracao', 'repetido', 'vale a linha ' || m.ultima || ', com o mesmo código' \
           FROM importacao_chave c JOIN (SELECT codigo, max(linha) AS ultima FROM importacao_chave \
                                          GROUP BY codigo HAVING count(*) > 1) m ON m.codigo = c.codigo AND c.linha < m.ultima \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(tomada.id)
    .execute_unit(t.conn)
}

/// $1 company, $2 the creditor. The originals `t` that a full file is about: what is owed, whether somebody is asked for it or,
/// suspended, nobody is. An instalment is one by its origin, whatever the ERP calls its own.
const DEVIDOS: &str = "t.empresa_id = $1 AND t.status IN ('aberto', 'suspenso') AND t.origem = 'original' AND ($2 IS NULL OR t.credor_id = $2)";

/// Whether the título `t` is since the instant $4, or the import `i`, as it is. Of one instant, as a sandbox clock has for hours,
/// `retrato` tells; a former version took none, and then what is new is left alone.
pub(super) const DE_ANTES: &str = "(t.atualizado_em < $4 OR (t.atualizado_em = $4 AND \
    coalesce(cadastro.gravado_antes(t.xmin, i.retrato), t.criado_em < $4)))";

fn find_absent(t: &mut Tenant<'_>, tomada: Tomada, tudo: Tudo) -> Result<(), StoreError> {
    sql_query(format!(
        "INSERT INTO cadastro.importacao_ausente (empresa_id, importacao_id, titulo_id, versao) \
         SELECT $1, $3, t.id, t.xmin::text::bigint FROM cadastro.titulo t \
           JOIN cadastro.importacao i ON i.empresa_id = $1 AND i.id = $3 \
           LEFT JOIN importacao_chave k ON k.codigo = t.codigo_integracao \
          WHERE {DEVIDOS} AND {DE_ANTES} AND k.codigo IS NULL AND NOT EXISTS (SELECT FROM cadastro.importacao_enviado e \
                 WHERE e.empresa_id = $1 AND e.importacao_id = $3 AND e.titulo_id = t.id) \
         ON CONFLICT DO NOTHING",
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<SqlUuid>, _>(tudo.credor)
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<Timestamptz, _>(tudo.ate)
    .execute_unit(t.conn)
}

/// How much is absent, and how much of whose.
fn save_absent(t: &mut Tenant<'_>, tomada: Tomada, tudo: Tudo) -> Result<(), StoreError> {
    sql_query(format!(
        "WITH cada AS MATERIALIZED ( \
           SELECT t.credor_id, count(*) FILTER (WHERE t.status = 'aberto') AS abertos, \
                  count(*) FILTER (WHERE t.status = 'suspenso') AS suspensos, count(a.titulo_id) AS a_cancelar FROM cadastro.titulo t \
             LEFT JOIN cadastro.importacao_ausente a ON a.empresa_id = $1 AND a.importacao_id = $3 AND a.titulo_id = t.id \
            WHERE {DEVIDOS} GROUP BY t.credor_id), \
         maiores AS ( \
           SELECT c.credor_id, k.codigo_integracao AS codigo, k.nome, c.abertos, c.suspensos, c.a_cancelar FROM cada c \
             LEFT JOIN cadastro.credor k ON k.empresa_id = $1 AND k.id = c.credor_id \
            WHERE c.a_cancelar > 0 ORDER BY c.a_cancelar DESC, c.abertos + c.suspensos, k.codigo_integracao NULLS FIRST LIMIT $4) \
         UPDATE cadastro.importacao SET \
                abertos = (SELECT coalesce(sum(abertos), 0) FROM cada), \
                suspensos = (SELECT coalesce(sum(suspensos), 0) FROM cada), \
                a_cancelar = (SELECT count(*) FROM cadastro.importacao_ausente WHERE empresa_id = $1 AND importacao_id = $3), \
                zerados = (SELECT count(*) FROM cada WHERE a_cancelar = abertos + suspensos), \
                por_credor = (SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY a_cancelar DESC, abertos + suspensos, codigo NULLS FIRST), '[]') \
                                FROM maiores m) \
          WHERE empresa_id = $1 AND id = $3",
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<SqlUuid>, _>(tudo.credor)
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<BigInt, _>(MOSTRADOS)
    .execute_unit(t.conn)
}

fn save(
    t: &mut Tenant<'_>,
    tomada: Tomada,
    (total, sem_chave): (i64, i64),
) -> Result<Option<Contagem>, StoreError> {
    Ok(sql_query(
        "UPDATE cadastro.importacao SET linhas = $4, sem_chave = $5, \
                repetidos = (SELECT count(*) FROM cadastro.importacao_erro \
                              WHERE empresa_id = $1 AND importacao_id = $2 AND codigo = 'repetido') \
          WHERE empresa_id = $1 AND id = $2 AND tentativas = $3 AND estado = 'processando' \
         RETURNING sem_chave, coalesce(abertos + suspensos, 0) AS devidos, coalesce(a_cancelar, 0) AS a_cancelar",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<SmallInt, _>(tomada.tentativa)
    .bind::<BigInt, _>(total)
    .bind::<BigInt, _>(sem_chave)
    .get_result(t.conn)
    .optional()?)
}

#[derive(QueryableByName)]
struct Repetida {
    #[diesel(sql_type = BigInt)]
    linha: i64,
}

/// The lines after `depois_de` up to `ate` over which a later one stands, in order.
///
/// # Errors
/// The database is unreachable.
pub fn repeated(
    t: &mut Tenant<'_>,
    tomada: Tomada,
    (depois_de, ate): (i64, i64),
) -> Result<Vec<i64>, StoreError> {
    let linhas: Vec<Repetida> = prepared(
        "SELECT linha FROM cadastro.importacao_erro WHERE empresa_id = $1 AND importacao_id = $2 AND linha > $3 AND linha <= $4 \
            AND codigo = 'repetido' ORDER BY linha",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<BigInt, _>(depois_de)
    .bind::<BigInt, _>(ate)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|l| l.linha).collect())
}
