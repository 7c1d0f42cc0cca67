//! Imports: a file of títulos, how far it is, and what was refused of it.
//!
//! A file is kept in the database until it is done with, so that any process of the service may go on with it. Its keys are
//! read first, before anything is stored ([`chaves`]); then it is stored chunk by chunk ([`lote`]), each in the transaction
//! that says how far it has come; at last what a full file does not have is cancelled ([`ausentes`]).

use chrono::{DateTime, TimeDelta, Utc};
use diesel::sql_types::{BigInt, Bool, Jsonb, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use serde_json::Value;
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

mod arquivo;
mod ausentes;
mod chaves;
mod copia;
mod decisao;
mod enviados;
mod erros;
mod lote;
pub mod mapeamentos;
mod posse;
mod posteriores;

pub use arquivo::{Arquivo, FORA_DO_AR, PARTE, add_part, discard, sweep};
pub use ausentes::cancel_some;
pub use chaves::{Chave, Contagem, PorCredor, Tudo, read_keys, repeated};
pub use decisao::{Decisao, cancel, confirm};
pub(crate) use enviados::note_sent;
pub use erros::{ErroDeLinha, ErroLido, list as list_errors, save as save_errors};
pub use lote::{Feitos, Item, save as save_chunk};
pub use posse::{BATIDA, Tomada, advance, ask, claim, end, give_back, keep, release, waiting, while_kept};
pub use posteriores::overtaken;

/// How long an import is kept.
const GUARDA: TimeDelta = TimeDelta::days(90);
/// The creditor that a full file is limited to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredorDoArquivo {
    /// Who it is.
    pub id: Uuid,
    /// Its code, as it was asked for.
    pub codigo: String,
}

/// What an import is asked for with, its file having arrived whole.
#[derive(Clone, Debug)]
pub struct NovaImportacao {
    /// Id, under which its parts were stored.
    pub id: Uuid,
    /// `csv`, `ndjson` or `xlsx`.
    pub formato: &'static str,
    /// Whether it is all there is: what is open and absent from it is cancelled.
    pub completo: bool,
    /// Whether nothing is to be stored.
    pub simular: bool,
    /// Per cent of what is open or suspended that a full file may cancel without being asked again.
    pub limite: i16,
    /// Whose títulos alone a full file is all of; none is everybody's.
    pub credor: Option<CredorDoArquivo>,
    /// Name of the mapping, if one was named.
    pub mapeamento: Option<String>,
    /// How its columns are read: the mapping as it was then.
    pub regras: Value,
    /// The API key that it came with: the author of what it changes.
    pub autor: Uuid,
    /// Bytes of the file.
    pub bytes: i64,
}

/// An import as it is read.
#[derive(Clone, Debug, QueryableByName)]
pub struct ImportacaoLida {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// `csv`, `ndjson` or `xlsx`.
    #[diesel(sql_type = Text)]
    pub formato: String,
    /// `parcial` or `completo`.
    #[diesel(sql_type = Text)]
    pub modo: String,
    /// Whether nothing is stored.
    #[diesel(sql_type = Bool)]
    pub simular: bool,
    /// Per cent of what is open or suspended that a full file may cancel without being asked again.
    #[diesel(sql_type = SmallInt)]
    pub limite: i16,
    /// Code of the creditor whose títulos alone a full file is all of.
    #[diesel(sql_type = Nullable<Text>)]
    pub credor: Option<String>,
    /// Id of this creditor.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub credor_id: Option<Uuid>,
    /// Name of the mapping.
    #[diesel(sql_type = Nullable<Text>)]
    pub mapeamento: Option<String>,
    /// How its columns are read.
    #[diesel(sql_type = Jsonb)]
    pub regras: Value,
    /// The API key that it came with.
    #[diesel(sql_type = SqlUuid)]
    pub autor: Uuid,
    /// Bytes of the file.
    #[diesel(sql_type = BigInt)]
    pub bytes: i64,
    /// `pendente`, `processando`, `aguardando_confirmacao`, `concluida`, `falhou` or `cancelada`.
    #[diesel(sql_type = Text)]
    pub estado: String,
    /// Lines of the file, once they are counted.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub linhas: Option<i64>,
    /// Lines whose key could not be read.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub sem_chave: Option<i64>,
    /// Títulos that were open when a full file was read.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub abertos: Option<i64>,
    /// Those that were suspended; a former version counted them among the open ones.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub suspensos: Option<i64>,
    /// Of both, those that the file does not have.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub a_cancelar: Option<i64>,
    /// How many creditors, the company itself being one, would be left with nothing owed.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub zerados: Option<i64>,
    /// Those that lose most, as [`PorCredor`] each.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub por_credor: Option<Value>,
    /// The line up to which everything is stored.
    #[diesel(sql_type = BigInt)]
    pub posicao: i64,
    /// The half of the chunk after it that is stored too, if one is.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub metade: Option<i16>,
    /// The last line of that chunk.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub metade_ate: Option<i64>,
    /// Lines that made a título.
    #[diesel(sql_type = BigInt)]
    pub criados: i64,
    /// Lines that changed a título.
    #[diesel(sql_type = BigInt)]
    pub atualizados: i64,
    /// Lines that were stored already, exactly so.
    #[diesel(sql_type = BigInt)]
    pub inalterados: i64,
    /// Lines that were refused.
    #[diesel(sql_type = BigInt)]
    pub recusados: i64,
    /// Lines over which a later one with the same key stands.
    #[diesel(sql_type = BigInt)]
    pub repetidos: i64,
    /// Títulos cancelled, being absent.
    #[diesel(sql_type = BigInt)]
    pub cancelados: i64,
    /// Títulos that were absent and left alone, since they changed or were sent after the file.
    #[diesel(sql_type = BigInt)]
    pub preservados: i64,
    /// Why it failed, for a person.
    #[diesel(sql_type = Nullable<Text>)]
    pub erro: Option<String>,
    /// When the file had arrived.
    #[diesel(sql_type = Timestamptz)]
    pub criada_em: DateTime<Utc>,
    /// When what it cancels was confirmed.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub confirmada_em: Option<DateTime<Utc>>,
    /// The API key that confirmed it: the author of what is cancelled.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub confirmada_por: Option<Uuid>,
    /// When it ended.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub concluida_em: Option<DateTime<Utc>>,
}

