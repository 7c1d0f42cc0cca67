//! Creditors, on whose behalf a company collects.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::documento::Documento;
use domain::encargos::Encargos;
use domain::ids::CredorId;
use uuid::Uuid;

use crate::banco::new_id;
use crate::devedores::Campo;
use crate::migracao::ExecuteUnit as _;
use crate::titulos::EntradaCredor;
use crate::{StoreError, Tenant};

mod identificacao;

use identificacao::{LinhaIdentificacao, write_endereco};

pub use identificacao::Identificacao;

/// A creditor to be created.
#[derive(Clone, Debug)]
pub struct NovoCredor {
    /// The ERP's own key.
    pub codigo_integracao: String,
    /// Name as the debtor reads it.
    pub nome: String,
    /// CPF or CNPJ.
    pub documento: Option<Documento>,
    /// What its títulos bear when late; `None` is what the company says.
    pub encargos: Option<Encargos>,
    /// What a demand says of it.
    pub identificacao: Identificacao,
}

/// Changes to a creditor.
#[derive(Clone, Debug, Default)]
pub struct MudancaCredor {
    /// New name.
    pub nome: Option<String>,
    /// New CPF or CNPJ.
    pub documento: Campo<Documento>,
    /// New charges.
    pub encargos: Campo<Encargos>,
    /// What a demand says of it from now on, the whole of it.
    pub identificacao: Campo<Identificacao>,
}

/// A creditor as it is read.
#[derive(Clone, QueryableByName)]
pub struct CredorLido {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The ERP's own key.
    #[diesel(sql_type = Text)]
    pub codigo_integracao: String,
    /// Name as the debtor reads it.
    #[diesel(sql_type = Text)]
    pub nome: String,
    /// CPF or CNPJ, unformatted.
    #[diesel(sql_type = Nullable<Text>)]
    pub documento: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    encargos: Option<String>,
    #[diesel(embed)]
    identificacao: LinhaIdentificacao,
    /// Grows with each change.
    #[diesel(sql_type = Integer)]
    pub versao: i32,
    /// What its name is sorted by.
    #[diesel(sql_type = Text)]
    pub chave: String,
}

impl CredorLido {
    /// What a demand says of it.
    ///
    /// # Errors
    /// An address that this version does not know.
    pub fn identificacao(&self) -> Result<Identificacao, StoreError> {
        self.identificacao.read()
    }

    /// What its títulos bear when late; `None` is what the company says.
    ///
    /// # Errors
    /// Charges that this version does not know.
    pub fn encargos(&self) -> Result<Option<Encargos>, StoreError> {
        read_encargos(self.encargos.as_deref())
    }
}

/// Charges as they are stored.
pub(crate) fn read_encargos(json: Option<&str>) -> Result<Option<Encargos>, StoreError> {
    json.map(serde_json::from_str).transpose().ok().ok_or(StoreError::Unknown("encargos"))
}

/// Charges as they are stored. Texts, numbers and codes always serialize.
pub(crate) fn write_encargos(encargos: &Encargos) -> String {
    serde_json::to_string(encargos).unwrap_or_default()
}

const COLUNAS: &str = "SELECT id, codigo_integracao, nome, documento, encargos::text AS encargos, versao, \
           razao_social, endereco::text AS endereco, telefone, email, site, \
           nome_busca AS chave FROM cadastro.credor WHERE empresa_id = $1";

