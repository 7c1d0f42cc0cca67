//! Files as they are listed.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::arquivo::TipoArquivo;
use uuid::Uuid;

use crate::{StoreError, Tenant};

/// A file as it is kept.
#[derive(Clone, Debug, QueryableByName)]
pub struct ArquivoLido {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// A [`TipoArquivo`].
    #[diesel(sql_type = Text)]
    pub tipo: String,
    /// An `EstadoArquivo`.
    #[diesel(sql_type = Text)]
    pub estado: String,
    /// The name to save it under.
    #[diesel(sql_type = Text)]
    pub nome: String,
    /// What its bytes are.
    #[diesel(sql_type = Text)]
    pub mime: String,
    /// The day that it is of.
    #[diesel(sql_type = Date)]
    pub data: NaiveDate,
    /// The action that it is of.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub acao_id: Option<Uuid>,
    /// How many things it holds.
    #[diesel(sql_type = BigInt)]
    pub itens: i64,
    /// How many pages.
    #[diesel(sql_type = Nullable<Integer>)]
    pub paginas: Option<i32>,
    /// How often it was made.
    #[diesel(sql_type = Integer)]
    pub versao: i32,
    /// Bytes.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub tamanho: Option<i64>,
    /// Their SHA-256.
    #[diesel(sql_type = Nullable<Text>)]
    pub sha256: Option<String>,
    /// Bytes of its index.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub indice_tamanho: Option<i64>,
    /// Their SHA-256.
    #[diesel(sql_type = Nullable<Text>)]
    pub indice_sha256: Option<String>,
    /// When it was begun.
    #[diesel(sql_type = Timestamptz)]
    pub criado_em: DateTime<Utc>,
    /// When it could be fetched.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub pronto_em: Option<DateTime<Utc>>,
    /// When it was first fetched.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub baixado_em: Option<DateTime<Utc>>,
    /// When it was printed.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub impresso_em: Option<DateTime<Utc>>,
    /// When it was posted.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub postado_em: Option<DateTime<Utc>>,
    /// When its bytes were let go.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expurgado_em: Option<DateTime<Utc>>,
    /// Letters to be taken out by hand.
    #[diesel(sql_type = Integer)]
    pub a_retirar: i32,
}

/// Which files.
#[derive(Clone, Debug, Default)]
pub struct Filtro {
    /// Of these kinds; none is any.
    pub tipos: Vec<TipoArquivo>,
    /// Of this day or later.
    pub de: Option<NaiveDate>,
    /// Of this day or earlier.
    pub ate: Option<NaiveDate>,
}

const COLUNAS: &str = "id, tipo, estado, nome, mime, data, acao_id, itens, paginas, versao, tamanho, sha256, indice_tamanho, \
                       indice_sha256, criado_em, pronto_em, baixado_em, impresso_em, postado_em, expurgado_em, a_retirar";

/// A page of files, the newest first, after `depois_de`.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: &Filtro,
    depois_de: Option<&(DateTime<Utc>, Uuid)>,
    limite: i64,
) -> Result<Vec<ArquivoLido>, StoreError> {
    let tipos: Vec<&str> = filtro.tipos.iter().map(|tipo| tipo.as_str()).collect();
    Ok(sql_query(format!(
        "SELECT {COLUNAS} FROM disparo.arquivo \
          WHERE empresa_id = $1 AND (cardinality($2) = 0 OR tipo = ANY ($2)) AND ($3 IS NULL OR data >= $3) \
            AND ($4 IS NULL OR data <= $4) AND ($5 IS NULL OR (criado_em, id) < ($5, $6)) \
          ORDER BY criado_em DESC, id DESC LIMIT $7"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(tipos)
    .bind::<Nullable<Date>, _>(filtro.de)
    .bind::<Nullable<Date>, _>(filtro.ate)
    .bind::<Nullable<Timestamptz>, _>(depois_de.map(|lugar| lugar.0))
    .bind::<Nullable<SqlUuid>, _>(depois_de.map(|lugar| lugar.1))
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

/// One file.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, arquivo: Uuid) -> Result<Option<ArquivoLido>, StoreError> {
    Ok(sql_query(format!("SELECT {COLUNAS} FROM disparo.arquivo WHERE empresa_id = $1 AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(arquivo)
        .get_result(t.conn)
        .optional()?)
}

/// A file that was fetched.
#[derive(Clone, Debug, QueryableByName)]
pub struct Baixado {
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub em: DateTime<Utc>,
    /// The file itself or its index.
    #[diesel(sql_type = Text)]
    pub peca: String,
    /// Which making of it.
    #[diesel(sql_type = Integer)]
    pub versao: i32,
    /// The key that did.
    #[diesel(sql_type = SqlUuid)]
    pub autor: Uuid,
    /// Its name.
    #[diesel(sql_type = Nullable<Text>)]
    pub autor_nome: Option<String>,
}

/// The last so many times that a file was fetched, the newest first.
///
/// # Errors
/// The database is unreachable.
pub fn fetched(t: &mut Tenant<'_>, arquivo: Uuid, limite: i64) -> Result<Vec<Baixado>, StoreError> {
    Ok(sql_query(
        "SELECT b.em, b.peca, b.versao, b.autor, \
                (SELECT k.nome FROM cadastro.v_chave k WHERE k.empresa_id = $1 AND k.id = b.autor) AS autor_nome \
           FROM disparo.arquivo_baixado b WHERE b.empresa_id = $1 AND b.arquivo_id = $2 ORDER BY b.em DESC, b.id LIMIT $3",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(arquivo)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}
