//! One debtor, as it is read.

use chrono::{DateTime, Utc};
use diesel::sql_types::{
    Array, BigInt, Bool, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::endereco::Endereco;
use domain::ids::DevedorId;
use uuid::Uuid;

use crate::{StoreError, Tenant};

/// A debtor. It holds personal data and so has no `Debug`.
#[derive(Clone, QueryableByName)]
pub struct DevedorLido {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The ERP's own keys (rule m01).
    #[diesel(sql_type = Array<Text>)]
    pub codigos: Vec<String>,
    /// Name.
    #[diesel(sql_type = Text)]
    pub nome: String,
    /// CPF or CNPJ, unformatted.
    #[diesel(sql_type = Nullable<Text>)]
    pub documento: Option<String>,
    /// `fisica`, `juridica` or `isenta`.
    #[diesel(sql_type = Text)]
    pub tipo_pessoa: String,
    /// Class chosen by the company.
    #[diesel(sql_type = Nullable<Text>)]
    pub categoria: Option<String>,
    /// Who looks after the debtor.
    #[diesel(sql_type = Nullable<Text>)]
    pub gerente: Option<String>,
    /// From 0 to 1000.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub score: Option<i16>,
    /// Since when it is held to be dead: nothing is sent to it (rule G19).
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub falecido_em: Option<DateTime<Utc>>,
    /// What its open títulos add up to, in centavos.
    #[diesel(sql_type = BigInt)]
    pub saldo: i64,
    /// How many of its títulos are open.
    #[diesel(sql_type = BigInt)]
    pub titulos_abertos: i64,
    /// Grows with each change.
    #[diesel(sql_type = Integer)]
    pub versao: i32,
    /// When it was first heard of.
    #[diesel(sql_type = Timestamptz)]
    pub criado_em: DateTime<Utc>,
    /// When something of it changed last.
    #[diesel(sql_type = Timestamptz)]
    pub atualizado_em: DateTime<Utc>,
}

/// The columns of [`DevedorLido`], of a debtor `d`.
pub(super) const COLUNAS: &str = "d.id, d.nome, d.documento, d.tipo_pessoa, d.categoria, d.gerente, d.score, d.falecido_em, d.versao, \
       d.criado_em, d.atualizado_em, s.saldo, s.titulos_abertos, \
       ARRAY(SELECT c.codigo_integracao FROM cadastro.devedor_codigo c \
              WHERE c.empresa_id = d.empresa_id AND c.devedor_id = d.id ORDER BY 1) AS codigos";
/// Goes beside them: what it owes as the transaction sees it, which may have changed it.
const SALDO: &str = "CROSS JOIN LATERAL \
      (SELECT coalesce(sum(t.saldo), 0)::bigint AS saldo, count(*) AS titulos_abertos FROM cadastro.titulo t \
        WHERE t.empresa_id = d.empresa_id AND t.devedor_id = d.id AND t.status = 'aberto') s";
/// As [`SALDO`], as it was when the last transaction that changed it committed: one row for each debtor.
pub(super) const SALDO_GUARDADO: &str = "CROSS JOIN LATERAL \
      (SELECT coalesce(max(x.saldo), 0) AS saldo, coalesce(max(x.abertos), 0) AS titulos_abertos \
         FROM cadastro.devedor_saldo x WHERE x.empresa_id = d.empresa_id AND x.devedor_id = d.id) s";

/// One debtor of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: DevedorId) -> Result<Option<DevedorLido>, StoreError> {
    Ok(sql_query(format!(
        "SELECT {COLUNAS} FROM cadastro.devedor d {SALDO} WHERE d.empresa_id = $1 AND d.id = $2"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)
    .optional()?)
}

/// A way to reach a debtor. It holds personal data and so has no `Debug`.
#[derive(Clone, QueryableByName)]
pub struct ContatoLido {
    /// `email`, `telefone` or `endereco`.
    #[diesel(sql_type = Text)]
    pub tipo: String,
    /// Address of an e-mail, number in E.164; of a postal address, what tells it from others.
    #[diesel(sql_type = Text)]
    pub valor: String,
    #[diesel(sql_type = Nullable<Text>)]
    endereco: Option<String>,
    /// Who told it.
    #[diesel(sql_type = Text)]
    pub origem: String,
    /// Whether it comes before the others.
    #[diesel(sql_type = Bool)]
    pub preferido: bool,
    /// When somebody made sure that it is the debtor's.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub confirmado_em: Option<DateTime<Utc>>,
    /// Since when it may not be used.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub invalido_desde: Option<DateTime<Utc>>,
    /// Why it may not.
    #[diesel(sql_type = Nullable<Text>)]
    pub motivo: Option<String>,
    /// Which provider told it, where one did.
    #[diesel(sql_type = Nullable<Text>)]
    pub fonte: Option<String>,
    /// When it did.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub obtido_em: Option<DateTime<Utc>>,
}

impl ContatoLido {
    /// The postal address that it is, if it is one.
    ///
    /// # Errors
    /// One that this version does not know.
    pub fn endereco(&self) -> Result<Option<Endereco>, StoreError> {
        self.endereco
            .as_deref()
            .map(serde_json::from_str)
            .transpose()
            .ok()
            .ok_or(StoreError::Unknown("endereco"))
    }
}

/// The ways to reach a debtor, in the order in which they are used (rule m11).
///
/// # Errors
/// The database is unreachable.
pub fn contatos(t: &mut Tenant<'_>, id: DevedorId) -> Result<Vec<ContatoLido>, StoreError> {
    Ok(sql_query(
        "SELECT tipo, valor, endereco::text AS endereco, origem, preferido, confirmado_em, invalido_desde, motivo, fonte, obtido_em \
           FROM cadastro.meio_contato WHERE empresa_id = $1 AND devedor_id = $2 \
          ORDER BY tipo, preferido DESC, ordem, valor",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .load(t.conn)?)
}

/// A channel by which a debtor asked not to be reached.
#[derive(Clone, Debug, QueryableByName)]
pub struct OptOutLido {
    /// Channel.
    #[diesel(sql_type = Text)]
    pub canal: String,
    /// Since when.
    #[diesel(sql_type = Timestamptz)]
    pub desde: DateTime<Utc>,
    /// Why, or how it was asked for.
    #[diesel(sql_type = Nullable<Text>)]
    pub motivo: Option<String>,
}

/// The channels by which a debtor asked not to be reached.
///
/// # Errors
/// The database is unreachable.
pub fn opt_outs(t: &mut Tenant<'_>, id: DevedorId) -> Result<Vec<OptOutLido>, StoreError> {
    Ok(sql_query(
        "SELECT canal, desde, motivo FROM cadastro.opt_out WHERE empresa_id = $1 AND devedor_id = $2 ORDER BY canal",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .load(t.conn)?)
}
