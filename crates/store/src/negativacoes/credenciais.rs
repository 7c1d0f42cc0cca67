//! The accounts of creditors at bureaus.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::dinheiro::Centavos;
use domain::endereco::Uf;
use domain::negativacao::{Bureau, Limites};
use uuid::Uuid;

use crate::banco::new_id;
use crate::{StoreError, Tenant};

/// An account that is to be.
#[derive(Clone, Debug)]
pub struct NovaCredencial {
    /// Whose; `None` is the company's own.
    pub credor: Option<Uuid>,
    /// At which bureau.
    pub bureau: Bureau,
    /// As whom, as the bureau's adapter reads it (JSON).
    pub conta: String,
    /// Whose remessas the bureau counts in one row; accounts that share it share their numbers.
    pub informante: String,
    /// The number of the last remessa that the informant sent by other means; 0 when there was none.
    pub ultima_sequencia: u32,
    /// What it lets be included.
    pub limites: Limites,
}

/// What of an account may be changed; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct MudancaCredencial {
    /// Days overdue, at least.
    pub dias_minimos: Option<u32>,
    /// Owed, at least.
    pub valor_minimo: Option<Centavos>,
    /// States whose laws forbid its entries.
    pub ufs_vedadas: Option<Vec<Uf>>,
    /// Whether anything is included by it; what is listed comes off by it whatever this says.
    pub ativa: Option<bool>,
}

/// An account as it is stored.
#[derive(Clone, Debug, QueryableByName)]
pub struct CredencialLida {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Whose; `None` is the company's own.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub credor_id: Option<Uuid>,
    /// At which bureau.
    #[diesel(sql_type = Text)]
    pub bureau: String,
    /// As whom (JSON).
    #[diesel(sql_type = Text)]
    pub conta: String,
    /// Days overdue, at least.
    #[diesel(sql_type = Integer)]
    pub dias_minimos: i32,
    /// Centavos owed, at least.
    #[diesel(sql_type = BigInt)]
    pub valor_minimo: i64,
    /// States whose laws forbid its entries.
    #[diesel(sql_type = Array<Text>)]
    pub ufs_vedadas: Vec<String>,
    /// Whether anything is included by it.
    #[diesel(sql_type = Bool)]
    pub ativa: bool,
    /// The number of its last remessa.
    #[diesel(sql_type = Integer)]
    pub sequencia: i32,
    /// When it was made.
    #[diesel(sql_type = Timestamptz)]
    pub criada_em: DateTime<Utc>,
    /// How often it changed, from 1 on.
    #[diesel(sql_type = Integer)]
    pub versao: i32,
}

const COLUNAS: &str = "SELECT id, credor_id, bureau, conta, dias_minimos, valor_minimo, ufs_vedadas, ativa, sequencia, \
           criada_em, versao FROM disparo.credencial WHERE empresa_id = $1";

/// Creates an account; `None` when the creditor has an active one at that bureau, or the company has no such creditor.
///
/// # Errors
/// The database is unreachable.
pub fn create(
    t: &mut Tenant<'_>,
    nova: &NovaCredencial,
    agora: DateTime<Utc>,
) -> Result<Option<Uuid>, StoreError> {
    let id = new_id(agora);
    let feitas = sql_query(
        "INSERT INTO disparo.credencial (empresa_id, id, credor_id, bureau, conta, dias_minimos, valor_minimo, \
                ufs_vedadas, criada_em, atualizada_em, informante, sequencia) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $11) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<SqlUuid>, _>(nova.credor)
    .bind::<Text, _>(nova.bureau.as_str())
    .bind::<Text, _>(&nova.conta)
    .bind::<Integer, _>(i32::try_from(nova.limites.dias_minimos).unwrap_or(i32::MAX))
    .bind::<BigInt, _>(nova.limites.valor_minimo.get())
    .bind::<Array<Text>, _>(nova.limites.ufs_vedadas.iter().map(|uf| uf.as_str()).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(agora)
    .bind::<Text, _>(&nova.informante)
    .bind::<Integer, _>(i32::try_from(nova.ultima_sequencia).unwrap_or(i32::MAX))
    .execute(t.conn)?;
    Ok((feitas == 1).then_some(id))
}

/// Every account of the company.
///
/// # Errors
/// The database is unreachable.
pub fn credentials(
    t: &mut Tenant<'_>,
    depois_de: Option<Uuid>,
    limite: i64,
) -> Result<Vec<CredencialLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND ($2 IS NULL OR id > $2) ORDER BY id LIMIT $3"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<Nullable<SqlUuid>, _>(depois_de)
        .bind::<BigInt, _>(limite)
        .load(t.conn)?)
}

/// One account.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: Uuid) -> Result<Option<CredencialLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id)
        .get_result(t.conn)
        .optional()?)
}

/// One account, which nobody else changes until this transaction ends.
///
/// # Errors
/// The database is unreachable.
pub fn lock(t: &mut Tenant<'_>, id: Uuid) -> Result<Option<CredencialLida>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND id = $2 FOR UPDATE"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id)
        .get_result(t.conn)
        .optional()?)
}

/// Changes an account. `false` when it came to be active beside another one of the same creditor at the same bureau; then
/// nothing changed.
///
/// # Errors
/// The database is unreachable.
pub fn change(
    t: &mut Tenant<'_>,
    id: Uuid,
    mudanca: &MudancaCredencial,
    agora: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let feitas = sql_query(
        "UPDATE disparo.credencial c SET dias_minimos = coalesce($3, c.dias_minimos), \
                valor_minimo = coalesce($4, c.valor_minimo), ufs_vedadas = coalesce($5, c.ufs_vedadas), \
                ativa = coalesce($6, c.ativa), atualizada_em = $7, versao = c.versao + 1 \
          WHERE c.empresa_id = $1 AND c.id = $2 AND (NOT coalesce($6, c.ativa) OR NOT EXISTS ( \
                SELECT FROM disparo.credencial o WHERE o.empresa_id = $1 AND o.id <> c.id AND o.ativa AND o.bureau = c.bureau \
                   AND o.credor_id IS NOT DISTINCT FROM c.credor_id))",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<Integer>, _>(mudanca.dias_minimos.map(|dias| i32::try_from(dias).unwrap_or(i32::MAX)))
    .bind::<Nullable<BigInt>, _>(mudanca.valor_minimo.map(Centavos::get))
    .bind::<Nullable<Array<Text>>, _>(
        mudanca.ufs_vedadas.as_ref().map(|ufs| ufs.iter().map(|uf| uf.as_str()).collect::<Vec<_>>()),
    )
    .bind::<Nullable<Bool>, _>(mudanca.ativa)
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    Ok(feitas == 1)
}

/// The document of whoever informs about a creditor's debts, or about the company's own; `None` when there is no such creditor.
/// One that there is stays until this transaction ends.
///
/// # Errors
/// The database is unreachable.
pub fn informant(t: &mut Tenant<'_>, credor: Option<Uuid>) -> Result<Option<Option<String>>, StoreError> {
    #[derive(QueryableByName)]
    struct Informante {
        #[diesel(sql_type = Nullable<Text>)]
        documento: Option<String>,
    }
    let linha: Option<Informante> = sql_query("SELECT documento FROM cadastro.segurar_informante($1)")
        .bind::<Nullable<SqlUuid>, _>(credor)
        .get_result(t.conn)
        .optional()?;
    Ok(linha.map(|linha| linha.documento))
}
