//! Títulos and the debtors they belong to, as an ERP pushes them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Date, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::Rotulo;
use domain::dinheiro::Centavos;
use domain::documento::Documento;
use domain::email::EnderecoEmail;
use domain::ids::{CredorId, TituloId};
use domain::titulo::{Negociacao, Origem, StatusTitulo, Titulo};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::preparada::prepared;
use crate::{StoreError, Tenant};

mod devedores;
mod situacao;
mod upsert;

pub use situacao::{RecusaSituacao, Transicao, change_status, suspend};
pub use upsert::upsert;

/// What the codes of instalments begin with: the ERP's own títulos may not (rule k10).
pub(crate) const PREFIXO_PARCELA: &str = "acordo-";

/// A título as it is pushed. What is `None` keeps what is stored.
#[derive(Clone, Debug)]
pub struct EntradaTitulo {
    /// The ERP's own key; the same key again is the same título.
    pub codigo_integracao: String,
    /// Number that the debtor knows it by.
    pub numero: String,
    /// Day of issue.
    pub emissao: Option<NaiveDate>,
    /// Due date as printed.
    pub vencimento: NaiveDate,
    /// Face value, positive.
    pub valor: Centavos,
    /// Who owes it.
    pub devedor: EntradaDevedor,
    /// Whom it is owed to, if not the company itself.
    pub credor: Option<EntradaCredor>,
    /// Kind of business (rule s08).
    pub tipo_negocio: Option<Rotulo>,
    /// Kind of título (rule s09).
    pub tipo_titulo: Option<Rotulo>,
}

/// A debtor as it is pushed with a título.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntradaDevedor {
    /// The ERP's own key.
    pub codigo_integracao: String,
    /// Name as the debtor reads it.
    pub nome: String,
    /// CPF or CNPJ; a debtor who never had one is `isenta`.
    pub documento: Option<Documento>,
    /// Class chosen by the company.
    pub categoria: Option<String>,
    /// From 0 to 1000, as the company scores its debtors (rule s10).
    pub score: Option<i16>,
    /// E-mail addresses, the preferred one first; a list replaces what is stored.
    pub emails: Option<Vec<EnderecoEmail>>,
}

/// A creditor as it is pushed with a título.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntradaCredor {
    /// The ERP's own key.
    pub codigo_integracao: String,
    /// Name as the debtor reads it.
    pub nome: String,
}

/// What became of one pushed título.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResultadoItem {
    /// It is new.
    Criado(TituloId),
    /// Something of it changed.
    Atualizado(TituloId),
    /// It is stored already, exactly so; no row was written.
    Inalterado(TituloId),
    /// Nothing of it was stored.
    Recusado(Recusa),
}

/// Why one pushed título was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recusa {
    /// Its `codigo_integracao` stands earlier in the same request.
    Repetido,
    /// The debtor's code and the document belong to two different debtors (rule m01).
    DocumentoDeOutroDevedor,
    /// It is an instalment, which only its negotiation changes (rule k10).
    ParcelaDeAcordo,
}

/// A título as it is read.
#[derive(Clone, Debug, QueryableByName)]
pub struct TituloLido {
    /// Id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The ERP's own key.
    #[diesel(sql_type = Text)]
    pub codigo_integracao: String,
    /// Debtor.
    #[diesel(sql_type = SqlUuid)]
    pub devedor_id: Uuid,
    /// Number that the debtor knows it by.
    #[diesel(sql_type = Text)]
    pub numero: String,
    /// Day of issue.
    #[diesel(sql_type = Nullable<Date>)]
    pub emissao: Option<NaiveDate>,
    /// Due date as printed.
    #[diesel(sql_type = Date)]
    pub vencimento: NaiveDate,
    /// Face value in centavos.
    #[diesel(sql_type = BigInt)]
    pub valor: i64,
    /// What is still owed, in centavos.
    #[diesel(sql_type = BigInt)]
    pub saldo: i64,
    /// Status, in its stored form.
    #[diesel(sql_type = Text)]
    pub status: String,
    /// `original` or `acordo`.
    #[diesel(sql_type = Text)]
    pub origem: String,
    /// Whom it is owed to, if not the company itself.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub credor_id: Option<Uuid>,
    /// Kind of business.
    #[diesel(sql_type = Nullable<Text>)]
    pub tipo_negocio: Option<String>,
    /// Kind of título.
    #[diesel(sql_type = Nullable<Text>)]
    pub tipo_titulo: Option<String>,
    /// The day on which it opens by itself, if it is suspended until one.
    #[diesel(sql_type = Nullable<Date>)]
    pub suspenso_ate: Option<NaiveDate>,
    /// The negotiation that it is in now.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub negociacao_id: Option<Uuid>,
    /// The negotiation that it is an instalment of.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub acordo_id: Option<Uuid>,
    /// The score of its debtor.
    #[diesel(sql_type = Nullable<SmallInt>)]
    pub devedor_score: Option<i16>,
    /// Since when it has that status.
    #[diesel(sql_type = Timestamptz)]
    pub status_em: DateTime<Utc>,
}

