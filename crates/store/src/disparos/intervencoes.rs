//! What a person does to executions: sends back to the start what was given up, says what became of what is in doubt.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::{Estado, Evento, Motivo};
use domain::ids::ExecucaoId;

use crate::{StoreError, Tenant};

/// What a person says of an execution that is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intervencao {
    /// It left.
    Enviada,
    /// It did not.
    NaoEnviada,
}

/// Why nothing was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recusa {
    /// There is no such execution.
    Inexistente,
    /// Its state does not allow it.
    Estado(Estado),
}

#[derive(QueryableByName)]
struct Linha {
    #[diesel(sql_type = Text)]
    estado: String,
}

/// Sends an execution that was given up back to the start, in a transaction of an author: it is due from `agora` on, with all
/// its attempts before it, and is checked at the fence as any other.
///
/// # Errors
/// The database is unreachable.
pub fn reprocess(
    t: &mut Tenant<'_>,
    id: ExecucaoId,
    agora: DateTime<Utc>,
) -> Result<Result<(), Recusa>, StoreError> {
    let para = match step(t, id, Evento::Reprocessar)? {
        Ok(para) => para,
        Err(recusa) => return Ok(Err(recusa)),
    };
    sql_query(
        "UPDATE disparo.execucao SET estado = $3, motivo = NULL, tentativas = 0, publicar_em = $4, reprocessada_em = $4, \
                enfileirada_em = NULL, atualizada_em = clock_timestamp() WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(para.as_str())
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    note(t, id, "reprocessada", None, agora)?;
    Ok(Ok(()))
}

/// Writes what a person says became of an execution that is in doubt, in a transaction of an author.
///
/// # Errors
/// The database is unreachable.
pub fn settle(
    t: &mut Tenant<'_>,
    id: ExecucaoId,
    (intervencao, observacao): (Intervencao, Option<&str>),
    agora: DateTime<Utc>,
) -> Result<Result<(), Recusa>, StoreError> {
    let (evento, motivo, acao) = match intervencao {
        Intervencao::Enviada => (Evento::Aceitar, None, "enviada"),
        Intervencao::NaoEnviada => (Evento::Falhar, Some(Motivo::NaoEnviada.as_str()), "nao_enviada"),
    };
    let para = match step(t, id, evento)? {
        Ok(para) => para,
        Err(recusa) => return Ok(Err(recusa)),
    };
    // When it left, the end of the last attempt that may have been the one.
    sql_query(
        "UPDATE disparo.execucao e SET estado = $3, motivo = $4, duvidosa = false, atualizada_em = clock_timestamp(), \
                enviada_em = CASE WHEN $3 = 'enviada' THEN coalesce((SELECT max(a.terminou_em) FROM disparo.tentativa a \
                     WHERE a.empresa_id = e.empresa_id AND a.execucao_id = e.id AND a.texto IS NOT NULL), $5) END \
          WHERE e.empresa_id = $1 AND e.id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(para.as_str())
    .bind::<Nullable<Text>, _>(motivo)
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    note(t, id, acao, observacao, agora)?;
    Ok(Ok(()))
}

/// Where the event leads the execution, which stays locked. What is being sent at this moment is nobody's to judge.
fn step(t: &mut Tenant<'_>, id: ExecucaoId, evento: Evento) -> Result<Result<Estado, Recusa>, StoreError> {
    let linha: Option<Linha> =
        sql_query("SELECT estado FROM disparo.execucao WHERE empresa_id = $1 AND id = $2 FOR UPDATE")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<SqlUuid, _>(id.uuid())
            .get_result(t.conn)
            .optional()?;
    let Some(linha) = linha else { return Ok(Err(Recusa::Inexistente)) };
    let estado = Estado::parse(&linha.estado).ok().ok_or(StoreError::Unknown("estado"))?;
    let para = if estado == Estado::Enviando { None } else { estado.depois(evento) };
    Ok(para.ok_or(Recusa::Estado(estado)))
}

fn note(
    t: &mut Tenant<'_>,
    id: ExecucaoId,
    acao: &str,
    observacao: Option<&str>,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO disparo.intervencao (empresa_id, execucao_id, em, acao, observacao, devedor_id) \
         SELECT $1, $2, $3, $4, $5, e.devedor_id FROM disparo.execucao e WHERE e.empresa_id = $1 AND e.id = $2 \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Timestamptz, _>(agora)
    .bind::<Text, _>(acao)
    .bind::<Nullable<Text>, _>(observacao)
    .execute(t.conn)?;
    Ok(())
}
