//! API keys: only a hash is kept.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::EmpresaId;
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::preparada::prepared;
use crate::{Banco, StoreError, Tenant};

/// A key to be stored; the secret itself is shown once and never kept.
#[derive(Clone)]
pub struct NovaChave {
    /// Public part of the key.
    pub id: Uuid,
    /// What it is for, in the words of its owner.
    pub nome: String,
    /// SHA-256 of the secret: 256 bits of chance need no slow hash.
    pub hash: Vec<u8>,
    /// What it may do.
    pub escopos: Vec<String>,
    /// From when on it is refused.
    pub expira_em: Option<DateTime<Utc>>,
}

/// A key as its company sees it.
#[derive(Clone, Debug, QueryableByName)]
pub struct Chave {
    /// Public part of the key.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// What it is for.
    #[diesel(sql_type = Text)]
    pub nome: String,
    /// What it may do.
    #[diesel(sql_type = Array<Text>)]
    pub escopos: Vec<String>,
    /// When it was made.
    #[diesel(sql_type = Timestamptz)]
    pub criada_em: DateTime<Utc>,
    /// From when on it is refused.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub expira_em: Option<DateTime<Utc>>,
    /// When it was revoked.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub revogada_em: Option<DateTime<Utc>>,
}

/// What authentication needs to know of a key that is neither revoked nor expired.
#[derive(QueryableByName)]
pub struct Credencial {
    #[diesel(sql_type = SqlUuid)]
    empresa_id: Uuid,
    /// SHA-256 of its secret.
    #[diesel(sql_type = Binary)]
    pub hash: Vec<u8>,
    /// What it may do.
    #[diesel(sql_type = Array<Text>)]
    pub escopos: Vec<String>,
}

impl Credencial {
    /// Whose key it is.
    #[must_use]
    pub fn empresa(&self) -> EmpresaId {
        EmpresaId::new(self.empresa_id)
    }
}

/// Stores a new key.
///
/// # Errors
/// The database refused or is unreachable.
pub fn create(t: &mut Tenant<'_>, nova: &NovaChave, agora: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO cadastro.chave_api (empresa_id, id, nome, hash, escopos, criada_em, expira_em) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(nova.id)
    .bind::<Text, _>(&nova.nome)
    .bind::<Binary, _>(&nova.hash)
    .bind::<Array<Text>, _>(&nova.escopos)
    .bind::<Timestamptz, _>(agora)
    .bind::<Nullable<Timestamptz>, _>(nova.expira_em)
    .execute_unit(t.conn)
}

/// The keys of the company, oldest first.
///
/// # Errors
/// The database is unreachable.
pub fn list(t: &mut Tenant<'_>) -> Result<Vec<Chave>, StoreError> {
    Ok(sql_query(
        "SELECT id, nome, escopos, criada_em, expira_em, revogada_em FROM cadastro.chave_api ORDER BY criada_em, id",
    )
    .load(t.conn)?)
}

/// Revokes a key; asking twice is safe. Answers whether the company has such a key.
///
/// # Errors
/// The database is unreachable.
pub fn revoke(t: &mut Tenant<'_>, id: Uuid, agora: DateTime<Utc>) -> Result<bool, StoreError> {
    let touched = sql_query(
        "UPDATE cadastro.chave_api SET revogada_em = coalesce(revogada_em, $3) WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    Ok(touched > 0)
}

/// Looks up a key by its public part, before any company is known.
///
/// # Errors
/// The database is unreachable.
pub fn find(banco: &Banco, id: Uuid, agora: DateTime<Utc>) -> Result<Option<Credencial>, StoreError> {
    banco.uma_leitura(|conn| {
        Ok(prepared("SELECT empresa_id, hash, escopos FROM cadastro.autenticar($1, $2)")
            .bind::<SqlUuid, _>(id)
            .bind::<Timestamptz, _>(agora)
            .get_result(conn)
            .optional()?)
    })
}
