//! Files that are downloaded: who makes one, what became of it, and who fetched it.
//!
//! Their bytes are elsewhere, under the name that the row says. A file is made under a lease and a fence, like an execution is
//! sent: whoever is cut off leaves bytes that no row names, and the next one makes the file again under a name of its own.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::data_types::PgInterval;
use diesel::sql_types::{
    BigInt, Bool, Date, Integer, Interval, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::arquivo::TipoArquivo;
use domain::ids::EmpresaId;
use uuid::Uuid;

use crate::banco::new_id;
use crate::{Banco, StoreError, Tenant};

mod baixa;
mod erros;
pub(crate) mod exportacoes;
mod lista;

pub use baixa::{Baixa, Peca, fetch, purge};
pub use erros::{ErroDaLinha, Recusada, errors_of, rejected, reserve_errors};
pub use lista::{ArquivoLido, Baixado, Filtro, fetched, get, list};

/// A file that is to be made.
#[derive(Clone, Debug)]
pub struct Reserva {
    /// What it is.
    pub tipo: TipoArquivo,
    /// The beginning of the name under which it is saved; the end of its id and the ending are added.
    pub nome: String,
    /// What its bytes are; also says the ending ([`ending`]).
    pub mime: &'static str,
    /// The day that it is of.
    pub data: NaiveDate,
    /// The action that it is of, if of one.
    pub acao: Option<Uuid>,
    /// How many things it holds.
    pub itens: i64,
}

impl Reserva {
    /// The whole name under which the file of this id is saved.
    fn saved_as(&self, id: Uuid) -> String {
        let texto = id.simple().to_string();
        format!("{}-{}.{}", self.nome, texto.get(24..).unwrap_or_default(), ending(self.mime))
    }
}

/// A file that is ours to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, QueryableByName)]
pub struct Posse {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The fence: another one's bytes do not become the file.
    #[diesel(sql_type = BigInt)]
    pub cerca: i64,
}

impl Posse {
    /// Where the bytes of this attempt are kept: a directory for each company, and a name that no other attempt has.
    #[must_use]
    pub fn lugar(&self, empresa: EmpresaId, terminacao: &str) -> String {
        format!("{empresa}/{}{}.{terminacao}", beginning(self.id), self.cerca)
    }
}

/// How the names of the bytes of every attempt to make a file begin, in the directory of its company.
#[must_use]
pub fn beginning(arquivo: Uuid) -> String {
    format!("{arquivo}.")
}

/// The ending of a name for what the bytes are.
#[must_use]
pub fn ending(mime: &str) -> &'static str {
    match mime {
        "application/pdf" => "pdf",
        "text/csv" => "csv",
        "application/zip" => "zip",
        "application/json" => "json",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        _ => "txt",
    }
}

/// Bytes that were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Escrita {
    /// Where ([`Posse::lugar`]).
    pub lugar: String,
    /// How many.
    pub tamanho: i64,
    /// Their SHA-256, hexadecimal.
    pub sha256: String,
}

/// A file that was made.
#[derive(Clone, Debug)]
pub struct Pronto {
    /// Its bytes; `None` when nothing was left that belongs in it.
    pub conteudo: Option<Escrita>,
    /// Those of its index, if it has one.
    pub indice: Option<Escrita>,
    /// How many things it holds.
    pub itens: i64,
    /// How many pages, where it has pages.
    pub paginas: Option<i32>,
}

