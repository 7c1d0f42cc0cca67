//! Entries as the API shows them, and their deadlines.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::negativacao::{Bureau, Situacao};
use uuid::Uuid;

use crate::{StoreError, Tenant};

/// An entry as it is stored, without what names the debtor.
#[derive(Clone, Debug, QueryableByName)]
pub struct NegativacaoLida {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The execution that asked for it.
    #[diesel(sql_type = SqlUuid)]
    pub execucao_id: Uuid,
    /// The debtor.
    #[diesel(sql_type = SqlUuid)]
    pub devedor_id: Uuid,
    /// The título.
    #[diesel(sql_type = SqlUuid)]
    pub titulo_id: Uuid,
    /// Whom it is owed to.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub credor_id: Option<Uuid>,
    /// The account.
    #[diesel(sql_type = SqlUuid)]
    pub credencial_id: Uuid,
    /// The bureau.
    #[diesel(sql_type = Text)]
    pub bureau: String,
    /// Where it is.
    #[diesel(sql_type = Text)]
    pub situacao: String,
    /// By what number the bureau knows the debt.
    #[diesel(sql_type = Text)]
    pub contrato: String,
    /// The due date.
    #[diesel(sql_type = Date)]
    pub vencimento: NaiveDate,
    /// Centavos owed when it was asked for.
    #[diesel(sql_type = BigInt)]
    pub valor: i64,
    /// When it was asked for.
    #[diesel(sql_type = Timestamptz)]
    pub solicitada_em: DateTime<Utc>,
    /// The remessa that its inclusion is in.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub remessa_id: Option<Uuid>,
    /// When the inclusion was handed over.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub enviada_em: Option<DateTime<Utc>>,
    /// When the bureau took it.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub aceita_em: Option<DateTime<Utc>>,
    /// When the term of the notice is over.
    #[diesel(sql_type = Nullable<Date>)]
    pub publica_em: Option<NaiveDate>,
    /// When it came to be public.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub incluida_em: Option<DateTime<Utc>>,
    /// The codes of the bureau's last word.
    #[diesel(sql_type = Array<Integer>)]
    pub codigos: Vec<i32>,
    /// Why it has to come off.
    #[diesel(sql_type = Nullable<Text>)]
    pub motivo_baixa: Option<String>,
    /// The day from which the deadline counts.
    #[diesel(sql_type = Nullable<Date>)]
    pub base_baixa: Option<NaiveDate>,
    /// When that was asked for.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub baixa_pedida_em: Option<DateTime<Utc>>,
    /// The remessa that its exclusion is in.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub remessa_baixa_id: Option<Uuid>,
    /// When the exclusion was handed over.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub baixa_enviada_em: Option<DateTime<Utc>>,
    /// When it was over.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub terminou_em: Option<DateTime<Utc>>,
}

/// Which entries to list.
#[derive(Clone, Debug, Default)]
pub struct Filtro {
    /// Of this debtor.
    pub devedor: Option<Uuid>,
    /// Of this título.
    pub titulo: Option<Uuid>,
    /// In this state.
    pub situacao: Option<Situacao>,
    /// At this bureau.
    pub bureau: Option<Bureau>,
}

const COLUNAS: &str = "SELECT id, execucao_id, devedor_id, titulo_id, credor_id, credencial_id, bureau, situacao, contrato, \
           vencimento, valor, solicitada_em, remessa_id, enviada_em, aceita_em, publica_em, incluida_em, \
           codigos, motivo_baixa, base_baixa, baixa_pedida_em, remessa_baixa_id, baixa_enviada_em, terminou_em \
      FROM disparo.negativacao WHERE empresa_id = $1";

