//! Rule c02: files fetched, with who and when; and those that were kept long enough.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::arquivo::{EstadoArquivo, TipoArquivo};
use uuid::Uuid;

use super::{beginning, lock_ready};
use crate::{StoreError, Tenant, cartas};

/// Which bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peca {
    /// The file itself.
    Conteudo,
    /// Its index.
    Indice,
}

impl Peca {
    fn as_str(self) -> &'static str {
        match self {
            Self::Conteudo => "conteudo",
            Self::Indice => "indice",
        }
    }
}

/// What whoever fetches a file gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Baixa {
    /// Bytes that are there.
    Bytes {
        /// Where.
        lugar: String,
        /// The name to save them under.
        nome: String,
        /// What they are.
        mime: String,
        /// How many.
        tamanho: i64,
        /// Their SHA-256, hexadecimal.
        sha256: String,
    },
    /// It is being made; in a while it is there.
    EmPreparo,
    /// Nothing was left that belongs in it.
    Vazio,
    /// It was kept long enough.
    Expurgado,
    /// It has no index.
    SemIndice,
    /// There is no such file.
    NaoHa,
}

#[derive(QueryableByName)]
struct Linha {
    #[diesel(sql_type = Text)]
    tipo: String,
    #[diesel(sql_type = Text)]
    estado: String,
    #[diesel(sql_type = Integer)]
    versao: i32,
    #[diesel(sql_type = Nullable<Text>)]
    lugar: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    nome: Option<String>,
    #[diesel(sql_type = Text)]
    mime: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    tamanho: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    sha256: Option<String>,
}

/// Fetches a file, in a transaction of an author. Letters are looked at first (rule c05): one that nobody fetched yet and that
/// names what is no longer owed is made again without it. Who only has its index has nothing that could be posted.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn fetch(
    t: &mut Tenant<'_>,
    arquivo: Uuid,
    peca: Peca,
    agora: DateTime<Utc>,
) -> Result<Baixa, StoreError> {
    lock_ready(t, arquivo)?;
    let Some(antes) = read(t, arquivo, peca)? else { return Ok(Baixa::NaoHa) };
    if TipoArquivo::parse(&antes.tipo) == Ok(TipoArquivo::Cartas) {
        cartas::check(t, arquivo, agora)?;
    }
    let Some(linha) = read(t, arquivo, peca)? else { return Ok(Baixa::NaoHa) };
    match EstadoArquivo::parse(&linha.estado).ok().ok_or(StoreError::Unknown("estado"))? {
        EstadoArquivo::Gerando => return Ok(Baixa::EmPreparo),
        EstadoArquivo::Vazio => return Ok(Baixa::Vazio),
        EstadoArquivo::Expurgado => return Ok(Baixa::Expurgado),
        EstadoArquivo::Pronto => {}
    }
    let (Some(lugar), Some(nome), Some(tamanho), Some(sha256)) =
        (linha.lugar, linha.nome, linha.tamanho, linha.sha256)
    else {
        return Ok(Baixa::SemIndice);
    };
    sql_query(
        "WITH primeira AS (UPDATE disparo.arquivo SET baixado_em = $4 \
                            WHERE empresa_id = $1 AND id = $2 AND baixado_em IS NULL AND $3 = 'conteudo') \
         INSERT INTO disparo.arquivo_baixado (empresa_id, arquivo_id, em, peca, versao) VALUES ($1, $2, $4, $3, $5)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(arquivo)
    .bind::<Text, _>(peca.as_str())
    .bind::<Timestamptz, _>(agora)
    .bind::<Integer, _>(linha.versao)
    .execute(t.conn)?;
    Ok(Baixa::Bytes { lugar, nome, mime: linha.mime, tamanho, sha256 })
}

fn read(t: &mut Tenant<'_>, arquivo: Uuid, peca: Peca) -> Result<Option<Linha>, StoreError> {
    let colunas = match peca {
        Peca::Conteudo => "lugar, nome, mime, tamanho, sha256",
        Peca::Indice => {
            "indice_lugar AS lugar, indice_nome AS nome, 'text/csv' AS mime, indice_tamanho AS tamanho, indice_sha256 AS sha256"
        }
    };
    Ok(sql_query(format!(
        "SELECT tipo, estado, versao, {colunas} FROM disparo.arquivo WHERE empresa_id = $1 AND id = $2"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(arquivo)
    .get_result(t.conn)
    .optional()?)
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Lets go of the files made before `antes`, at most `limite` of them; their rows stay. `remove` is given how the names of the bytes
/// of each begin ([`beginning`]), those of attempts that were cut off too, while it is held, and says whether they are gone: the row
/// is known until then, so that nothing is left that nobody knows. A file to a bureau stays until it is answered. Answers how many
/// went.
///
/// # Errors
/// The database is unreachable.
pub fn purge(
    t: &mut Tenant<'_>,
    antes: DateTime<Utc>,
    agora: DateTime<Utc>,
    limite: i64,
    mut remove: impl FnMut(&str) -> bool,
) -> Result<usize, StoreError> {
    let linhas: Vec<Id> = sql_query(
        "SELECT x.id FROM disparo.arquivo x \
          WHERE x.empresa_id = $1 AND x.estado IN ('pronto', 'vazio') AND x.criado_em < $2 \
            AND NOT EXISTS (SELECT FROM disparo.remessa r \
                             WHERE r.empresa_id = $1 AND r.arquivo_id = x.id AND r.respondida_em IS NULL) \
          ORDER BY x.criado_em LIMIT $3 FOR UPDATE SKIP LOCKED",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Timestamptz, _>(antes)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?;
    let idos: Vec<Uuid> = linhas.iter().map(|linha| linha.id).filter(|id| remove(&beginning(*id))).collect();
    sql_query(
        "UPDATE disparo.arquivo SET estado = 'expurgado', expurgado_em = $3, lugar = NULL, indice_lugar = NULL, \
                indice_sha256 = NULL WHERE empresa_id = $1 AND id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(&idos)
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    Ok(idos.len())
}
