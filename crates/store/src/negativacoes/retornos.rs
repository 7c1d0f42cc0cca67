//! What a bureau sends back about a remessa, once, and whole or not at all.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::negativacao::EventoBureau;
use uuid::Uuid;

use crate::{StoreError, Tenant};

mod pares;
mod passos;

/// What a retorno says of one entry. It names a debtor and so has no `Debug`.
#[derive(Clone)]
pub struct LinhaDeRetorno {
    /// Whether the line is about something that the remessa asked for; else it is about an entry of the account.
    pub da_remessa: bool,
    /// Whether it is about an exclusion.
    pub exclusao: bool,
    /// The debtor's document, as digits without zeros before them.
    pub documento: u64,
    /// The number by which the creditor knows the debt.
    pub contrato: String,
    /// The due date, where it can be read.
    pub vencimento: Option<NaiveDate>,
    /// What it does to the entry.
    pub evento: Option<EventoBureau>,
    /// The bureau's codes.
    pub codigos: Vec<i32>,
    /// Whether one of them is none that we know.
    pub desconhecida: bool,
}

/// Why a retorno is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecusaRetorno {
    /// The company has no such remessa, or its lines are others.
    OutraRemessa,
}

/// A retorno that was taken.
#[derive(Clone, Debug, QueryableByName)]
pub struct RetornoLido {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The SHA-256 of its bytes.
    #[diesel(sql_type = Text)]
    pub sha256: String,
    /// The remessa that it answers.
    #[diesel(sql_type = SqlUuid)]
    pub remessa_id: Uuid,
    /// When it came.
    #[diesel(sql_type = Timestamptz)]
    pub recebido_em: DateTime<Utc>,
    /// Its lines.
    #[diesel(sql_type = Integer)]
    pub linhas: i32,
    /// Inclusions that were taken.
    #[diesel(sql_type = Integer)]
    pub aceitas: i32,
    /// Inclusions that were refused.
    #[diesel(sql_type = Integer)]
    pub rejeitadas: i32,
    /// Entries that came off.
    #[diesel(sql_type = Integer)]
    pub baixadas: i32,
    /// Exclusions that were refused, and go out again.
    #[diesel(sql_type = Integer)]
    pub baixas_recusadas: i32,
    /// Entries that the bureau took off on its own.
    #[diesel(sql_type = Integer)]
    pub pelo_bureau: i32,
    /// Lines that changed nothing: notices, and answers that came too late to matter.
    #[diesel(sql_type = Integer)]
    pub sem_efeito: i32,
    /// Lines with a code that we do not know; a person looks.
    #[diesel(sql_type = Integer)]
    pub desconhecidas: i32,
}

/// What became of an upload.
#[derive(Clone, Debug)]
pub struct Aplicado {
    /// The retorno.
    pub retorno: RetornoLido,
    /// Whether it had come before; then nothing changed.
    pub repetido: bool,
}

const COLUNAS: &str = "SELECT id, sha256, remessa_id, recebido_em, linhas, aceitas, rejeitadas, baixadas, baixas_recusadas, \
           pelo_bureau, sem_efeito, desconhecidas FROM disparo.retorno WHERE empresa_id = $1";

/// Retornos that were taken, from the oldest on.
///
/// # Errors
/// The database is unreachable.
pub fn retornos(
    t: &mut Tenant<'_>,
    depois_de: Option<Uuid>,
    limite: i64,
) -> Result<Vec<RetornoLido>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND ($2 IS NULL OR id > $2) ORDER BY id LIMIT $3"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Nullable<SqlUuid>, _>(depois_de)
        .bind::<BigInt, _>(limite)
        .load(t.conn)?)
}

#[derive(QueryableByName)]
struct Remessa {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    credencial_id: Uuid,
    #[diesel(sql_type = Integer)]
    registros: i32,
}

/// Takes the retorno of the remessa `sequencia` of whoever informs PEFIN by the CNPJ that begins so. The same bytes again change
/// nothing; bytes whose lines are not those of the remessa are refused, and nothing of them is kept.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn apply(
    t: &mut Tenant<'_>,
    sha256: &str,
    (raiz, sequencia): (&str, u32),
    linhas: &[LinhaDeRetorno],
    (agora, hoje): (DateTime<Utc>, NaiveDate),
) -> Result<Result<Aplicado, RecusaRetorno>, StoreError> {
    let remessas = candidates(t, raiz, sequencia)?;
    let antes: Option<RetornoLido> = sql_query(format!("{COLUNAS} AND sha256 = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Text, _>(sha256)
        .get_result(t.conn)
        .optional()?;
    if let Some(retorno) = antes {
        return Ok(Ok(Aplicado { retorno, repetido: true }));
    }
    for remessa in remessas {
        if let Some(pares) = pares::matched(t, &remessa, linhas)? {
            let retorno = passos::change(t, sha256, &remessa, &pares, (agora, hoje))?;
            return Ok(Ok(Aplicado { retorno, repetido: false }));
        }
    }
    Ok(Err(RecusaRetorno::OutraRemessa))
}

/// Held until this ends: two uploads at once are one after the other. What tells several remessas of one informant apart is in no
/// retorno, so there may be several.
fn candidates(t: &mut Tenant<'_>, raiz: &str, sequencia: u32) -> Result<Vec<Remessa>, StoreError> {
    Ok(sql_query(
        "SELECT r.id, r.credencial_id, r.registros FROM disparo.credencial c \
           JOIN disparo.remessa r ON r.empresa_id = c.empresa_id AND r.credencial_id = c.id \
          WHERE c.empresa_id = $1 AND c.bureau = 'pefin' AND starts_with(c.informante, $2) AND r.sequencia = $3 \
          ORDER BY r.id FOR UPDATE OF r",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Text, _>(raiz)
    .bind::<Integer, _>(i32::try_from(sequencia).unwrap_or(i32::MAX))
    .load(t.conn)?)
}