/// Creates a creditor and answers its id; `None` when its code is taken.
///
/// # Errors
/// The database refused or is unreachable.
pub fn create(
    t: &mut Tenant<'_>,
    novo: &NovoCredor,
    agora: DateTime<Utc>,
) -> Result<Option<CredorId>, StoreError> {
    let id = new_id(agora);
    let criados = sql_query(
        "INSERT INTO cadastro.credor (empresa_id, id, codigo_integracao, nome, documento, encargos, razao_social, endereco, \
                telefone, email, site) \
         VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8::jsonb, $9, $10, $11) ON CONFLICT (empresa_id, codigo_integracao) DO NOTHING",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(&novo.codigo_integracao)
    .bind::<Text, _>(&novo.nome)
    .bind::<Nullable<Text>, _>(novo.documento.as_ref().map(Documento::as_str))
    .bind::<Nullable<Text>, _>(novo.encargos.as_ref().map(write_encargos))
    .bind::<Nullable<Text>, _>(novo.identificacao.razao_social.as_deref())
    .bind::<Nullable<Text>, _>(novo.identificacao.endereco.as_ref().map(write_endereco))
    .bind::<Nullable<Text>, _>(novo.identificacao.telefone.as_deref())
    .bind::<Nullable<Text>, _>(novo.identificacao.email.as_deref())
    .bind::<Nullable<Text>, _>(novo.identificacao.site.as_deref())
    .execute(t.conn)?;
    Ok((criados > 0).then(|| CredorId::new(id)))
}

/// One creditor of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: CredorId) -> Result<Option<CredorLido>, StoreError> {
    Ok(sql_query(format!("{COLUNAS} AND id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?)
}

/// One creditor, which nobody else changes until this transaction ends.
///
/// # Errors
/// The database is unreachable.
pub fn lock(t: &mut Tenant<'_>, id: CredorId) -> Result<Option<CredorLido>, StoreError> {
    sql_query("SELECT FROM cadastro.credor WHERE empresa_id = $1 AND id = $2 FOR UPDATE")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .execute_unit(t.conn)?;
    get(t, id)
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// The creditor with this code.
///
/// # Errors
/// The database is unreachable.
pub fn id_of(t: &mut Tenant<'_>, codigo: &str) -> Result<Option<Uuid>, StoreError> {
    let achado: Option<Id> =
        sql_query("SELECT id FROM cadastro.credor WHERE empresa_id = $1 AND codigo_integracao = $2")
            .bind::<SqlUuid, _>(t.empresa.uuid())
            .bind::<Text, _>(codigo)
            .get_result(t.conn)
            .optional()?;
    Ok(achado.map(|achado| achado.id))
}

/// Which creditors to list; `None` is any.
#[derive(Clone, Debug, Default)]
pub struct Filtro {
    /// The ERP's own key.
    pub codigo_integracao: Option<String>,
    /// How the name begins, without regard to accents or case.
    pub nome: Option<String>,
    /// CPF or CNPJ.
    pub documento: Option<Documento>,
}

/// A page of creditors after the one named, by name.
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: &Filtro,
    depois_de: Option<(String, Uuid)>,
    limite: i64,
) -> Result<Vec<CredorLido>, StoreError> {
    let (chave, id) = depois_de.unzip();
    Ok(sql_query(format!(
        "{COLUNAS} AND ($2 IS NULL OR (nome_busca, id) > ($2, $3)) \
            AND ($4 IS NULL OR codigo_integracao = $4) AND ($5 IS NULL OR documento = $5) \
            AND ($6 IS NULL OR (nome_busca >= cadastro.texto_busca($6) AND nome_busca < cadastro.texto_busca($6) || chr(1114111))) \
          ORDER BY nome_busca, id LIMIT $7"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<Text>, _>(chave)
    .bind::<Nullable<SqlUuid>, _>(id)
    .bind::<Nullable<Text>, _>(filtro.codigo_integracao.as_deref())
    .bind::<Nullable<Text>, _>(filtro.documento.as_ref().map(Documento::as_str))
    .bind::<Nullable<Text>, _>(filtro.nome.as_deref())
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

/// Changes a creditor. What is already so writes nothing.
///
/// # Errors
/// The database refused or is unreachable.
pub fn change(t: &mut Tenant<'_>, id: CredorId, mudanca: &MudancaCredor) -> Result<(), StoreError> {
    let identificacao = mudanca.identificacao.novo();
    let dela =
        |parte: fn(&Identificacao) -> Option<&String>| identificacao.and_then(parte).map(String::as_str);
    sql_query(
        "UPDATE cadastro.credor c SET versao = c.versao + 1, nome = n.nome, documento = n.documento, encargos = n.encargos, \
                razao_social = n.razao_social, endereco = n.endereco, telefone = n.telefone, email = n.email, site = n.site \
           FROM (SELECT coalesce($3, x.nome) AS nome, CASE WHEN $4 THEN x.documento ELSE $5 END AS documento, \
                        CASE WHEN $6 THEN x.encargos ELSE $7::jsonb END AS encargos, \
                        CASE WHEN $8 THEN x.razao_social ELSE $9 END AS razao_social, \
                        CASE WHEN $8 THEN x.endereco ELSE $10::jsonb END AS endereco, \
                        CASE WHEN $8 THEN x.telefone ELSE $11 END AS telefone, \
                        CASE WHEN $8 THEN x.email ELSE $12 END AS email, CASE WHEN $8 THEN x.site ELSE $13 END AS site \
                   FROM cadastro.credor x WHERE x.empresa_id = $1 AND x.id = $2) n \
          WHERE c.empresa_id = $1 AND c.id = $2 \
            AND (c.nome, c.documento, c.encargos, c.razao_social, c.endereco, c.telefone, c.email, c.site) IS DISTINCT FROM \
                (n.nome, n.documento, n.encargos, n.razao_social, n.endereco, n.telefone, n.email, n.site)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Nullable<Text>, _>(mudanca.nome.as_deref())
    .bind::<Bool, _>(mudanca.documento.fica())
    .bind::<Nullable<Text>, _>(mudanca.documento.novo().map(Documento::as_str))
    .bind::<Bool, _>(mudanca.encargos.fica())
    .bind::<Nullable<Text>, _>(mudanca.encargos.novo().map(write_encargos))
    .bind::<Bool, _>(mudanca.identificacao.fica())
    .bind::<Nullable<Text>, _>(dela(|i| i.razao_social.as_ref()))
    .bind::<Nullable<Text>, _>(identificacao.and_then(|i| i.endereco.as_ref()).map(write_endereco))
    .bind::<Nullable<Text>, _>(dela(|i| i.telefone.as_ref()))
    .bind::<Nullable<Text>, _>(dela(|i| i.email.as_ref()))
    .bind::<Nullable<Text>, _>(dela(|i| i.site.as_ref()))
    .execute_unit(t.conn)
}

/// Why a creditor was not deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmUso {
    /// It has títulos.
    PorTitulo,
    /// A régua names it.
    PorRegua,
    /// A policy of negotiation is for it alone.
    PorPolitica,
    /// It has an account at a bureau.
    PorCredencial,
}

#[derive(QueryableByName)]
struct Uso {
    #[diesel(sql_type = Nullable<Text>)]
    por: Option<String>,
}

/// Deletes a creditor that nothing refers to. A título that names it meanwhile waits, and then finds none.
///
/// # Errors
/// The database is unreachable.
pub fn delete(t: &mut Tenant<'_>, id: CredorId) -> Result<Result<(), EmUso>, StoreError> {
    lock(t, id)?;
    let uso: Uso = sql_query(
        "SELECT CASE WHEN EXISTS (SELECT FROM cadastro.titulo WHERE empresa_id = $1 AND credor_id = $2) THEN 'titulo' \
                     WHEN regua.usa_credor($2) THEN 'regua' \
                     WHEN EXISTS (SELECT FROM cadastro.politica_negociacao WHERE empresa_id = $1 AND credor_id = $2) THEN 'politica' \
                     WHEN disparo.usa_credor($2) THEN 'credencial' END AS por",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)?;
    match uso.por.as_deref() {
        None => {}
        Some("titulo") => return Ok(Err(EmUso::PorTitulo)),
        Some("regua") => return Ok(Err(EmUso::PorRegua)),
        Some("politica") => return Ok(Err(EmUso::PorPolitica)),
        Some(_) => return Ok(Err(EmUso::PorCredencial)),
    }
    sql_query("DELETE FROM cadastro.credor WHERE empresa_id = $1 AND id = $2")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .execute_unit(t.conn)?;
    Ok(Ok(()))
}

#[derive(QueryableByName)]
struct CredorGravado {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    codigo: String,
}

/// Finds or creates the creditors of a push and answers their ids by code. The last name that is told stands; where none is,
/// who is stored keeps it, and who is new is called by the code.
pub(crate) fn save_credores<'i>(
    t: &mut Tenant<'_>,
    entradas: impl Iterator<Item = &'i EntradaCredor>,
    agora: DateTime<Utc>,
) -> Result<BTreeMap<String, Uuid>, StoreError> {
    let mut nomes: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for entrada in entradas {
        let nome = nomes.entry(&entrada.codigo_integracao).or_default();
        *nome = entrada.nome.as_deref().or(*nome);
    }
    if nomes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let codigos: Vec<&str> = nomes.keys().copied().collect();
    let (com_nome, sem_nome): (Vec<_>, Vec<_>) =
        nomes.into_iter().partition(|(_codigo, nome)| nome.is_some());
    write_names(t, &com_nome, "DO UPDATE SET nome = excluded.nome, versao = c.versao + 1", agora)?;
    write_names(t, &sem_nome, "DO NOTHING", agora)?;
    let linhas: Vec<CredorGravado> = sql_query(
        "SELECT id, codigo_integracao AS codigo FROM cadastro.credor WHERE empresa_id = $1 AND codigo_integracao = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(codigos)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|l| (l.codigo, l.id)).collect())
}

/// Writes who is new or called otherwise; `no_encontro` is what is done with who came in a moment ago, by another push.
fn write_names(
    t: &mut Tenant<'_>,
    nomes: &[(&str, Option<&str>)],
    no_encontro: &str,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    if nomes.is_empty() {
        return Ok(());
    }
    sql_query(format!(
        "INSERT INTO cadastro.credor AS c (empresa_id, id, codigo_integracao, nome) \
         SELECT $1, n.id, n.codigo, coalesce(n.nome, n.codigo) FROM unnest($2, $3, $4) AS n(id, codigo, nome) \
           LEFT JOIN cadastro.credor a ON a.empresa_id = $1 AND a.codigo_integracao = n.codigo \
          WHERE a.nome IS DISTINCT FROM coalesce(n.nome, a.nome, n.codigo) ORDER BY n.codigo \
         ON CONFLICT (empresa_id, codigo_integracao) {no_encontro}"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(nomes.iter().map(|_| new_id(agora)).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(nomes.iter().map(|(codigo, _)| *codigo).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(nomes.iter().map(|(_, nome)| *nome).collect::<Vec<_>>())
    .execute_unit(t.conn)
}
