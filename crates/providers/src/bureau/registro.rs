//! What a bureau is told of one debt.

use std::fmt;

use chrono::NaiveDate;
use domain::dinheiro::Centavos;
use domain::documento::Documento;
use domain::endereco::Endereco;
use domain::negativacao::MotivoBaixa;

/// What is to be done with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operacao {
    /// List it.
    Incluir,
    /// Take it off.
    Excluir(MotivoBaixa),
}

impl Operacao {
    /// Whether it takes an entry off.
    #[must_use]
    pub const fn exclui(self) -> bool {
        match self {
            Self::Incluir => false,
            Self::Excluir(_) => true,
        }
    }
}

/// A debt as a bureau sees it. An exclusion repeats what the inclusion said, because that is how the bureau finds it.
/// `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Pendencia {
    /// Whose it is.
    pub documento: Documento,
    /// The debtor's name.
    pub nome: String,
    /// Where the bureau writes to.
    pub endereco: Endereco,
    /// The due date.
    pub vencimento: NaiveDate,
    /// What was owed when it was asked for.
    pub valor: Centavos,
    /// By what number the creditor knows it: 16 characters of ASCII at most.
    pub contrato: String,
}

impl fmt::Debug for Pendencia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pendencia(***)")
    }
}

/// Why a debt cannot be written as the bureau wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegistroInvalido {
    /// A CNPJ with letters, where the layout has digits.
    #[error("o layout do bureau não aceita CNPJ com letras")]
    DocumentoAlfanumerico,
    /// Nothing is left of it in the letters that the layout knows.
    #[error("'{0}' não pode ser escrito no layout do bureau")]
    SemTexto(&'static str),
    /// It does not fit.
    #[error("'{0}' não cabe no layout do bureau")]
    NaoCabe(&'static str),
    /// It is missing.
    #[error("falta '{0}', que o bureau exige")]
    Falta(&'static str),
}