/// Registers an import whose file has arrived. Those of three months ago are forgotten.
///
/// # Errors
/// The database refused or is unreachable.
pub fn create(t: &mut Tenant<'_>, nova: &NovaImportacao, agora: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query("DELETE FROM cadastro.importacao WHERE empresa_id = $1 AND criada_em < $2 AND concluida_em IS NOT NULL")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Timestamptz, _>(agora.checked_sub_signed(GUARDA).unwrap_or(agora))
        .execute_unit(t.conn)?;
    sql_query(
        "INSERT INTO cadastro.importacao (empresa_id, id, formato, modo, simular, limite, mapeamento, regras, autor, bytes, criada_em, \
                credor, credor_id, retrato) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, pg_current_snapshot())",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(nova.id)
    .bind::<Text, _>(nova.formato)
    .bind::<Text, _>(if nova.completo { "completo" } else { "parcial" })
    .bind::<Bool, _>(nova.simular)
    .bind::<SmallInt, _>(nova.limite)
    .bind::<Nullable<Text>, _>(nova.mapeamento.as_deref())
    .bind::<Jsonb, _>(&nova.regras)
    .bind::<SqlUuid, _>(nova.autor)
    .bind::<BigInt, _>(nova.bytes)
    .bind::<Timestamptz, _>(agora)
    .bind::<Nullable<Text>, _>(nova.credor.as_ref().map(|credor| credor.codigo.as_str()))
    .bind::<Nullable<SqlUuid>, _>(nova.credor.as_ref().map(|credor| credor.id))
    .execute_unit(t.conn)
}

const COLUNAS: &str = "SELECT id, formato, modo, simular, limite, credor, credor_id, mapeamento, regras, autor, bytes, estado, linhas, \
        sem_chave, abertos, suspensos, a_cancelar, zerados, por_credor, posicao, metade, metade_ate, criados, atualizados, inalterados, recusados, \
        repetidos, cancelados, preservados, erro, criada_em, confirmada_em, confirmada_por, concluida_em FROM cadastro.importacao WHERE empresa_id = $1";

/// One import of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: Uuid) -> Result<Option<ImportacaoLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id)
        .get_result(t.conn)
        .optional()?)
}

/// The imports of the company that came before `antes_de`, latest first.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    antes_de: Option<Uuid>,
    limite: i64,
) -> Result<Vec<ImportacaoLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND ($2 IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Nullable<SqlUuid>, _>(antes_de)
        .bind::<BigInt, _>(limite)
        .load(t.conn)?)
}

/// The bytes, the absent ones and what came since are of no use any more.
fn forget_file(t: &mut Tenant<'_>, id: Uuid) -> Result<(), StoreError> {
    for tabela in ["importacao_parte", "importacao_ausente", "importacao_enviado"] {
        sql_query(format!("DELETE FROM cadastro.{tabela} WHERE empresa_id = $1 AND importacao_id = $2"))
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<SqlUuid, _>(id)
            .execute_unit(t.conn)?;
    }
    Ok(())
}
