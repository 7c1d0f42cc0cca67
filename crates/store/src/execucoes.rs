//! Executions, as the API shows them.

mod passos;

pub use passos::{ChamadaLida, IntervencaoLida, ReciboLido, calls, interventions, receipts};

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{
    Array, BigInt, Date, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::{Canal, Estado};
use domain::ids::ExecucaoId;
use uuid::Uuid;

use crate::{StoreError, Tenant};

/// One execution as it is read. It may hold a telephone number and so has no `Debug`.
#[derive(Clone, QueryableByName)]
pub struct ExecucaoLida {
    /// Id, and with it the key under which a provider sees the action.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Debtor; of a bare address or number none (rule b01).
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub devedor_id: Option<Uuid>,
    /// Régua that decided it, if one did.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub regua_id: Option<Uuid>,
    /// Position that fired.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub posicao_id: Option<Uuid>,
    /// Action of that position.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub acao_id: Option<Uuid>,
    /// Batch action that it is an item of, if no régua decided it.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub lote_id: Option<Uuid>,
    /// Enrolment, unless it is a reminder.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub inscricao_id: Option<Uuid>,
    /// Turn of the enrolment.
    #[diesel(sql_type = Nullable<Integer>)]
    pub ciclo: Option<i32>,
    /// Channel.
    #[diesel(sql_type = Text)]
    pub canal: String,
    /// Títulos as decided; the message holds those still open when it left.
    #[diesel(sql_type = Array<SqlUuid>)]
    pub titulos: Vec<Uuid>,
    /// Date of the night that decided it.
    #[diesel(sql_type = Date)]
    pub data: NaiveDate,
    /// Date on which it fell due; earlier than `data` when it was found late.
    #[diesel(sql_type = Date)]
    pub devida_em: NaiveDate,
    /// From when on it may leave (rules j01, j02).
    #[diesel(sql_type = Timestamptz)]
    pub publicar_em: DateTime<Utc>,
    /// State.
    #[diesel(sql_type = Text)]
    pub estado: String,
    /// Why it is in that state, as a stable code.
    #[diesel(sql_type = Nullable<Text>)]
    pub motivo: Option<String>,
    /// Failed attempts so far.
    #[diesel(sql_type = SmallInt)]
    pub tentativas: i16,
    /// When the provider accepted it.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub enviada_em: Option<DateTime<Utc>>,
    /// The provider's last answer.
    #[diesel(sql_type = Nullable<Text>)]
    pub resposta: Option<String>,
    /// The number that it goes to, where the same goes to several (rule m11), and the bare address or number (rule b01).
    #[diesel(sql_type = Nullable<Text>)]
    pub contato: Option<String>,
    /// Rule m11: the execution whose message it takes to another number.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub irma_de: Option<Uuid>,
    /// Rule j06: the zones in which its window was read last, if not the company's.
    #[diesel(sql_type = Nullable<Array<Text>>)]
    pub fusos: Option<Vec<String>>,
}

const COLUNAS: &str = "SELECT id, CASE WHEN lote_id IS NULL OR contato IS NULL THEN devedor_id END AS devedor_id, regua_id, posicao_id, acao_id, lote_id, inscricao_id, ciclo, canal, titulos, data, devida_em, \
     publicar_em, estado, motivo, tentativas, enviada_em, resposta, contato, irma_de, fusos FROM disparo.execucao WHERE empresa_id = $1";

/// Which executions to list; `None` is any.
#[derive(Clone, Debug, Default)]
pub struct Filtro {
    /// Those of one debtor.
    pub devedor: Option<Uuid>,
    /// Those of one state.
    pub estado: Option<Estado>,
    /// Those of one channel.
    pub canal: Option<Canal>,
    /// Those of nights from this date on.
    pub de: Option<NaiveDate>,
    /// Those of nights up to this date.
    pub ate: Option<NaiveDate>,
}

/// A page of executions after (`data`, `id`), in that order.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: &Filtro,
    depois_de: Option<(NaiveDate, Uuid)>,
    limite: i64,
) -> Result<Vec<ExecucaoLida>, StoreError> {
    Ok(sql_query(format!(
        "{COLUNAS} AND ($2 IS NULL OR (data, id) > ($2, $3)) AND ($4 IS NULL OR devedor_id = $4) \
           AND ($5 IS NULL OR estado = $5) AND ($6 IS NULL OR canal = $6) \
           AND ($7 IS NULL OR data >= $7) AND ($8 IS NULL OR data <= $8) ORDER BY data, id LIMIT $9"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Date>, _>(depois_de.map(|d| d.0))
    .bind::<Nullable<SqlUuid>, _>(depois_de.map(|d| d.1))
    .bind::<Nullable<SqlUuid>, _>(filtro.devedor)
    .bind::<Nullable<Text>, _>(filtro.estado.map(Estado::as_str))
    .bind::<Nullable<Text>, _>(filtro.canal.map(Canal::as_str))
    .bind::<Nullable<Date>, _>(filtro.de)
    .bind::<Nullable<Date>, _>(filtro.ate)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

/// One execution of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: ExecucaoId) -> Result<Option<ExecucaoLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?)
}

/// A message as it was sent.
#[derive(Clone, Debug, QueryableByName)]
pub struct MensagemLida {
    /// To whom.
    #[diesel(sql_type = Text)]
    pub destinatario: String,
    /// Subject, where the channel has one.
    #[diesel(sql_type = Nullable<Text>)]
    pub assunto: Option<String>,
    /// Text part.
    #[diesel(sql_type = Text)]
    pub texto: String,
    /// The títulos that stand in it.
    #[diesel(sql_type = Array<SqlUuid>)]
    pub titulos: Vec<Uuid>,
    /// When it was made, right before it left.
    #[diesel(sql_type = Timestamptz)]
    pub montada_em: DateTime<Utc>,
}

/// The message of an execution that left or may have left, if one did: that of the last attempt.
///
/// # Errors
/// The database is unreachable.
pub fn message(t: &mut Tenant<'_>, id: ExecucaoId) -> Result<Option<MensagemLida>, StoreError> {
    Ok(sql_query(
        "SELECT destinatario, assunto, texto, titulos, montada_em FROM disparo.tentativa \
          WHERE empresa_id = $1 AND execucao_id = $2 AND texto IS NOT NULL ORDER BY cerca DESC LIMIT 1",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)
    .optional()?)
}

#[derive(QueryableByName)]
struct Contagem {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct LinhaEstado {
    #[diesel(sql_type = Text)]
    estado: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many executions of the nights from `de` to `ate`, of a channel or of all, are in each state; a state that none is in
/// is left out.
///
/// # Errors
/// The database is unreachable or holds a state this version does not know.
pub fn count_by_estado(
    t: &mut Tenant<'_>,
    de: Option<NaiveDate>,
    ate: Option<NaiveDate>,
    canal: Option<Canal>,
) -> Result<Vec<(Estado, i64)>, StoreError> {
    let linhas: Vec<LinhaEstado> = sql_query(
        "SELECT estado, count(*) AS n FROM disparo.execucao WHERE empresa_id = $1 \
            AND ($2 IS NULL OR data >= $2) AND ($3 IS NULL OR data <= $3) AND ($4 IS NULL OR canal = $4) GROUP BY estado",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Date>, _>(de)
    .bind::<Nullable<Date>, _>(ate)
    .bind::<Nullable<Text>, _>(canal.map(Canal::as_str))
    .load(t.conn)?;
    let lida = |l: LinhaEstado| Some((Estado::parse(&l.estado).ok()?, l.n));
    linhas.into_iter().map(|l| lida(l).ok_or(StoreError::Unknown("estado"))).collect()
}

/// How many executions, of a channel or of all, still move by themselves up to the instant `ate` (business time): queued,
/// being sent, or ripe.
///
/// # Errors
/// The database is unreachable.
pub fn in_motion(t: &mut Tenant<'_>, ate: DateTime<Utc>, canal: Option<Canal>) -> Result<i64, StoreError> {
    let contagem: Contagem = sql_query(
        "SELECT count(*) AS n FROM disparo.execucao WHERE empresa_id = $1 \
           AND (estado IN ('enfileirada', 'enviando') OR (estado = 'pendente' AND publicar_em <= $2)) \
           AND ($3 IS NULL OR canal = $3)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Timestamptz, _>(ate)
    .bind::<Nullable<Text>, _>(canal.map(Canal::as_str))
    .get_result(t.conn)?;
    Ok(contagem.n)
}
