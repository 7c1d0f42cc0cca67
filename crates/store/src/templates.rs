//! Templates: texts that actions of réguas name, with every version that each ever had.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::execucao::Canal;
use domain::ids::TemplateId;
use uuid::Uuid;

use crate::banco::new_id;
use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

/// The name of a template and its text, with coringas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextoNomeado {
    /// Name, one of the channel's.
    pub nome: String,
    /// Subject; e-mail only (rule r10).
    pub assunto: Option<String>,
    /// Body.
    pub corpo: String,
}

/// A template as it is read.
#[derive(Clone, Debug, QueryableByName)]
pub struct TemplateLido {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Channel, in its stored form.
    #[diesel(sql_type = Text)]
    pub canal: String,
    /// Name.
    #[diesel(sql_type = Text)]
    pub nome: String,
    /// Subject, where the channel has one.
    #[diesel(sql_type = Nullable<Text>)]
    pub assunto: Option<String>,
    /// Body.
    #[diesel(sql_type = Text)]
    pub corpo: String,
    /// Grows with each change.
    #[diesel(sql_type = Integer)]
    pub versao: i32,
    /// When it was made.
    #[diesel(sql_type = Timestamptz)]
    pub criado_em: DateTime<Utc>,
    /// When it last changed.
    #[diesel(sql_type = Timestamptz)]
    pub alterado_em: DateTime<Utc>,
    /// Since when nobody may begin to use it.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub arquivado_em: Option<DateTime<Utc>>,
    /// What its name is sorted by.
    #[diesel(sql_type = Text)]
    pub chave: String,
}

/// A version of a template.
#[derive(Clone, Debug, QueryableByName)]
pub struct VersaoLida {
    /// Its number, from 1 on.
    #[diesel(sql_type = Integer)]
    pub versao: i32,
    /// The name it had.
    #[diesel(sql_type = Text)]
    pub nome: String,
    /// Subject, where the channel has one.
    #[diesel(sql_type = Nullable<Text>)]
    pub assunto: Option<String>,
    /// Body.
    #[diesel(sql_type = Text)]
    pub corpo: String,
    /// The API key that wrote it.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub autor: Option<Uuid>,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub criada_em: DateTime<Utc>,
}

/// What réguas do with a template.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Uso {
    /// Whether an action ever named it.
    #[diesel(sql_type = Bool)]
    pub ja_usado: bool,
    /// Réguas that send it now, by name.
    #[diesel(sql_type = Array<Text>)]
    pub reguas: Vec<String>,
}

/// Another template of the channel has that name, whatever its accents and capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NomeOcupado;

const COLUNAS: &str = "SELECT id, canal, nome, assunto, corpo, versao, criado_em, alterado_em, arquivado_em, nome_busca AS chave \
                         FROM disparo.template WHERE empresa_id = $1";

/// Makes a template.
///
/// # Errors
/// The database refused or is unreachable.
pub fn create(
    t: &mut Tenant<'_>,
    canal: Canal,
    novo: &TextoNomeado,
    agora: DateTime<Utc>,
) -> Result<Result<TemplateId, NomeOcupado>, StoreError> {
    let id = TemplateId::new(new_id(agora));
    let criados = sql_query(
        "INSERT INTO disparo.template (empresa_id, id, canal, nome, assunto, corpo, criado_em, alterado_em) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7) \
         ON CONFLICT (empresa_id, canal, nome_busca) WHERE arquivado_em IS NULL DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(canal.as_str())
    .bind::<Text, _>(&novo.nome)
    .bind::<Nullable<Text>, _>(novo.assunto.as_deref())
    .bind::<Text, _>(&novo.corpo)
    .bind::<Timestamptz, _>(agora)
    .execute(t.conn)?;
    if criados == 0 {
        return Ok(Err(NomeOcupado));
    }
    keep_version(t, id, agora)?;
    Ok(Ok(id))
}

/// One template of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: TemplateId) -> Result<Option<TemplateLido>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?)
}

/// One template, which nobody else changes, and no action begins to name, until this transaction ends.
///
/// # Errors
/// The database is unreachable.
pub fn lock(t: &mut Tenant<'_>, id: TemplateId) -> Result<Option<TemplateLido>, StoreError> {
    sql_query("SELECT FROM disparo.template WHERE empresa_id = $1 AND id = $2 FOR UPDATE")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .execute_unit(t.conn)?;
    get(t, id)
}

/// Which templates a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filtro {
    /// Of this channel.
    pub canal: Option<Canal>,
    /// Those that are archived instead of those that are not.
    pub arquivados: bool,
}

