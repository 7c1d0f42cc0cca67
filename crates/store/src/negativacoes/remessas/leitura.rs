//! Remessas as they are read: by whom they are listed, written and answered.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::negativacao::MotivoBaixa;
use uuid::Uuid;

use crate::negativacoes::Debito;
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

/// A remessa.
#[derive(Clone, Debug, QueryableByName)]
pub struct RemessaLida {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The account that it goes by.
    #[diesel(sql_type = SqlUuid)]
    pub credencial_id: Uuid,
    /// Its number.
    #[diesel(sql_type = Integer)]
    pub sequencia: i32,
    /// Its day.
    #[diesel(sql_type = Date)]
    pub data: NaiveDate,
    /// Its entries.
    #[diesel(sql_type = Integer)]
    pub registros: i32,
    /// Its file.
    #[diesel(sql_type = SqlUuid)]
    pub arquivo_id: Uuid,
    /// When it was begun.
    #[diesel(sql_type = Timestamptz)]
    pub criada_em: DateTime<Utc>,
    /// When the bureau's answer was read.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub respondida_em: Option<DateTime<Utc>>,
}

const COLUNAS: &str = "SELECT id, credencial_id, sequencia, data, registros, arquivo_id, criada_em, respondida_em \
           FROM disparo.remessa WHERE empresa_id = $1";

/// Remessas, from the oldest on.
///
/// # Errors
/// The database is unreachable.
pub fn remessas(
    t: &mut Tenant<'_>,
    depois_de: Option<Uuid>,
    limite: i64,
) -> Result<Vec<RemessaLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND ($2 IS NULL OR id > $2) ORDER BY id LIMIT $3"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Nullable<SqlUuid>, _>(depois_de)
        .bind::<BigInt, _>(limite)
        .load(t.conn)?)
}

/// The remessa that a file is of.
///
/// # Errors
/// The database is unreachable.
pub fn of_file(t: &mut Tenant<'_>, arquivo: Uuid) -> Result<Option<RemessaLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND arquivo_id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(arquivo)
        .get_result(t.conn)
        .optional()?)
}

/// A remessa whose file is there and that nobody has answered.
#[derive(Clone, Debug, QueryableByName)]
pub struct SemResposta {
    /// Where its bytes are.
    #[diesel(sql_type = Text)]
    pub lugar: String,
    /// Under what name it is saved.
    #[diesel(sql_type = Text)]
    pub nome: String,
}

/// Remessas that wait for an answer, the oldest first.
///
/// # Errors
/// The database is unreachable.
pub fn unanswered(t: &mut Tenant<'_>) -> Result<Vec<SemResposta>, StoreError> {
    Ok(sql_query(
        "SELECT a.lugar, a.nome FROM disparo.remessa r \
           JOIN disparo.arquivo a ON a.empresa_id = r.empresa_id AND a.id = r.arquivo_id \
          WHERE r.empresa_id = $1 AND r.respondida_em IS NULL AND a.estado = 'pronto' ORDER BY r.id",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .load(t.conn)?)
}

/// A line of a remessa. It holds personal data and so has no `Debug`.
#[derive(Clone)]
pub struct LinhaRemessa {
    /// Its number, where the header is 1.
    pub registro: i32,
    /// Why the entry comes off; `None` is an inclusion.
    pub baixa: Option<MotivoBaixa>,
    /// The debtor.
    pub debito: Debito,
    /// By what number the creditor knows the debt.
    pub contrato: String,
    /// The due date.
    pub vencimento: NaiveDate,
    /// Centavos owed when it was asked for.
    pub valor: i64,
}

#[derive(QueryableByName)]
struct Lida {
    #[diesel(sql_type = Integer)]
    registro: i32,
    #[diesel(sql_type = Nullable<Text>)]
    baixa: Option<String>,
    #[diesel(sql_type = Text)]
    pendencia: String,
    #[diesel(sql_type = Text)]
    contrato: String,
    #[diesel(sql_type = Date)]
    vencimento: NaiveDate,
    #[diesel(sql_type = BigInt)]
    valor: i64,
}

/// The next lines of a remessa after `registro`, in order.
///
/// # Errors
/// The database is unreachable or holds something this version cannot read.
pub fn lines(
    t: &mut Tenant<'_>,
    remessa: Uuid,
    registro: i32,
    limite: i64,
) -> Result<Vec<LinhaRemessa>, StoreError> {
    let lidas: Vec<Lida> = prepared(
        "(SELECT n.registro_baixa AS registro, n.motivo_baixa AS baixa, n.pendencia, n.contrato, n.vencimento, n.valor \
            FROM disparo.negativacao n \
           WHERE n.empresa_id = $1 AND n.remessa_baixa_id = $2 AND n.registro_baixa > $3 ORDER BY 1 LIMIT $4) \
          UNION ALL \
         (SELECT n.registro, NULL, n.pendencia, n.contrato, n.vencimento, n.valor FROM disparo.negativacao n \
           WHERE n.empresa_id = $1 AND n.remessa_id = $2 AND n.registro > $3 ORDER BY 1 LIMIT $4) \
          ORDER BY 1 LIMIT $4",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(remessa)
    .bind::<Integer, _>(registro)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?;
    let read = |lida: Lida| {
        let baixa = lida.baixa.as_deref().map(MotivoBaixa::parse).transpose();
        Ok(LinhaRemessa {
            registro: lida.registro,
            baixa: baixa.ok().ok_or(StoreError::Unknown("motivo_baixa"))?,
            debito: serde_json::from_str(&lida.pendencia).ok().ok_or(StoreError::Unknown("pendencia"))?,
            contrato: lida.contrato,
            vencimento: lida.vencimento,
            valor: lida.valor,
        })
    };
    lidas.into_iter().map(read).collect()
}
