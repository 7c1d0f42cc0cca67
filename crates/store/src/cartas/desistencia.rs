//! Letters that cannot be printed leave the others alone.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::arquivo::FatoCarta;
use domain::execucao::Motivo;
use domain::ids::ExecucaoId;
use uuid::Uuid;

use super::note;
use crate::arquivos::Posse;
use crate::{StoreError, Tenant};

#[derive(QueryableByName)]
struct Fora {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Takes letters that cannot be printed out of a file that was begun `tentativas` times or more: their executions came to nothing
/// (`devolvida`, `mensagem_invalida`), and the file is to be made again at once, of the others. Answers how many; none while the file
/// was not tried often enough, or when it is another's to make by now.
///
/// # Errors
/// The database is unreachable.
pub fn give_up(
    t: &mut Tenant<'_>,
    posse: &Posse,
    cartas: &[ExecucaoId],
    tentativas: i32,
    agora: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let nossas = sql_query(
        "UPDATE disparo.arquivo SET lease_ate = '-infinity' \
          WHERE empresa_id = $1 AND id = $2 AND cerca = $3 AND estado = 'gerando' AND tentativas >= $4",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(posse.id)
    .bind::<BigInt, _>(posse.cerca)
    .bind::<Integer, _>(tentativas)
    .execute(t.conn)?;
    if nossas == 0 {
        return Ok(0);
    }
    let (ids, motivo) = (cartas.iter().map(|id| id.uuid()).collect::<Vec<_>>(), Motivo::MensagemInvalida);
    sql_query(
        "UPDATE disparo.execucao SET estado = 'devolvida', motivo = $3, atualizada_em = clock_timestamp() \
          WHERE empresa_id = $1 AND id = ANY ($2) AND estado = 'enviada'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Text, _>(motivo.as_str())
    .execute(t.conn)?;
    let fora: Vec<Fora> = sql_query(
        "UPDATE disparo.carta SET retirada_em = $4, retirada_motivo = $5, arquivo_id = NULL, sequencia = NULL \
          WHERE empresa_id = $1 AND arquivo_id = $2 AND id = ANY ($3) AND retirada_em IS NULL RETURNING id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(posse.id)
    .bind::<Array<SqlUuid>, _>(&ids)
    .bind::<Timestamptz, _>(agora)
    .bind::<Text, _>(motivo.as_str())
    .load(t.conn)?;
    let fora: Vec<Uuid> = fora.into_iter().map(|linha| linha.id).collect();
    note(t, &fora, FatoCarta::Retirada, agora)?;
    Ok(fora.len())
}