/// The columns of a título that decisions see, wherever they are read.
#[derive(QueryableByName)]
pub(crate) struct ColunasTitulo {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Date)]
    vencimento: NaiveDate,
    #[diesel(sql_type = BigInt)]
    saldo: i64,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Text)]
    origem: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    credor_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    tipo_negocio: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    tipo_titulo: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    suspenso_ate: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Text>)]
    negociacao: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    primeira_parcela: Option<NaiveDate>,
}

impl ColunasTitulo {
    /// What the domain makes of them.
    ///
    /// # Errors
    /// A code that this version does not know.
    pub(crate) fn read(self) -> Result<Titulo, StoreError> {
        Ok(Titulo {
            id: TituloId::new(self.id),
            vencimento: self.vencimento,
            saldo: Centavos::new(self.saldo),
            status: StatusTitulo::parse(&self.status).ok().ok_or(StoreError::Unknown("status"))?,
            origem: Origem::parse(&self.origem).ok().ok_or(StoreError::Unknown("origem"))?,
            suspenso_ate: self.suspenso_ate,
            negociacao: match (self.negociacao.as_deref(), self.primeira_parcela) {
                (Some("confirmada"), _) => Some(Negociacao::Confirmada),
                // Without a date nothing hangs on it any more: something was paid of it, and it never cancels itself.
                (Some("aberta"), primeira) => {
                    Some(Negociacao::NaoConfirmada { primeira_parcela: primeira.unwrap_or(NaiveDate::MAX) })
                }
                (_, _) => None,
            },
            credor: self.credor_id.map(CredorId::new),
            tipo_negocio: read_rotulo(self.tipo_negocio)?,
            tipo_titulo: read_rotulo(self.tipo_titulo)?,
        })
    }
}

/// A label as it is stored: what may not be one would put its debtor in another régua, so it is an error, not absent.
///
/// # Errors
/// When it is none.
pub(crate) fn read_rotulo(texto: Option<String>) -> Result<Option<Rotulo>, StoreError> {
    texto.map(|texto| Rotulo::parse(&texto)).transpose().ok().ok_or(StoreError::Unknown("rotulo"))
}

const COLUNAS: &str = "SELECT t.id, t.codigo_integracao, t.devedor_id, t.numero, t.emissao, t.vencimento, t.valor, t.saldo, \
           t.status, t.origem, t.credor_id, t.tipo_negocio, t.tipo_titulo, t.suspenso_ate, t.negociacao_id, t.acordo_id, \
           (SELECT d.score FROM cadastro.devedor d WHERE d.empresa_id = t.empresa_id AND d.id = t.devedor_id) AS devedor_score, \
           t.status_em FROM cadastro.titulo t WHERE t.empresa_id = $1";

/// One título of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: TituloId) -> Result<Option<TituloLido>, StoreError> {
    Ok(prepared(&format!("{COLUNAS} AND t.id = $2"))
        .bind::<SqlUuid, _>(t.empresa.uuid())
        .bind::<SqlUuid, _>(id.uuid())
        .get_result(t.conn)
        .optional()?)
}

/// Which títulos to list; `None` is any.
#[derive(Clone, Debug, Default)]
pub struct Filtro {
    /// The ERP's own key.
    pub codigo_integracao: Option<String>,
    /// Those of one debtor.
    pub devedor: Option<Uuid>,
    /// Those of one status.
    pub status: Option<StatusTitulo>,
}

/// A page of títulos after the id `depois_de`, in order of id (which is order of arrival).
///
/// # Errors
/// The database is unreachable.
pub fn list(
    t: &mut Tenant<'_>,
    filtro: &Filtro,
    depois_de: Option<Uuid>,
    limite: i64,
) -> Result<Vec<TituloLido>, StoreError> {
    Ok(sql_query(format!(
        "{COLUNAS} AND ($2 IS NULL OR t.id > $2) AND ($3 IS NULL OR t.codigo_integracao = $3) \
            AND ($4 IS NULL OR t.devedor_id = $4) AND ($5 IS NULL OR t.status = $5) ORDER BY t.id LIMIT $6"
    ))
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<SqlUuid>, _>(depois_de)
    .bind::<Nullable<Text>, _>(filtro.codigo_integracao.as_deref())
    .bind::<Nullable<SqlUuid>, _>(filtro.devedor)
    .bind::<Nullable<Text>, _>(filtro.status.map(StatusTitulo::as_str))
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

/// Marks debtors whose facts changed, so that the next night looks at them.
pub(crate) fn mark(t: &mut Tenant<'_>, devedores: &[Uuid]) -> Result<(), StoreError> {
    if devedores.is_empty() {
        return Ok(());
    }
    sql_query("SELECT regua.marcar($1)").bind::<Array<SqlUuid>, _>(devedores).execute_unit(t.conn)
}