/// Entries, from the oldest on.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: &Filtro,
    depois_de: Option<(DateTime<Utc>, Uuid)>,
    limite: i64,
) -> Result<Vec<NegativacaoLida>, StoreError> {
    Ok(sql_query(format!(
        "{COLUNAS} AND ($2 IS NULL OR devedor_id = $2) AND ($3 IS NULL OR titulo_id = $3) AND ($4 IS NULL OR situacao = $4) \
           AND ($5 IS NULL OR bureau = $5) AND ($6 IS NULL OR (solicitada_em, id) > ($6, $7)) \
         ORDER BY solicitada_em, id LIMIT $8"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<SqlUuid>, _>(filtro.devedor)
    .bind::<Nullable<SqlUuid>, _>(filtro.titulo)
    .bind::<Nullable<Text>, _>(filtro.situacao.map(Situacao::as_str))
    .bind::<Nullable<Text>, _>(filtro.bureau.map(Bureau::as_str))
    .bind::<Nullable<Timestamptz>, _>(depois_de.map(|(em, _)| em))
    .bind::<Nullable<SqlUuid>, _>(depois_de.map(|(_, id)| id))
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

/// One entry.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: Uuid) -> Result<Option<NegativacaoLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id)
        .get_result(t.conn)
        .optional()?)
}

/// An exclusion and what its deadline counts from; only of what left: the rest was never anybody's to see.
#[derive(Clone, Debug, QueryableByName)]
pub struct PrazoLido {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The debtor.
    #[diesel(sql_type = SqlUuid)]
    pub devedor_id: Uuid,
    /// The título.
    #[diesel(sql_type = SqlUuid)]
    pub titulo_id: Uuid,
    /// The bureau.
    #[diesel(sql_type = Text)]
    pub bureau: String,
    /// Where it is.
    #[diesel(sql_type = Text)]
    pub situacao: String,
    /// Why it has to come off.
    #[diesel(sql_type = Text)]
    pub motivo_baixa: String,
    /// The day from which the deadline counts.
    #[diesel(sql_type = Date)]
    pub base_baixa: NaiveDate,
    /// The last day that the law gives.
    #[diesel(sql_type = Date)]
    pub limite_baixa: NaiveDate,
    /// The day on which the exclusion was handed over.
    #[diesel(sql_type = Nullable<Date>)]
    pub enviada_em: Option<NaiveDate>,
    /// The day on which it was off.
    #[diesel(sql_type = Nullable<Date>)]
    pub feita_em: Option<NaiveDate>,
}

const PRAZOS: &str = "FROM disparo.negativacao n CROSS JOIN cadastro.v_empresa v \
     WHERE n.empresa_id = $1 AND n.limite_baixa IS NOT NULL AND n.enviada_em IS NOT NULL \
       AND ($2 IS NULL OR n.limite_baixa >= $2) AND ($3 IS NULL OR n.limite_baixa <= $3)";

/// Exclusions by the last day that the law gives them.
///
/// # Errors
/// The database is unreachable.
pub fn deadlines(
    t: &mut Tenant<'_>,
    (de, ate): (Option<NaiveDate>, Option<NaiveDate>),
    depois_de: Option<(NaiveDate, Uuid)>,
    limite: i64,
) -> Result<Vec<PrazoLido>, StoreError> {
    Ok(sql_query(format!(
        "SELECT n.id, n.devedor_id, n.titulo_id, n.bureau, n.situacao, n.motivo_baixa, n.base_baixa, n.limite_baixa, \
                (n.baixa_enviada_em AT TIME ZONE v.fuso)::date AS enviada_em, (n.terminou_em AT TIME ZONE v.fuso)::date AS feita_em \
           {PRAZOS} AND ($4 IS NULL OR (n.limite_baixa, n.id) > ($4, $5)) ORDER BY n.limite_baixa, n.id LIMIT $6"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Date>, _>(de)
    .bind::<Nullable<Date>, _>(ate)
    .bind::<Nullable<Date>, _>(depois_de.map(|(dia, _)| dia))
    .bind::<Nullable<SqlUuid>, _>(depois_de.map(|(_, id)| id))
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

/// How many exclusions of the period count from a day and were off on a day.
#[derive(Clone, Debug, QueryableByName)]
pub struct Contagem {
    /// The day from which the deadline counts.
    #[diesel(sql_type = Date)]
    pub base_baixa: NaiveDate,
    /// The day on which they were off.
    #[diesel(sql_type = Nullable<Date>)]
    pub feita_em: Option<NaiveDate>,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub n: i64,
}

/// All of them, counted by the days that their deadlines hang on.
///
/// # Errors
/// The database is unreachable.
pub fn tally(
    t: &mut Tenant<'_>,
    (de, ate): (Option<NaiveDate>, Option<NaiveDate>),
) -> Result<Vec<Contagem>, StoreError> {
    Ok(sql_query(format!(
        "SELECT n.base_baixa, (n.terminou_em AT TIME ZONE v.fuso)::date AS feita_em, count(*) AS n {PRAZOS} GROUP BY 1, 2"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Date>, _>(de)
    .bind::<Nullable<Date>, _>(ate)
    .load(t.conn)?)
}
