//! What a contact can come to (rule f35).

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::ResultadoContatoId;
use uuid::Uuid;

use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// A result as it is written.
#[derive(Clone, Debug)]
pub struct EntradaResultado {
    /// What the company calls it.
    pub nome: String,
    /// What it belongs to, as the company groups them.
    pub grupo: String,
    /// Whether it is a good one.
    pub positivo: bool,
}

/// Changes to a result; `None` keeps what is stored.
#[derive(Clone, Debug, Default)]
pub struct MudancaResultado {
    /// New name.
    pub nome: Option<String>,
    /// New group.
    pub grupo: Option<String>,
    /// Whether it is a good one now.
    pub positivo: Option<bool>,
    /// Whether new contacts may come to it from now on.
    pub ativo: Option<bool>,
}

/// A result as it is read.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct ResultadoLido {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// What the company calls it.
    #[diesel(sql_type = Text)]
    pub nome: String,
    /// What it belongs to.
    #[diesel(sql_type = Text)]
    pub grupo: String,
    /// Whether it is a good one.
    #[diesel(sql_type = Bool)]
    pub positivo: bool,
    /// Whether new contacts may come to it.
    #[diesel(sql_type = Bool)]
    pub ativo: bool,
}

const COLUNAS: &str =
    "SELECT id, nome, grupo, positivo, ativo FROM cadastro.resultado_contato WHERE empresa_id = $1";

/// One result of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get_resultado(
    t: &mut Tenant<'_>,
    id: ResultadoContatoId,
) -> Result<Option<ResultadoLido>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?)
}

/// A page of results after the id `depois_de`, in the order in which they were made; of those in use only, if so asked.
///
/// # Errors
/// The database is unreachable.
pub fn list_resultados(
    t: &mut Tenant<'_>,
    (grupo, ativo): (Option<&str>, Option<bool>),
    depois_de: Option<Uuid>,
    limite: i64,
) -> Result<Vec<ResultadoLido>, StoreError> {
    Ok(sql_query(format!(
        "{COLUNAS} AND ($2 IS NULL OR grupo = $2) AND ($3 IS NULL OR ativo = $3) AND ($4 IS NULL OR id > $4) \
          ORDER BY id LIMIT $5"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Text>, _>(grupo)
    .bind::<Nullable<Bool>, _>(ativo)
    .bind::<Nullable<SqlUuid>, _>(depois_de)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

/// Another result has that name already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NomeTomado;

/// Writes a new result, in use.
///
/// # Errors
/// The database refused or is unreachable.
pub fn create_resultado(
    t: &mut Tenant<'_>,
    entrada: &EntradaResultado,
    agora: DateTime<Utc>,
) -> Result<Result<ResultadoContatoId, NomeTomado>, StoreError> {
    let id = ResultadoContatoId::new(new_id(agora));
    if is_taken(t, id, &entrada.nome)? {
        return Ok(Err(NomeTomado));
    }
    sql_query(
        "INSERT INTO cadastro.resultado_contato (empresa_id, id, nome, grupo, positivo) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(&entrada.nome)
    .bind::<Text, _>(&entrada.grupo)
    .bind::<Bool, _>(entrada.positivo)
    .execute_unit(t.conn)?;
    Ok(Ok(id))
}

/// Changes a result that is there; the contacts that came to it tell it as it is now.
///
/// # Errors
/// The database refused or is unreachable.
pub fn change_resultado(
    t: &mut Tenant<'_>,
    id: ResultadoContatoId,
    mudanca: &MudancaResultado,
) -> Result<Result<(), NomeTomado>, StoreError> {
    if let Some(nome) = &mudanca.nome
        && is_taken(t, id, nome)?
    {
        return Ok(Err(NomeTomado));
    }
    sql_query(
        "UPDATE cadastro.resultado_contato SET nome = coalesce($3, nome), grupo = coalesce($4, grupo), \
                positivo = coalesce($5, positivo), ativo = coalesce($6, ativo) WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Nullable<Text>, _>(mudanca.nome.as_deref())
    .bind::<Nullable<Text>, _>(mudanca.grupo.as_deref())
    .bind::<Nullable<Bool>, _>(mudanca.positivo)
    .bind::<Nullable<Bool>, _>(mudanca.ativo)
    .execute_unit(t.conn)?;
    Ok(Ok(()))
}

/// Two names are one whatever their capitals. Who asks writes one next, so they ask one after the other.
fn is_taken(t: &mut Tenant<'_>, id: ResultadoContatoId, nome: &str) -> Result<bool, StoreError> {
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended('cadastro.resultado_contato ' || $1, 0))")
        .bind::<Text, _>(t.empresa.to_string())
        .execute_unit(t.conn)?;
    let outro: Option<ResultadoLido> =
        sql_query(format!("{COLUNAS} AND lower(nome) = lower($2) AND id <> $3 LIMIT 1"))
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<Text, _>(nome)
            .bind::<SqlUuid, _>(id.uuid())
            .get_result(t.conn)
            .optional()?;
    Ok(outro.is_some())
}
