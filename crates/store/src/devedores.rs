//! Debtors: pushed in bulk, changed one by one, read.

use chrono::{DateTime, Utc};
use domain::documento::Documento;
use domain::email::EnderecoEmail;
use domain::endereco::Endereco;
use domain::ids::DevedorId;
use domain::meio::{CanalOptOut, OrigemContato};
use domain::telefone::Telefone;

use crate::titulos::mark;
use crate::{StoreError, Tenant};

mod contatos;
mod ler;
mod lista;
mod mudar;
mod resolver;

pub use ler::{ContatoLido, DevedorLido, OptOutLido, contatos, get, opt_outs};
pub use lista::{Filtro, Linha, Ordem, list};
pub use mudar::{Campo, Mudanca, RecusaMudanca, change, lock};
pub(crate) use resolver::{OutroDevedor, Resolvidos, resolve};

/// A debtor as it is pushed. What is `None` keeps what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrada {
    /// The ERP's own key.
    pub codigo_integracao: String,
    /// Name as the debtor reads it.
    pub nome: String,
    /// CPF or CNPJ; a debtor who never had one is `isenta`.
    pub documento: Option<Documento>,
    /// Class chosen by the company.
    pub categoria: Option<String>,
    /// Who looks after the debtor.
    pub gerente: Option<String>,
    /// From 0 to 1000, as the company scores its debtors (rule s10).
    pub score: Option<i16>,
    /// The ways to reach the debtor.
    pub contatos: Contatos,
}

/// The ways to reach a debtor, each list in order of preference. A list takes the place of what the ERP and its files told
/// before; what a person or an enrichment added stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contatos {
    /// E-mail addresses.
    pub emails: Option<Vec<Meio<EnderecoEmail>>>,
    /// Telephones.
    pub telefones: Option<Vec<Meio<Telefone>>>,
    /// Postal addresses.
    pub enderecos: Option<Vec<Meio<Endereco>>>,
    /// Channels by which the debtor asked not to be reached.
    pub opt_out: Option<Vec<OptOut>>,
}

/// One way to reach a debtor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meio<T> {
    /// Where.
    pub valor: T,
    /// What is known about it.
    pub marcas: Marcas,
}

/// What is known about a way to reach a debtor; `None` keeps what is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marcas {
    /// Who told it.
    pub origem: Option<OrigemContato>,
    /// Whether it comes before the others (rule m11); at most one of a list.
    pub preferido: Option<bool>,
    /// When somebody made sure that it is the debtor's.
    pub confirmado_em: Option<DateTime<Utc>>,
    /// Whether it may be used.
    pub valido: Option<bool>,
    /// Why it may not.
    pub motivo: Option<String>,
}

impl<T> Meio<T> {
    /// One of which nothing else is known.
    pub fn new(valor: T) -> Self {
        Self { valor, marcas: Marcas::default() }
    }
}

/// A channel by which a debtor asked not to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOut {
    /// Channel.
    pub canal: CanalOptOut,
    /// Since when, if not now.
    pub desde: Option<DateTime<Utc>>,
    /// Why, or how it was asked for.
    pub motivo: Option<String>,
}

/// What became of one pushed debtor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultadoItem {
    /// It is new.
    Criado(DevedorId),
    /// Something of it changed.
    Atualizado(DevedorId),
    /// It is stored already, exactly so; no row was written.
    Inalterado(DevedorId),
    /// Nothing of it was stored.
    Recusado(Recusa),
}

/// Why one pushed debtor was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recusa {
    /// The code and the document belong to two different debtors (rule m01).
    DocumentoDeOutroDevedor,
}

/// Creates or updates debtors, each code of which comes once, and marks those of whom something changed that a régua asks for.
/// One result per item, in their order. Pushing the same again writes nothing.
///
/// # Errors
/// The database refused or is unreachable.
pub fn upsert(
    t: &mut Tenant<'_>,
    itens: &[Entrada],
    agora: DateTime<Utc>,
) -> Result<Vec<ResultadoItem>, StoreError> {
    let Resolvidos { devedores, mut criados, alterados, perfis } =
        resolve(t, itens.to_vec(), OrigemContato::Erp, agora)?;
    mark(t, &perfis.into_iter().collect::<Vec<_>>())?;
    let resultado = |devedor: Result<_, OutroDevedor>| match devedor {
        Err(OutroDevedor) => ResultadoItem::Recusado(Recusa::DocumentoDeOutroDevedor),
        // Made by the first of its codes.
        Ok(id) if criados.remove(&id) => ResultadoItem::Criado(DevedorId::new(id)),
        Ok(id) if alterados.contains(&id) => ResultadoItem::Atualizado(DevedorId::new(id)),
        Ok(id) => ResultadoItem::Inalterado(DevedorId::new(id)),
    };
    Ok(devedores.into_iter().map(resultado).collect())
}
