//! Rule c04: printed, posted, and what came back.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::arquivo::{FatoCarta, MotivoDevolucao};
use domain::ids::ExecucaoId;
use uuid::Uuid;

use super::note;
use crate::{StoreError, Tenant};

/// Why a file or a letter was not marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecusaMarca {
    /// There is none.
    NaoHa,
    /// It is no file of letters.
    NaoSaoCartas,
    /// It is being made, or its bytes were never fetched.
    NaoBaixado,
    /// It was not printed yet.
    NaoImpresso,
    /// The letter is in no file that was posted.
    NaoPostada,
}

#[derive(QueryableByName)]
struct Situacao {
    #[diesel(sql_type = Text)]
    tipo: String,
    #[diesel(sql_type = Bool)]
    baixado: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    impresso_em: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    postado_em: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

fn lock(t: &mut Tenant<'_>, arquivo: Uuid) -> Result<Option<Situacao>, StoreError> {
    Ok(sql_query(
        "SELECT tipo, baixado_em IS NOT NULL AND estado <> 'gerando' AS baixado, impresso_em, postado_em \
           FROM disparo.arquivo WHERE empresa_id = $1 AND id = $2 FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(arquivo)
    .get_result(t.conn)
    .optional()?)
}

/// Marks a file of letters as printed, in a transaction of an author. One that is stays as it was.
///
/// # Errors
/// The database is unreachable.
pub fn print(
    t: &mut Tenant<'_>,
    arquivo: Uuid,
    agora: DateTime<Utc>,
) -> Result<Result<(), RecusaMarca>, StoreError> {
    match lock(t, arquivo)? {
        None => Ok(Err(RecusaMarca::NaoHa)),
        Some(Situacao { tipo, .. }) if tipo != "cartas" => Ok(Err(RecusaMarca::NaoSaoCartas)),
        Some(Situacao { impresso_em: Some(_), .. }) => Ok(Ok(())),
        Some(Situacao { baixado: false, .. }) => Ok(Err(RecusaMarca::NaoBaixado)),
        Some(_) => {
            super::check(t, arquivo, agora)?;
            mark(t, arquivo, "impresso_em", FatoCarta::Impressa, agora).map(Ok)
        }
    }
}

/// Marks a file of letters as posted, in a transaction of an author. One that is stays as it was.
///
/// # Errors
/// The database is unreachable.
pub fn post(
    t: &mut Tenant<'_>,
    arquivo: Uuid,
    agora: DateTime<Utc>,
) -> Result<Result<(), RecusaMarca>, StoreError> {
    match lock(t, arquivo)? {
        None => Ok(Err(RecusaMarca::NaoHa)),
        Some(Situacao { tipo, .. }) if tipo != "cartas" => Ok(Err(RecusaMarca::NaoSaoCartas)),
        Some(Situacao { postado_em: Some(_), .. }) => Ok(Ok(())),
        Some(Situacao { impresso_em: None, .. }) => Ok(Err(RecusaMarca::NaoImpresso)),
        Some(_) => {
            super::check(t, arquivo, agora)?;
            mark(t, arquivo, "postado_em", FatoCarta::Postada, agora).map(Ok)
        }
    }
}

/// The file, and on the timelines every letter that is not to be taken out of it.
fn mark(
    t: &mut Tenant<'_>,
    arquivo: Uuid,
    coluna: &str,
    fato: FatoCarta,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql_query(format!("UPDATE disparo.arquivo SET {coluna} = $3 WHERE empresa_id = $1 AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(arquivo)
        .bind::<Timestamptz, _>(agora)
        .execute(t.conn)?;
    let ids: Vec<Id> = sql_query(
        "SELECT id FROM disparo.carta WHERE empresa_id = $1 AND arquivo_id = $2 AND retirada_em IS NULL ORDER BY sequencia",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(arquivo)
    .load(t.conn)?;
    note(t, &ids.into_iter().map(|linha| linha.id).collect::<Vec<_>>(), fato, agora)
}

/// Says that a posted letter came back, in a transaction of an author; its execution is `devolvida`. Saying it again changes nothing.
///
/// # Errors
/// The database is unreachable.
pub fn bring_back(
    t: &mut Tenant<'_>,
    carta: ExecucaoId,
    motivo: MotivoDevolucao,
    agora: DateTime<Utc>,
) -> Result<Result<(), RecusaMarca>, StoreError> {
    let devolvidas = sql_query(
        "UPDATE disparo.carta c SET devolvida_em = $3, devolvida_motivo = $4 FROM disparo.arquivo a \
          WHERE c.empresa_id = $1 AND c.id = $2 AND c.devolvida_em IS NULL AND c.retirada_em IS NULL \
            AND a.empresa_id = $1 AND a.id = c.arquivo_id AND a.postado_em IS NOT NULL",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(carta.uuid())
    .bind::<Timestamptz, _>(agora)
    .bind::<Text, _>(motivo.as_str())
    .execute(t.conn)?;
    if devolvidas == 0 {
        return refused(t, carta);
    }
    sql_query(
        "UPDATE disparo.execucao SET estado = 'devolvida', motivo = 'nao_entregue', atualizada_em = clock_timestamp() \
          WHERE empresa_id = $1 AND id = $2 AND estado = 'enviada'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(carta.uuid())
    .execute(t.conn)?;
    note(t, &[carta.uuid()], FatoCarta::Devolvida, agora)?;
    Ok(Ok(()))
}

#[derive(QueryableByName)]
struct Devolvida {
    #[diesel(sql_type = Bool)]
    devolvida: bool,
}

fn refused(t: &mut Tenant<'_>, carta: ExecucaoId) -> Result<Result<(), RecusaMarca>, StoreError> {
    let ha: Option<Devolvida> = sql_query(
        "SELECT EXISTS (SELECT FROM disparo.carta c WHERE c.empresa_id = $1 AND c.id = e.id AND c.devolvida_em IS NOT NULL) \
                  AS devolvida \
           FROM disparo.execucao e WHERE e.empresa_id = $1 AND e.id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(carta.uuid())
    .get_result(t.conn)
    .optional()?;
    Ok(match ha {
        None => Err(RecusaMarca::NaoHa),
        Some(Devolvida { devolvida: true }) => Ok(()),
        Some(Devolvida { devolvida: false }) => Err(RecusaMarca::NaoPostada),
    })
}
