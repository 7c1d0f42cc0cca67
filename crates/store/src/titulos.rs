//! Títulos and the debtors they belong to, as an ERP pushes them.

use chrono::NaiveDate;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use domain::Rotulo;
use domain::dinheiro::Centavos;
use domain::documento::Documento;
use domain::email::EnderecoEmail;
use domain::endereco::Endereco;
use domain::ids::{CredorId, TituloId};
use domain::telefone::Telefone;
use domain::titulo::{Negociacao, Origem, StatusTitulo, Titulo};
use uuid::Uuid;

use crate::migracao::ExecuteUnit as _;
use crate::{StoreError, Tenant};

mod alvo;
mod atualizacao;
mod devedores;
mod historico;
mod lista;
mod pagamentos;
mod situacao;
mod tabela;
mod upsert;

pub use alvo::Alvo;
pub(crate) use alvo::lock_rows;
pub(crate) use atualizacao::read_pagos;
pub use atualizacao::{Atualizado, atualizar, devidos, read};
pub use historico::{MudancaLida, history};
pub use lista::{Chave, Filtro, Ordem, TituloLido, Trecho, get, get_many, list};
pub use pagamentos::{
    EntradaEstorno, EntradaPagamento, FiltroPagamentos, PagamentoLido, QualPagamento, RecusaEstorno,
    RecusaPagamento, ResultadoEstorno, ResultadoPagamento, get_pagamento, list_pagamentos, pay, reverse,
};
pub use situacao::{Pedido, RecusaSituacao, Situada, Transicao, change_many, change_status, suspend};
pub(crate) use tabela::Tabela;
pub use upsert::upsert;
pub(crate) use upsert::upsert_from;

/// What the codes of payments begin with that a broken negotiation imputes on its originals.
pub const PREFIXO_IMPUTADO: &str = "quebra-";

/// What the codes of instalments begin with. Those of the ERP's own títulos may too: what is an instalment has an agreement.
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
    /// What it is paid by.
    pub boleto: Boleto,
}

/// What a título is paid by, as whoever registered it says. What is `None` keeps what is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boleto {
    /// The bank's own number of it.
    pub nosso_numero: Option<String>,
    /// The digits that it is paid by.
    pub linha_digitavel: Option<String>,
    /// The text that it is paid by with Pix.
    pub pix_copia_e_cola: Option<String>,
    /// Where it is fetched.
    pub link_boleto: Option<String>,
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
    /// Who looks after the debtor.
    pub gerente: Option<Rotulo>,
    /// E-mail addresses, the preferred one first; a list replaces what is stored.
    pub emails: Option<Vec<EnderecoEmail>>,
    /// Telephones, in the same way.
    pub telefones: Option<Vec<Telefone>>,
    /// Postal addresses, in the same way.
    pub enderecos: Option<Vec<Endereco>>,
}

/// A creditor as it is pushed with a título.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntradaCredor {
    /// The ERP's own key.
    pub codigo_integracao: String,
    /// Name as the debtor reads it. `None` keeps what is stored, and a new one is called by its key.
    pub nome: Option<String>,
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
    /// The debtor's code and the document belong to two different debtors (rule m01).
    DocumentoDeOutroDevedor,
    /// It is an instalment, which only its negotiation changes (rule k10).
    ParcelaDeAcordo,
    /// It is negotiated with the debtor it has, and the push gives it to another.
    NegociadoComOutro,
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

/// Marks debtors whose facts changed, so that the next night looks at them.
pub(crate) fn mark(t: &mut Tenant<'_>, devedores: &[Uuid]) -> Result<(), StoreError> {
    if devedores.is_empty() {
        return Ok(());
    }
    sql_query("SELECT regua.marcar($1)").bind::<Array<SqlUuid>, _>(devedores).execute_unit(t.conn)
}

/// `{uuid,uuid}`: `unnest` has no ragged arrays, so a list of lists travels as text.
pub(crate) fn array_literal(titulos: &[TituloId]) -> String {
    let ids: Vec<String> = titulos.iter().map(ToString::to_string).collect();
    format!("{{{}}}", ids.join(","))
}
