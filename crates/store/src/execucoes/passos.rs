//! What happened to one execution: the calls that were made for it, their receipts, and what a person did.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::ExecucaoId;
use uuid::Uuid;

use crate::{StoreError, Tenant};

/// A provider call. It holds personal data and so has no `Debug`.
#[derive(Clone, QueryableByName)]
pub struct ChamadaLida {
    /// When the message was made, right before the call.
    #[diesel(sql_type = Timestamptz)]
    pub inicio: DateTime<Utc>,
    /// When the call was over.
    #[diesel(sql_type = Timestamptz)]
    pub terminou_em: DateTime<Utc>,
    /// Which provider; nobody knows of those before providers had names.
    #[diesel(sql_type = Nullable<Text>)]
    pub provedor: Option<String>,
    /// The provider's own name for the message.
    #[diesel(sql_type = Nullable<Text>)]
    pub provedor_id: Option<String>,
    /// How it ended: `enviada`, `repetir`, `falhou` or `incerta`.
    #[diesel(sql_type = Text)]
    pub fim: String,
    /// What the provider answered, or how the conversation broke.
    #[diesel(sql_type = Nullable<Text>)]
    pub resposta: Option<String>,
    /// To whom.
    #[diesel(sql_type = Text)]
    pub destinatario: String,
    /// Subject, where the channel has one.
    #[diesel(sql_type = Nullable<Text>)]
    pub assunto: Option<String>,
    /// The text, only if it left or may have left.
    #[diesel(sql_type = Nullable<Text>)]
    pub texto: Option<String>,
    /// The títulos that stand in it.
    #[diesel(sql_type = Array<SqlUuid>)]
    pub titulos: Vec<Uuid>,
}

/// What a provider told of a message.
#[derive(Clone, Debug, QueryableByName)]
pub struct ReciboLido {
    /// Which provider.
    #[diesel(sql_type = Text)]
    pub provedor: String,
    /// What became of the message.
    #[diesel(sql_type = Text)]
    pub estado: String,
    /// The provider's code for why.
    #[diesel(sql_type = Nullable<Text>)]
    pub causa: Option<String>,
    /// When, by the provider's clock.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub em: Option<DateTime<Utc>>,
    /// When it came.
    #[diesel(sql_type = Timestamptz)]
    pub chegou_em: DateTime<Utc>,
}

/// What a person did.
#[derive(Clone, Debug, QueryableByName)]
pub struct IntervencaoLida {
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub em: DateTime<Utc>,
    /// `reprocessada`, `enviada` or `nao_enviada`.
    #[diesel(sql_type = Text)]
    pub acao: String,
    /// How it is known.
    #[diesel(sql_type = Nullable<Text>)]
    pub observacao: Option<String>,
    /// The API key by which it was said.
    #[diesel(sql_type = SqlUuid)]
    pub autor: Uuid,
    /// The name of that key.
    #[diesel(sql_type = Nullable<Text>)]
    pub autor_nome: Option<String>,
}

/// The provider calls of an execution, the first one first. There are no more than a person asked for, eight at a time.
///
/// # Errors
/// The database is unreachable.
pub fn calls(t: &mut Tenant<'_>, id: ExecucaoId) -> Result<Vec<ChamadaLida>, StoreError> {
    Ok(sql_query(
        "SELECT montada_em AS inicio, terminou_em, provedor, provedor_id, fim, resposta, destinatario, assunto, texto, titulos \
           FROM disparo.tentativa WHERE empresa_id = $1 AND execucao_id = $2 ORDER BY cerca",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .load(t.conn)?)
}

/// The receipts of an execution in the order in which they came. They are found by the names that its messages have: a
/// provider's own, or our key.
///
/// # Errors
/// The database is unreachable.
pub fn receipts(t: &mut Tenant<'_>, id: ExecucaoId) -> Result<Vec<ReciboLido>, StoreError> {
    Ok(sql_query(
        "SELECT DISTINCT r.provedor, r.estado, r.causa, r.em, r.chegou_em, r.mensagem FROM disparo.tentativa a \
          CROSS JOIN LATERAL (VALUES (a.provedor_id), (a.execucao_id::text)) m(mensagem) \
           JOIN disparo.recibo r ON r.provedor = a.provedor AND r.mensagem = m.mensagem \
          WHERE a.empresa_id = $1 AND a.execucao_id = $2 AND r.empresa_id = $1 AND r.execucao_id = $2 \
          ORDER BY r.chegou_em, r.estado, r.mensagem",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .load(t.conn)?)
}

/// What people did to an execution, the first one first.
///
/// # Errors
/// The database is unreachable.
pub fn interventions(t: &mut Tenant<'_>, id: ExecucaoId) -> Result<Vec<IntervencaoLida>, StoreError> {
    Ok(sql_query(
        "SELECT i.em, i.acao, i.observacao, i.autor, \
                (SELECT k.nome FROM cadastro.v_chave k WHERE k.empresa_id = $1 AND k.id = i.autor) AS autor_nome \
           FROM disparo.intervencao i WHERE i.empresa_id = $1 AND i.execucao_id = $2 \
          ORDER BY i.em, i.acao <> 'reprocessada', i.acao",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .load(t.conn)?)
}
