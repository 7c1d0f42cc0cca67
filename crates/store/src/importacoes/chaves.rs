//! The keys of a whole file, read before anything of it is stored: how many lines there are, which of them a later one
//! with the same key stands over, and what a full file does not have.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};

use super::Tomada;
use super::copia::{Linhas, copy_keys, prepare};
use crate::migracao::ExecuteUnit as _;
use crate::preparada::prepared;
use crate::titulos::PREFIXO_PARCELA;
use crate::{StoreError, Tenant};

/// Bytes of one `COPY`: large enough for its own cost to vanish, small enough for memory not to.
const COPIA: usize = 256 * 1024;

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
    /// Open títulos before the file, when it is a full one.
    #[diesel(sql_type = BigInt)]
    pub abertos: i64,
    /// Of these, those that the file does not have.
    #[diesel(sql_type = BigInt)]
    pub a_cancelar: i64,
}

/// Reads the keys and keeps what they say; `None` when the import is not this process's any more. `completo`: also finds the
/// open originals, of before the file came, that it does not have; instalments and what is negotiated are none of a file's
/// business.
///
/// # Errors
/// What `chaves` answered, or the failure of the database.
pub fn read_keys<E: From<StoreError>>(
    t: &mut Tenant<'_>,
    tomada: Tomada,
    completo: Option<DateTime<Utc>>,
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
    if let Some(antes_de) = completo {
        find_absent(t, tomada, antes_de)?;
    }
    Ok(save(t, tomada, (total, sem_chave), completo.is_some())?)
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

fn find_absent(t: &mut Tenant<'_>, tomada: Tomada, antes_de: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO cadastro.importacao_ausente (empresa_id, importacao_id, titulo_id) \
         SELECT $1, $2, t.id FROM cadastro.titulo t LEFT JOIN importacao_chave k ON k.codigo = t.codigo_integracao \
          WHERE t.empresa_id = $1 AND t.status IN ('aberto', 'suspenso') AND t.acordo_id IS NULL \
            AND NOT starts_with(t.codigo_integracao, $4) AND t.criado_em < $3 AND k.codigo IS NULL \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(tomada.id)
    .bind::<Timestamptz, _>(antes_de)
    .bind::<Text, _>(PREFIXO_PARCELA)
    .execute_unit(t.conn)
}

fn save(
    t: &mut Tenant<'_>,
    tomada: Tomada,
    (total, sem_chave): (i64, i64),
    completo: bool,
) -> Result<Option<Contagem>, StoreError> {
    let abertos = if completo {
        "(SELECT count(*) FROM cadastro.titulo WHERE empresa_id = $1 AND status IN ('aberto', 'suspenso') AND acordo_id IS NULL)"
    } else {
        "NULL"
    };
    let ausentes = if completo {
        "(SELECT count(*) FROM cadastro.importacao_ausente WHERE empresa_id = $1 AND importacao_id = $2)"
    } else {
        "NULL"
    };
    Ok(sql_query(format!(
        "UPDATE cadastro.importacao SET linhas = $4, sem_chave = $5, abertos = {abertos}, a_cancelar = {ausentes}, \
                repetidos = (SELECT count(*) FROM cadastro.importacao_erro \
                              WHERE empresa_id = $1 AND importacao_id = $2 AND codigo = 'repetido') \
          WHERE empresa_id = $1 AND id = $2 AND tentativas = $3 AND estado = 'processando' \
         RETURNING sem_chave, coalesce(abertos, 0) AS abertos, coalesce(a_cancelar, 0) AS a_cancelar",
    ))
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

/// The lines after `depois_de` up to `ate` over which a later one stands.
///
/// # Errors
/// The database is unreachable.
pub(super) fn repeated(
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
