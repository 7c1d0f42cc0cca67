//! What happened to a debtor, in order of time: what each schema tells of one, put together a page at a time.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{
    Array, Bool, Date, Integer, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::acontecimento::TipoAcontecimento;
use domain::ids::DevedorId;
use uuid::Uuid;

use crate::{StoreError, Tenant};

/// Which of what happened to read, in which order.
#[derive(Clone, Debug)]
pub struct Filtro {
    /// Of these kinds; `None` is any.
    pub tipos: Option<Vec<TipoAcontecimento>>,
    /// From the beginning of this day on, in the company's time zone.
    pub de: Option<NaiveDate>,
    /// To the end of this day.
    pub ate: Option<NaiveDate>,
    /// The newest first, else the oldest.
    pub recentes: bool,
}

/// Where something stands: when it happened, its place among what happened at that instant, and what tells it from its equals.
pub type Lugar = (DateTime<Utc>, i16, String);

/// Something that happened. `dados` may hold what was said to a debtor, hence no `Debug`.
#[derive(Clone, QueryableByName)]
pub struct AcontecimentoLido {
    /// When, in business time.
    #[diesel(sql_type = Timestamptz)]
    pub em: DateTime<Utc>,
    /// Its place among what happened at that instant: causes before effects.
    #[diesel(sql_type = SmallInt)]
    pub ordem: i16,
    /// What tells it from others of its kind; never changes.
    #[diesel(sql_type = Text)]
    pub chave: String,
    /// What it is, a [`TipoAcontecimento`].
    #[diesel(sql_type = Text)]
    pub tipo: String,
    /// The API key that did it, where it is known that one did.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub autor: Option<Uuid>,
    /// The name of that key.
    #[diesel(sql_type = Nullable<Text>)]
    pub autor_nome: Option<String>,
    /// An object with a field for each thing that it is about, as the migrations write it (`linha_do_tempo` in each schema).
    #[diesel(sql_type = Jsonb)]
    pub dados: serde_json::Value,
}

impl AcontecimentoLido {
    /// Where it stands.
    #[must_use]
    pub fn lugar(&self) -> Lugar {
        (self.em, self.ordem, self.chave.clone())
    }
}

#[derive(QueryableByName)]
struct Existe {
    #[diesel(sql_type = Bool)]
    existe: bool,
}

/// The names of the authors are looked up for the page alone.
const PAGINA: &str = "WITH periodo AS ( \
       SELECT coalesce($4::timestamp AT TIME ZONE e.fuso, '-infinity') AS de, \
              coalesce(($5 + 1)::timestamp AT TIME ZONE e.fuso, 'infinity') AS ate, \
              coalesce($6, CASE WHEN $9 THEN 'infinity' ELSE '-infinity' END::timestamptz) AS em, \
              coalesce($7, CASE WHEN $9 THEN 32767 ELSE 0 END::smallint) AS ordem, coalesce($8, '') AS chave \
         FROM cadastro.v_empresa e WHERE e.empresa_id = $1), \
     pagina AS ( \
       SELECT h.* FROM periodo p CROSS JOIN LATERAL ( \
         SELECT * FROM cadastro.linha_do_tempo($2, $3, p.de, p.ate, p.em, p.ordem, p.chave, $9, $10) \
          UNION ALL \
         SELECT * FROM regua.linha_do_tempo($2, $3, p.de, p.ate, p.em, p.ordem, p.chave, $9, $10) \
          UNION ALL \
         SELECT * FROM disparo.linha_do_tempo($2, $3, p.de, p.ate, p.em, p.ordem, p.chave, $9, $10) \
          UNION ALL \
         SELECT * FROM disparo.linha_do_tempo_outras($2, $3, p.de, p.ate, p.em, p.ordem, p.chave, $9, $10)) h \
        ORDER BY h.em @, h.ordem @, h.chave COLLATE \"C\" @ LIMIT $10) \
     SELECT p.*, (SELECT k.nome FROM cadastro.v_chave k WHERE k.empresa_id = $1 AND k.id = p.autor) AS autor_nome \
       FROM pagina p ORDER BY p.em @, p.ordem @, p.chave COLLATE \"C\" @";

/// A page of what happened to a debtor, after `depois_de`. `None` when the company has no such debtor.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    devedor: DevedorId,
    filtro: &Filtro,
    depois_de: Option<&Lugar>,
    limite: i64,
) -> Result<Option<Vec<AcontecimentoLido>>, StoreError> {
    let existe: Existe = sql_query(
        "SELECT EXISTS (SELECT FROM cadastro.v_devedor WHERE empresa_id = $1 AND id = $2) AS existe",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(devedor.uuid())
    .get_result(t.conn)?;
    if !existe.existe {
        return Ok(None);
    }
    let tipos = filtro.tipos.as_ref().map(|tipos| tipos.iter().map(|tipo| tipo.as_str()).collect::<Vec<_>>());
    let linhas = sql_query(PAGINA.replace('@', if filtro.recentes { "DESC" } else { "ASC" }))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(devedor.uuid())
        .bind::<Nullable<Array<Text>>, _>(tipos)
        .bind::<Nullable<Date>, _>(filtro.de)
        .bind::<Nullable<Date>, _>(filtro.ate)
        .bind::<Nullable<Timestamptz>, _>(depois_de.map(|lugar| lugar.0))
        .bind::<Nullable<SmallInt>, _>(depois_de.map(|lugar| lugar.1))
        .bind::<Nullable<Text>, _>(depois_de.map(|lugar| lugar.2.as_str()))
        .bind::<Bool, _>(filtro.recentes)
        .bind::<Integer, _>(i32::try_from(limite).unwrap_or(i32::MAX))
        .load(t.conn)?;
    Ok(Some(linhas))
}