/// A page of templates by name, after name and id of the last one before it.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: &Filtro,
    depois_de: Option<(String, Uuid)>,
    limite: i64,
) -> Result<Vec<TemplateLido>, StoreError> {
    let (nome, id) = depois_de.unzip();
    Ok(sql_query(format!(
        "{COLUNAS} AND ($2 IS NULL OR canal = $2) AND (arquivado_em IS NOT NULL) = $3 \
            AND ($4 IS NULL OR (nome_busca, id) > ($4 COLLATE \"C\", $5)) ORDER BY nome_busca, id LIMIT $6"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Text>, _>(filtro.canal.map(Canal::as_str))
    .bind::<Bool, _>(filtro.arquivados)
    .bind::<Nullable<Text>, _>(nome)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

/// Gives the template that [`lock`] answered another name or text, as a new version; the same ones change nothing.
///
/// # Errors
/// The database refused or is unreachable.
pub fn change(
    t: &mut Tenant<'_>,
    antes: &TemplateLido,
    depois: &TextoNomeado,
    agora: DateTime<Utc>,
) -> Result<Result<(), NomeOcupado>, StoreError> {
    let mesmo = (&antes.nome, &antes.assunto, &antes.corpo) == (&depois.nome, &depois.assunto, &depois.corpo);
    if mesmo {
        return Ok(Ok(()));
    }
    let id = TemplateId::new(antes.id);
    if name_taken(t, antes, &depois.nome)? {
        return Ok(Err(NomeOcupado));
    }
    sql_query(
        "UPDATE disparo.template SET nome = $3, assunto = $4, corpo = $5, versao = versao + 1, alterado_em = $6 \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(&depois.nome)
    .bind::<Nullable<Text>, _>(depois.assunto.as_deref())
    .bind::<Text, _>(&depois.corpo)
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
    .map_err(raced)?;
    keep_version(t, id, agora)?;
    Ok(Ok(()))
}

/// Archives it: nobody may begin to use it, and its name is free. Once archived it stays so.
///
/// # Errors
/// The database refused or is unreachable.
pub fn archive(t: &mut Tenant<'_>, id: TemplateId, agora: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query(
        "UPDATE disparo.template SET arquivado_em = $3, alterado_em = $3, versao = versao + 1 \
          WHERE empresa_id = $1 AND id = $2 AND arquivado_em IS NULL",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}

/// Deletes one that no action ever named, with its versions.
///
/// # Errors
/// The database refused or is unreachable.
pub fn delete(t: &mut Tenant<'_>, id: TemplateId) -> Result<(), StoreError> {
    for tabela in
        ["template_versao WHERE empresa_id = $1 AND template_id", "template WHERE empresa_id = $1 AND id"]
    {
        sql_query(format!("DELETE FROM disparo.{tabela} = $2"))
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<SqlUuid, _>(id.uuid())
            .execute_unit(t.conn)?;
    }
    Ok(())
}

/// What réguas do with it.
///
/// # Errors
/// The database is unreachable.
pub fn usage(t: &mut Tenant<'_>, id: TemplateId) -> Result<Uso, StoreError> {
    Ok(sql_query("SELECT ja_usado, reguas FROM regua.uso_de_template($1)")
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)?)
}

/// Versions of a template, the latest first, before `antes_de`.
///
/// # Errors
/// The database is unreachable.
pub fn versions(
    t: &mut Tenant<'_>,
    id: TemplateId,
    antes_de: Option<i32>,
    limite: i64,
) -> Result<Vec<VersaoLida>, StoreError> {
    Ok(sql_query(
        "SELECT versao, nome, assunto, corpo, autor, criada_em FROM disparo.template_versao \
          WHERE empresa_id = $1 AND template_id = $2 AND ($3 IS NULL OR versao < $3) ORDER BY versao DESC LIMIT $4",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Nullable<Integer>, _>(antes_de)
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

#[derive(QueryableByName)]
struct Ocupado {
    #[diesel(sql_type = Bool)]
    ocupado: bool,
}

/// An archived one has no place among the names.
fn name_taken(t: &mut Tenant<'_>, antes: &TemplateLido, nome: &str) -> Result<bool, StoreError> {
    let Ocupado { ocupado } = sql_query(
        "SELECT $5 AND EXISTS (SELECT FROM disparo.template WHERE empresa_id = $1 AND id <> $2 AND canal = $3 \
                       AND nome_busca = cadastro.texto_busca($4) AND arquivado_em IS NULL) AS ocupado",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(antes.id)
    .bind::<Text, _>(&antes.canal)
    .bind::<Text, _>(nome)
    .bind::<Bool, _>(antes.arquivado_em.is_none())
    .get_result(t.conn)?;
    Ok(ocupado)
}

/// Somebody took the name in the moment between.
fn raced(erro: StoreError) -> StoreError {
    if erro.violated() == Some("template_nome_unico") { StoreError::Raced } else { erro }
}

fn keep_version(t: &mut Tenant<'_>, id: TemplateId, agora: DateTime<Utc>) -> Result<(), StoreError> {
    sql_query(
        "INSERT INTO disparo.template_versao (empresa_id, template_id, versao, nome, assunto, corpo, criada_em) \
         SELECT empresa_id, id, versao, nome, assunto, corpo, $3 FROM disparo.template WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}
