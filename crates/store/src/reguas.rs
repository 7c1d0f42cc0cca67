//! Réguas with their positions, actions and texts.
//!
//! A régua comes out as a value, is edited as a value by whoever knows the rules, and goes back in by its difference from
//! what was read: [`lock`], edit, [`save`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Bool, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::{ConteudoId, CredorId, ReguaId, TemplateId};
use domain::regua::{EstadoRegua, Regua, Reguas};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

pub(crate) mod criterios;
mod diferenca;
mod gravar;
mod ler;

pub use gravar::{create, save};

/// What an action says (rule r09).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conteudo {
    /// A text of its own, with coringas.
    Texto {
        /// Subject; e-mail only (rule r10).
        assunto: Option<String>,
        /// Body.
        corpo: String,
    },
    /// That of a template, as it is when the message is sent.
    Template(TemplateId),
}

impl Conteudo {
    /// The subject that is its own.
    #[must_use]
    pub fn assunto(&self) -> Option<&str> {
        match self {
            Self::Texto { assunto, .. } => assunto.as_deref(),
            Self::Template(_) => None,
        }
    }

    /// The body that is its own.
    #[must_use]
    pub fn corpo(&self) -> Option<&str> {
        match self {
            Self::Texto { corpo, .. } => Some(corpo),
            Self::Template(_) => None,
        }
    }

    /// The template that it names.
    #[must_use]
    pub const fn template(&self) -> Option<TemplateId> {
        match self {
            Self::Texto { .. } => None,
            Self::Template(id) => Some(*id),
        }
    }
}

/// A régua with everything that belongs to it: what the decisions see, plus name and texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReguaInteira {
    /// What the decisions see.
    pub regua: Regua,
    /// Name chosen by the company.
    pub nome: String,
    /// Grows by one with each change; 1 when new.
    pub versao: i32,
    /// Texts of its actions.
    pub conteudos: BTreeMap<ConteudoId, Conteudo>,
    /// The ERP's own keys of the creditors that its criteria name.
    pub credores: BTreeMap<CredorId, String>,
}

/// Rule s11: another régua of the company, not archived, that has the same mode and criteria.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct ReguaIgual {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub nome: String,
}

/// Where a page of réguas ended: priority, criteria (negative, so that more come first), age and id, the order in which
/// réguas are tried.
pub type Fim = (i32, i64, DateTime<Utc>, Uuid);

impl ReguaInteira {
    /// Where it stands in that order.
    #[must_use]
    pub fn fim(&self) -> Fim {
        let criterios = i64::try_from(self.regua.criterios().quantos()).unwrap_or(i64::MAX);
        (self.regua.prioridade(), -criterios, self.regua.criada_em(), self.regua.id().uuid())
    }
}

/// Every régua of the company as the decisions see it, all as of one instant. Archived ones come without positions: a live inscrição may still
/// have to close because of them, and that is all they do.
///
/// # Errors
/// The database is unreachable or holds a régua this version cannot read.
pub fn load(t: &mut Tenant<'_>) -> Result<Reguas, StoreError> {
    Ok(Reguas::new(ler::whole(t)?))
}

/// A page of réguas after `depois_de`, in the order in which they are tried; `estado` keeps those in it only.
///
/// # Errors
/// The database is unreachable or holds a régua this version cannot read.
pub fn page(
    t: &mut Tenant<'_>,
    estado: Option<EstadoRegua>,
    depois_de: Option<Fim>,
    limite: i64,
) -> Result<Vec<ReguaInteira>, StoreError> {
    let linhas = ler::headers_after(t, estado, depois_de, limite)?;
    ler::complete(t, linhas)
}

/// Every régua of the company with its name and texts, in the order in which they are tried.
///
/// # Errors
/// The database is unreachable or holds a régua this version cannot read.
pub fn list(t: &mut Tenant<'_>) -> Result<Vec<ReguaInteira>, StoreError> {
    page(t, None, None, i64::MAX)
}

/// One régua of the company, which nobody else changes until this transaction ends.
///
/// # Errors
/// The database is unreachable or holds a régua this version cannot read.
pub fn lock(t: &mut Tenant<'_>, id: ReguaId) -> Result<Option<ReguaInteira>, StoreError> {
    sql_query("SELECT 1 FROM regua.regua WHERE empresa_id = $1 AND id = $2 FOR UPDATE")
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .execute_unit(t.conn)?;
    get(t, id)
}

/// One régua of the company.
///
/// # Errors
/// The database is unreachable or holds a régua this version cannot read.
pub fn get(t: &mut Tenant<'_>, id: ReguaId) -> Result<Option<ReguaInteira>, StoreError> {
    let linha = ler::header(t, id)?;
    Ok(ler::complete(t, linha.into_iter().collect())?.pop())
}

/// Rule s11: the régua that stands in the way of this one.
///
/// # Errors
/// The database is unreachable.
pub fn equal_to(t: &mut Tenant<'_>, regua: &Regua) -> Result<Option<ReguaIgual>, StoreError> {
    Ok(sql_query(
        "SELECT id, nome FROM regua.regua \
          WHERE empresa_id = $1 AND estado <> 'arquivada' AND md5(chave) = md5($3) AND chave = $3 AND id <> $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(regua.id().uuid())
    .bind::<Text, _>(regua.criterios().chave(regua.modo()))
    .get_result(t.conn)
    .optional()?)
}

/// Rule s11, of what becomes of `antes`, or of a new régua: nobody stands in the way of one that stays for whom it was.
///
/// # Errors
/// The database is unreachable.
pub fn in_the_way(
    t: &mut Tenant<'_>,
    antes: Option<&Regua>,
    depois: &Regua,
) -> Result<Option<ReguaIgual>, StoreError> {
    if antes.is_some_and(|antes| for_the_same(antes, depois)) { Ok(None) } else { equal_to(t, depois) }
}

/// Whether two réguas have the same mode and criteria.
fn for_the_same(uma: &Regua, outra: &Regua) -> bool {
    (uma.modo(), uma.criterios()) == (outra.modo(), outra.criterios())
}

/// A template as a régua sees it.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct TemplateVisto {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Its channel, in its stored form.
    #[diesel(sql_type = Text)]
    pub canal: String,
    /// Whether nobody may begin to use it.
    #[diesel(sql_type = Bool)]
    pub arquivado: bool,
}

/// Those of these templates that the company has.
///
/// # Errors
/// The database is unreachable.
pub fn templates(t: &mut Tenant<'_>, ids: &[TemplateId]) -> Result<Vec<TemplateVisto>, StoreError> {
    Ok(sql_query(
        "SELECT id, canal, arquivado FROM disparo.v_template WHERE empresa_id = $1 AND id = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<SqlUuid>, _>(ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
    .load(t.conn)?)
}

/// The creditors with these keys of the ERP's; of a key that the company does not have there is none.
///
/// # Errors
/// The database is unreachable.
pub fn creditors(t: &mut Tenant<'_>, codigos: &[String]) -> Result<BTreeMap<String, CredorId>, StoreError> {
    let linhas: Vec<ler::LinhaCredor> = sql_query(
        "SELECT id, codigo_integracao FROM cadastro.v_credor WHERE empresa_id = $1 AND codigo_integracao = ANY ($2)",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Array<Text>, _>(codigos)
    .load(t.conn)?;
    Ok(linhas.into_iter().map(|linha| (linha.codigo_integracao, CredorId::new(linha.id))).collect())
}
