//! Queries as they are shown.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{BigInt, Bool, Date, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::enriquecimento::EstadoConsulta;
use domain::ids::{DevedorId, ExecucaoId};
use uuid::Uuid;

use crate::{StoreError, Tenant};

/// Which queries.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filtro {
    /// Of this debtor.
    pub devedor: Option<DevedorId>,
    /// In this state.
    pub estado: Option<EstadoConsulta>,
    /// Asked on this day or later, in the company's time zone.
    pub de: Option<NaiveDate>,
    /// Asked on this day or before.
    pub ate: Option<NaiveDate>,
}

/// A query. What it brought is personal data, hence no `Debug`.
#[derive(Clone, QueryableByName)]
pub struct ConsultaLida {
    /// The execution that it is of.
    #[diesel(sql_type = SqlUuid)]
    pub execucao_id: Uuid,
    /// About whom.
    #[diesel(sql_type = SqlUuid)]
    pub devedor_id: Uuid,
    /// By whom it is answered.
    #[diesel(sql_type = Text)]
    pub provedor: String,
    /// The provider's own name for it.
    #[diesel(sql_type = Nullable<Text>)]
    pub protocolo: Option<String>,
    /// What for.
    #[diesel(sql_type = Text)]
    pub finalidade: String,
    /// By which law.
    #[diesel(sql_type = Text)]
    pub base_legal: String,
    /// Where it is, an [`EstadoConsulta`].
    #[diesel(sql_type = Text)]
    pub estado: String,
    /// Whether an earlier answer was used.
    #[diesel(sql_type = Bool)]
    pub aproveitada: bool,
    /// What it cost, in centavos.
    #[diesel(sql_type = BigInt)]
    pub custo: i64,
    /// When it was asked.
    #[diesel(sql_type = Timestamptz)]
    pub pedida_em: DateTime<Utc>,
    /// When the answer came in.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub respondida_em: Option<DateTime<Utc>>,
    /// What came of it.
    #[diesel(sql_type = Nullable<Jsonb>)]
    pub mudancas: Option<serde_json::Value>,
}

const COLUNAS: &str = "c.execucao_id, c.devedor_id, c.provedor, c.protocolo, c.finalidade, c.base_legal, c.estado, \
                       c.aproveitada, c.custo, c.pedida_em, c.respondida_em, c.mudancas";

/// A page of queries, the newest first, after `depois_de`.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: &Filtro,
    depois_de: Option<(DateTime<Utc>, Uuid)>,
    limite: i64,
) -> Result<Vec<ConsultaLida>, StoreError> {
    let sql = format!(
        "SELECT {COLUNAS} FROM disparo.consulta c \
          WHERE c.empresa_id = $1 AND ($2 IS NULL OR c.devedor_id = $2) AND ($3 IS NULL OR c.estado = $3) \
            AND ($4 IS NULL OR c.pedida_em >= $4::timestamp AT TIME ZONE (SELECT fuso FROM cadastro.v_empresa)) \
            AND ($5 IS NULL OR c.pedida_em < ($5 + 1)::timestamp AT TIME ZONE (SELECT fuso FROM cadastro.v_empresa)) \
            AND ($6 IS NULL OR (c.pedida_em, c.execucao_id) < ($6, $7)) \
          ORDER BY c.pedida_em DESC, c.execucao_id DESC LIMIT $8"
    );
    Ok(sql_query(sql)
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Nullable<SqlUuid>, _>(filtro.devedor.map(DevedorId::uuid))
        .bind::<Nullable<Text>, _>(filtro.estado.map(EstadoConsulta::as_str))
        .bind::<Nullable<Date>, _>(filtro.de)
        .bind::<Nullable<Date>, _>(filtro.ate)
        .bind::<Nullable<Timestamptz>, _>(depois_de.map(|lugar| lugar.0))
        .bind::<Nullable<SqlUuid>, _>(depois_de.map(|lugar| lugar.1))
        .bind::<BigInt, _>(limite)
        .load(t.conn)?)
}

/// A query, if the company has it.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, execucao: ExecucaoId) -> Result<Option<ConsultaLida>, StoreError> {
    let sql =
        format!("SELECT {COLUNAS} FROM disparo.consulta c WHERE c.empresa_id = $1 AND c.execucao_id = $2");
    Ok(sql_query(sql)
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(execucao.uuid())
        .get_result(t.conn)
        .optional()?)
}
