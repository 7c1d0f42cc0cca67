//! What happened to a título and who did it.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::TituloId;
use uuid::Uuid;

use crate::{StoreError, Tenant};

/// One change of a título.
#[derive(Clone, Debug, QueryableByName)]
pub struct MudancaLida {
    /// Its place in the history.
    #[diesel(sql_type = BigInt)]
    pub seq: i64,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub em: DateTime<Utc>,
    /// The API key that asked for it; none when a date did it.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub autor: Option<Uuid>,
    /// The name of that key.
    #[diesel(sql_type = Nullable<Text>)]
    pub autor_nome: Option<String>,
    /// `[{"campo", "antes", "depois"}]`, as the API writes values.
    #[diesel(sql_type = Jsonb)]
    pub mudancas: serde_json::Value,
}

/// A page of the changes of a título, the newest first, before `antes_de`. `None` when the company has no such título.
///
/// # Errors
/// The database is unreachable.
pub fn history(
    t: &mut Tenant<'_>,
    id: TituloId,
    antes_de: Option<(DateTime<Utc>, i64)>,
    limite: i64,
) -> Result<Option<Vec<MudancaLida>>, StoreError> {
    if super::get(t, id)?.is_none() {
        return Ok(None);
    }
    let linhas = sql_query(
        "SELECT h.seq, h.em, h.autor, h.mudancas, (SELECT k.nome FROM cadastro.chave_api k \
                   WHERE k.empresa_id = h.empresa_id AND k.id = h.autor) AS autor_nome \
           FROM cadastro.titulo_historico h WHERE h.empresa_id = $1 AND h.titulo_id = $2 AND ($3 IS NULL OR (h.em, h.seq) < ($3, $4)) \
          ORDER BY h.em DESC, h.seq DESC LIMIT $5",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Nullable<Timestamptz>, _>(antes_de.map(|lugar| lugar.0))
    .bind::<Nullable<BigInt>, _>(antes_de.map(|lugar| lugar.1))
    .bind::<BigInt, _>(limite)
    .load(t.conn)?;
    Ok(Some(linhas))
}