fn interval(prazo: Duration) -> PgInterval {
    PgInterval::from_microseconds(i64::try_from(prazo.as_micros()).unwrap_or(i64::MAX))
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Conferencia {
    /// Files of letters and imports from then on.
    pub desde: DateTime<Utc>,
    /// Files from before were kept long enough.
    pub antes: DateTime<Utc>,
    /// Whether also at what is there, and not only at what is to be made.
    pub tudo: bool,
}

/// Companies that have something to do about files.
///
/// # Errors
/// The database is unreachable.
pub fn companies(banco: &Banco, conferencia: Conferencia) -> Result<Vec<EmpresaId>, StoreError> {
    #[derive(QueryableByName)]
    struct Empresa {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let linhas: Vec<Empresa> = banco.de_todas(|conn| {
        Ok(sql_query("SELECT e AS id FROM disparo.empresas_com_arquivos($1, $2, $3) e")
            .bind::<Timestamptz, _>(conferencia.desde)
            .bind::<Timestamptz, _>(conferencia.antes)
            .bind::<Bool, _>(conferencia.tudo)
            .load(conn)?)
    })?;
    Ok(linhas.into_iter().map(|linha| EmpresaId::new(linha.id)).collect())
}

/// Begins a file. Whoever keeps its parts names it in the same transaction: then they are in this file and in no other.
///
/// # Errors
/// The database is unreachable.
pub fn reserve(
    t: &mut Tenant<'_>,
    reserva: &Reserva,
    agora: DateTime<Utc>,
    lease: Duration,
) -> Result<Posse, StoreError> {
    insert(t, new_id(agora), reserva, agora, lease)?.ok_or(StoreError::Unknown("arquivo"))
}

/// `None` when there is one with this id.
fn insert(
    t: &mut Tenant<'_>,
    id: Uuid,
    reserva: &Reserva,
    agora: DateTime<Utc>,
    lease: Duration,
) -> Result<Option<Posse>, StoreError> {
    Ok(sql_query(
        "INSERT INTO disparo.arquivo (empresa_id, id, tipo, nome, mime, data, acao_id, itens, criado_em, cerca, lease_ate, tentativas) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, nextval('disparo.cerca'), clock_timestamp() + $10, 1) \
         ON CONFLICT DO NOTHING RETURNING id, cerca",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(reserva.tipo.as_str())
    .bind::<Text, _>(reserva.saved_as(id))
    .bind::<Text, _>(reserva.mime)
    .bind::<Date, _>(reserva.data)
    .bind::<Nullable<SqlUuid>, _>(reserva.acao)
    .bind::<BigInt, _>(reserva.itens)
    .bind::<Timestamptz, _>(agora)
    .bind::<Interval, _>(interval(lease))
    .get_result(t.conn)
    .optional()?)
}

/// Takes over a file of a kind that is to be made and that nobody is making: the lease of whoever was has run out, or what is in
/// it changed (rule c05).
///
/// # Errors
/// The database is unreachable.
pub fn take_over(
    t: &mut Tenant<'_>,
    tipo: TipoArquivo,
    lease: Duration,
) -> Result<Option<Posse>, StoreError> {
    Ok(sql_query(
        "UPDATE disparo.arquivo a SET cerca = nextval('disparo.cerca'), lease_ate = clock_timestamp() + $3, \
                tentativas = a.tentativas + 1 \
           FROM (SELECT x.id FROM disparo.arquivo x WHERE x.empresa_id = $1 AND x.tipo = $2 AND x.estado = 'gerando' \
                    AND x.lease_ate < clock_timestamp() ORDER BY x.lease_ate, x.id LIMIT 1 FOR UPDATE SKIP LOCKED) n \
          WHERE a.empresa_id = $1 AND a.id = n.id RETURNING a.id, a.cerca",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Text, _>(tipo.as_str())
    .bind::<Interval, _>(interval(lease))
    .get_result(t.conn)
    .optional()?)
}

/// Keeps a file that is being made for longer. Answers whether it is still ours.
///
/// # Errors
/// The database is unreachable.
pub fn renew(t: &mut Tenant<'_>, posse: &Posse, lease: Duration) -> Result<bool, StoreError> {
    let nossas = sql_query(
        "UPDATE disparo.arquivo SET lease_ate = clock_timestamp() + $4 \
          WHERE empresa_id = $1 AND id = $2 AND cerca = $3 AND estado = 'gerando'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(posse.id)
    .bind::<BigInt, _>(posse.cerca)
    .bind::<Interval, _>(interval(lease))
    .execute(t.conn)?;
    Ok(nossas == 1)
}

/// A file is made: its bytes are where they were said to be. Answers whether it was still ours to make; if not, the bytes are
/// nobody's.
///
/// # Errors
/// The database is unreachable.
pub fn finish(
    t: &mut Tenant<'_>,
    posse: &Posse,
    pronto: &Pronto,
    agora: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let (conteudo, indice) = (pronto.conteudo.as_ref(), pronto.indice.as_ref());
    let feitas = sql_query(
        "UPDATE disparo.arquivo SET estado = CASE WHEN $4 IS NULL THEN 'vazio' ELSE 'pronto' END, lugar = $4, tamanho = $5, \
                sha256 = $6, indice_lugar = $7, indice_tamanho = $8, indice_sha256 = $9, \
                indice_nome = CASE WHEN $7 IS NOT NULL THEN regexp_replace(nome, '\\.[a-z]+$', '.csv') END, \
                itens = $10, paginas = $11, pronto_em = $12, versao = versao + 1, lease_ate = NULL, tentativas = 0 \
          WHERE empresa_id = $1 AND id = $2 AND cerca = $3 AND estado = 'gerando'",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(posse.id)
    .bind::<BigInt, _>(posse.cerca)
    .bind::<Nullable<Text>, _>(conteudo.map(|c| c.lugar.as_str()))
    .bind::<Nullable<BigInt>, _>(conteudo.map(|c| c.tamanho))
    .bind::<Nullable<Text>, _>(conteudo.map(|c| c.sha256.as_str()))
    .bind::<Nullable<Text>, _>(indice.map(|c| c.lugar.as_str()))
    .bind::<Nullable<BigInt>, _>(indice.map(|c| c.tamanho))
    .bind::<Nullable<Text>, _>(indice.map(|c| c.sha256.as_str()))
    .bind::<BigInt, _>(pronto.itens)
    .bind::<Nullable<Integer>, _>(pronto.paginas)
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    Ok(feitas == 1)
}

/// Who writes, as letters say at their head.
///
/// # Errors
/// The database is unreachable.
pub fn sender(t: &mut Tenant<'_>) -> Result<String, StoreError> {
    #[derive(QueryableByName)]
    struct Nome {
        #[diesel(sql_type = Text)]
        nome: String,
    }
    let linha: Nome = sql_query("SELECT nome FROM cadastro.v_empresa").get_result(t.conn)?;
    Ok(linha.nome)
}

/// A file that can be downloaded.
#[derive(Clone, Copy, QueryableByName)]
pub(crate) struct Disponivel {
    /// Whether it ever was.
    #[diesel(sql_type = Bool)]
    pub(crate) baixado: bool,
    /// Whether what is in it was posted: what happened to that is told otherwise.
    #[diesel(sql_type = Bool)]
    pub(crate) postado: bool,
}

/// Takes a file that can be downloaded for this transaction; `None` for any other.
pub(crate) fn lock_ready(t: &mut Tenant<'_>, arquivo: Uuid) -> Result<Option<Disponivel>, StoreError> {
    Ok(sql_query(
        "SELECT baixado_em IS NOT NULL AS baixado, postado_em IS NOT NULL AS postado FROM disparo.arquivo \
          WHERE empresa_id = $1 AND id = $2 AND estado = 'pronto' FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(arquivo)
    .get_result(t.conn)
    .optional()?)
}

/// Files of letters since then that were not posted yet, whose letters may no longer be right (rule c05); of those that nobody
/// fetched, which would be made again, the ones that were made before `feitos_antes`.
///
/// # Errors
/// The database is unreachable.
pub fn to_check(
    t: &mut Tenant<'_>,
    desde: DateTime<Utc>,
    feitos_antes: DateTime<Utc>,
) -> Result<Vec<Uuid>, StoreError> {
    let linhas: Vec<Posse> = sql_query(
        "SELECT id, cerca FROM disparo.arquivo WHERE empresa_id = $1 AND tipo = 'cartas' AND estado = 'pronto' \
            AND postado_em IS NULL AND criado_em >= $2 AND (baixado_em IS NOT NULL OR pronto_em <= $3) ORDER BY criado_em, id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Timestamptz, _>(desde)
    .bind::<Timestamptz, _>(feitos_antes)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|linha| linha.id).collect())
}
