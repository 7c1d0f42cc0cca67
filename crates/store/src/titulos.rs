//! Títulos and the debtors they belong to, as an ERP pushes them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::dinheiro::Centavos;
use domain::documento::Documento;
use domain::email::EnderecoEmail;
use domain::ids::TituloId;
use domain::titulo::{Mudanca, Origem, StatusTitulo, Titulo, TransicaoInvalida};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

mod devedores;
mod upsert;

pub use upsert::upsert;

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
}

impl ColunasTitulo {
    /// What the domain makes of them.
    ///
    /// # Errors
    /// A code that this version does not know.
    pub(crate) fn read(&self) -> Result<Titulo, StoreError> {
        Ok(Titulo {
            id: TituloId::new(self.id),
            vencimento: self.vencimento,
            saldo: Centavos::new(self.saldo),
            status: StatusTitulo::parse(&self.status).ok().ok_or(StoreError::Unknown("status"))?,
            origem: Origem::parse(&self.origem).ok().ok_or(StoreError::Unknown("origem"))?,
        })
    }
}

/// One título of the company.
///
/// # Errors
/// The database is unreachable.
pub fn get(t: &mut Tenant<'_>, id: TituloId) -> Result<Option<TituloLido>, StoreError> {
    Ok(sql_query(
        "SELECT id, codigo_integracao, devedor_id, numero, emissao, vencimento, valor, saldo, status, origem, status_em \
           FROM cadastro.titulo WHERE empresa_id = $1 AND id = $2",
    )
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
    Ok(sql_query(
        "SELECT id, codigo_integracao, devedor_id, numero, emissao, vencimento, valor, saldo, status, origem, status_em \
           FROM cadastro.titulo WHERE empresa_id = $1 AND ($2 IS NULL OR id > $2) \
            AND ($3 IS NULL OR codigo_integracao = $3) AND ($4 IS NULL OR devedor_id = $4) AND ($5 IS NULL OR status = $5) \
          ORDER BY id LIMIT $6",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<Nullable<SqlUuid>, _>(depois_de)
    .bind::<Nullable<Text>, _>(filtro.codigo_integracao.as_deref())
    .bind::<Nullable<SqlUuid>, _>(filtro.devedor)
    .bind::<Nullable<Text>, _>(filtro.status.map(StatusTitulo::as_str))
    .bind::<BigInt, _>(limite)
    .load(t.conn)?)
}

#[derive(QueryableByName)]
struct StatusAtual {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Text)]
    status: String,
}

/// What became of a change of status.
pub type Transicao = Result<Mudanca<StatusTitulo>, TransicaoInvalida>;

/// Changes the status of one título by a transition of the domain, and marks its debtor for the engine. `None` when the
/// company has no such título. From the commit on, no fence lets the título into a message (rule j05).
///
/// # Errors
/// The database is unreachable or holds a status this version does not know.
pub fn change_status(
    t: &mut Tenant<'_>,
    id: TituloId,
    transition: fn(StatusTitulo) -> Transicao,
    agora: DateTime<Utc>,
) -> Result<Option<Transicao>, StoreError> {
    let atual: Option<StatusAtual> = sql_query(
        "SELECT devedor_id, status FROM cadastro.titulo WHERE empresa_id = $1 AND id = $2 FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)
    .optional()?;
    let Some(atual) = atual else { return Ok(None) };
    let status = StatusTitulo::parse(&atual.status).ok().ok_or(StoreError::Unknown("status"))?;
    let outcome = transition(status);
    if let Ok(Mudanca::Aplicada(novo)) = &outcome {
        save_status(t, id, *novo, agora)?;
        mark(t, &[atual.devedor_id])?;
    }
    Ok(Some(outcome))
}

fn save_status(
    t: &mut Tenant<'_>,
    id: TituloId,
    novo: StatusTitulo,
    agora: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql_query(
        "UPDATE cadastro.titulo SET status = $3, status_em = $4, atualizado_em = $4, \
                saldo = CASE WHEN $3 IN ('pago', 'cancelado') THEN 0 ELSE saldo END \
          WHERE empresa_id = $1 AND id = $2",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .bind::<Text, _>(novo.as_str())
    .bind::<Timestamptz, _>(agora)
    .execute_unit(t.conn)
}

/// Marks debtors whose facts changed, so that the next night looks at them.
fn mark(t: &mut Tenant<'_>, devedores: &[Uuid]) -> Result<(), StoreError> {
    if devedores.is_empty() {
        return Ok(());
    }
    sql_query("SELECT regua.marcar($1)").bind::<Array<SqlUuid>, _>(devedores).execute_unit(t.conn)
}
