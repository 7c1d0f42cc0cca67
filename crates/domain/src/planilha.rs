//! What every sheet of the house agrees on: no text in it is a formula, and a line says whom it means in one of a few ways.

use std::borrow::Cow;
use std::fmt;

use crate::documento::Documento;
use crate::email::EnderecoEmail;
use crate::telefone::Telefone;

/// What a spreadsheet may take for the beginning of a formula, or for a break after which one begins; full width as well, which
/// some of them fold.
const INICIOS: [char; 11] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// The text of a cell that no spreadsheet carries out: one that begins like a formula gets an apostrophe before it.
///
/// One that begins with apostrophes and then like a formula gets one more, so that [`desprotegido`] always finds what was there.
///
/// ```
/// use domain::planilha::{desprotegido, protegido};
/// assert_eq!(protegido("=SOMA(A1)"), "'=SOMA(A1)");
/// assert_eq!(protegido("D'Ávila & Filhos"), "D'Ávila & Filhos");
/// assert_eq!(desprotegido("'+5511900000001"), "+5511900000001");
/// ```
#[must_use]
pub fn protegido(texto: &str) -> Cow<'_, str> {
    if begins_a_formula(texto) { Cow::Owned(format!("'{texto}")) } else { Cow::Borrowed(texto) }
}

/// What was there before [`protegido`]: a sheet of ours that comes back says what it said when it left.
#[must_use]
pub fn desprotegido(texto: &str) -> &str {
    texto.strip_prefix('\'').filter(|resto| begins_a_formula(resto)).unwrap_or(texto)
}

fn begins_a_formula(texto: &str) -> bool {
    texto.trim_start_matches('\'').starts_with(INICIOS)
}

/// Whom a line of a sheet means. Two that are equal mean the same; two that are not may still be one debtor, which only
/// whoever knows the debtors can tell.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Identificacao {
    /// The debtor of this code of the ERP's.
    Codigo(String),
    /// The debtor of this document.
    Documento(Documento),
    /// The debtor of both. That they are one debtor's is not known yet.
    CodigoEDocumento {
        /// The ERP's code.
        codigo: String,
        /// The document.
        documento: Documento,
    },
    /// Rule b01: whoever reads this mailbox, a debtor or not.
    Email(EnderecoEmail),
    /// Rule b01: whoever has this mobile, a debtor or not.
    Telefone(Telefone),
}

impl Identificacao {
    /// By what there is of the two; by nothing when there is neither.
    #[must_use]
    pub fn do_devedor(codigo: Option<String>, documento: Option<Documento>) -> Option<Self> {
        match (codigo, documento) {
            (Some(codigo), Some(documento)) => Some(Self::CodigoEDocumento { codigo, documento }),
            (Some(codigo), None) => Some(Self::Codigo(codigo)),
            (None, Some(documento)) => Some(Self::Documento(documento)),
            (None, None) => None,
        }
    }

    /// The ERP's code of the debtor.
    #[must_use]
    pub fn codigo(&self) -> Option<&str> {
        match self {
            Self::Codigo(codigo) | Self::CodigoEDocumento { codigo, .. } => Some(codigo),
            Self::Documento(_) | Self::Email(_) | Self::Telefone(_) => None,
        }
    }

    /// The document of the debtor.
    #[must_use]
    pub fn documento(&self) -> Option<&Documento> {
        match self {
            Self::Documento(documento) | Self::CodigoEDocumento { documento, .. } => Some(documento),
            Self::Codigo(_) | Self::Email(_) | Self::Telefone(_) => None,
        }
    }
}

/// Shows the ERP's code, and of everything else only that it is there.
impl fmt::Debug for Identificacao {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Codigo(codigo) => write!(f, "Codigo({codigo})"),
            Self::Documento(documento) => write!(f, "{documento:?}"),
            Self::CodigoEDocumento { codigo, documento } => write!(f, "Codigo({codigo}) e {documento:?}"),
            Self::Email(email) => write!(f, "{email:?}"),
            Self::Telefone(telefone) => write!(f, "{telefone:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn s12_whatever_begins_like_a_formula_gets_an_apostrophe() {
        for texto in
            ["=1", "+1", "-1", "@A", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠A", "'=1", "''=1"]
        {
            assert_eq!(protegido(texto), format!("'{texto}"));
        }
        for texto in ["", "1", "a=b", " =1", "'", "'a", "(11) 90000-0001", "\u{ff0c}1"] {
            assert_eq!(protegido(texto), texto);
        }
    }

    #[test]
    fn an_apostrophe_that_somebody_wrote_stays() {
        assert_eq!((desprotegido("'a"), desprotegido("'"), desprotegido("=1")), ("'a", "'", "=1"));
    }

    proptest! {
        #[test]
        fn s12_no_text_is_a_formula_and_all_of_it_comes_back(texto in "['=+@\t\r\n＝＋－＠a-]{0,4}\\PC{0,8}") {
            let celula = protegido(&texto).into_owned();
            prop_assert!(!celula.starts_with(INICIOS));
            prop_assert_eq!(desprotegido(&celula), texto);
        }
    }

    #[test]
    fn b04_a_line_means_a_debtor_by_what_there_is() {
        let documento = Documento::parse("529.982.247-25").unwrap();
        let ambos = Identificacao::do_devedor(Some("C-9".to_owned()), Some(documento)).unwrap();
        assert_eq!((ambos.codigo(), ambos.documento()), (Some("C-9"), Some(&documento)));
        let so_documento = Identificacao::do_devedor(None, Some(documento)).unwrap();
        assert_eq!((so_documento.codigo(), so_documento.documento()), (None, Some(&documento)));
        assert_eq!(Identificacao::do_devedor(None, None), None);
    }

    #[test]
    fn nothing_personal_is_shown() {
        let email = EnderecoEmail::parse("ana@example.com").unwrap();
        let documento = Documento::parse("529.982.247-25").unwrap();
        let mostrado = format!("{:?} {:?}", Identificacao::Email(email), Identificacao::Documento(documento));
        assert!(!mostrado.contains("ana") && !mostrado.contains("52998224725"), "{mostrado}");
    }
}
