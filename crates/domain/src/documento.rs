//! CPF and CNPJ, numeric and alphanumeric.
//!
//! Kept as upper-case text without punctuation, never as a number: a CPF may start with zeros and a CNPJ has
//! letters since July 2026 (IN RFB 2.229/2024). Neither is ever repaired: an `O` typed for a `0` fails on its
//! check digits.

mod cnpj;
mod cpf;

use crate::codigo::codigos;
use std::fmt;
use thiserror::Error;

pub use cnpj::Cnpj;
pub use cpf::Cpf;

codigos! {
    /// What a debtor is.
    pub enum TipoPessoa("tipo_pessoa") {
        /// A person, with CPF.
        Fisica = "fisica",
        /// A company, with CNPJ.
        Juridica = "juridica",
        /// Without a document.
        Isenta = "isenta",
    }
}

/// A document whose check digits are right. `Debug` and `Display` mask it, so a log line cannot leak it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Documento {
    /// Of a person.
    Cpf(Cpf),
    /// Of a company.
    Cnpj(Cnpj),
}

/// Why a text is not a document. The text itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DocumentoError {
    /// Neither of the two spellings, with all the punctuation or with none.
    #[error("documento deve ser um CPF (11 dígitos) ou um CNPJ (14 caracteres)")]
    Formato,
    /// The check digits belong to another number.
    #[error("dígitos verificadores do documento não conferem")]
    DigitoVerificador,
    /// One character repeated, which passes the arithmetic and is nobody's.
    #[error("documento com todos os caracteres iguais")]
    Repetido,
}

impl Documento {
    /// Reads a CPF or a CNPJ, told apart by their form, each with all of its punctuation or none. Letters
    /// become upper case.
    ///
    /// # Errors
    /// When it has another form, its check digits are wrong, or it is one character repeated.
    pub fn parse(texto: &str) -> Result<Self, DocumentoError> {
        // A CPF with its punctuation is as long as a CNPJ without.
        match (texto.len(), texto.contains('-')) {
            (cpf::LEN, false) | (cpf::LEN_FORMATADO, true) => Cpf::parse(texto).map(Self::Cpf),
            (cnpj::LEN, false) | (cnpj::LEN_FORMATADO, true) => Cnpj::parse(texto).map(Self::Cnpj),
            _ => Err(DocumentoError::Formato),
        }
    }

    /// Without punctuation: 11 or 14 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Cpf(cpf) => cpf.as_str(),
            Self::Cnpj(cnpj) => cnpj.as_str(),
        }
    }

    /// With punctuation.
    #[must_use]
    pub fn formatado(&self) -> String {
        match self {
            Self::Cpf(cpf) => cpf.formatado(),
            Self::Cnpj(cnpj) => cnpj.formatado(),
        }
    }

    /// Recognisable to its owner and to nobody else.
    #[must_use]
    pub fn mascarado(&self) -> String {
        match self {
            Self::Cpf(cpf) => cpf.mascarado(),
            Self::Cnpj(cnpj) => cnpj.mascarado(),
        }
    }

    /// What its owner is.
    #[must_use]
    pub const fn tipo_pessoa(&self) -> TipoPessoa {
        match self {
            Self::Cpf(_) => TipoPessoa::Fisica,
            Self::Cnpj(_) => TipoPessoa::Juridica,
        }
    }
}

impl fmt::Display for Documento {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mascarado())
    }
}

impl fmt::Debug for Documento {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Documento({self})")
    }
}

/// Reads the characters of `texto` into `N` bytes: all of `mascara` (where `_` is a character of the
/// document) or no punctuation.
fn caracteres<const N: usize>(texto: &str, mascara: &str) -> Option<[u8; N]> {
    let lidos: Vec<u8> = if texto.len() == N {
        texto.bytes().collect()
    } else {
        let no_lugar = |(b, lugar): &(u8, u8)| *lugar == b'_' || b == lugar;
        let pares = || texto.bytes().zip(mascara.bytes());
        if texto.len() != mascara.len() || !pares().all(|par| no_lugar(&par)) {
            return None;
        }
        pares().filter(|(_, lugar)| *lugar == b'_').map(|(b, _)| b).collect()
    };
    lidos.try_into().ok()
}

/// Writes `conteudo` into `mascara`, a character for each `_`.
fn escrever(conteudo: &str, mascara: &str) -> String {
    let mut caracteres = conteudo.chars();
    mascara.chars().filter_map(|lugar| if lugar == '_' { caracteres.next() } else { Some(lugar) }).collect()
}

/// The check digit of `base` under `pesos` (as many): modulo 11, as ASCII. A letter counts as its ASCII code
/// less 48.
fn digito(base: &[u8], pesos: impl Iterator<Item = u32>) -> u8 {
    let soma: u32 = base.iter().zip(pesos).map(|(b, peso)| u32::from(b.saturating_sub(b'0')) * peso).sum();
    let resto = u8::try_from(soma % 11).unwrap_or_default();
    if resto < 2 { b'0' } else { b'0' + 11 - resto }
}

/// One character repeated.
fn repetido(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|primeiro| bytes.iter().all(|b| b == primeiro))
}

/// The text of bytes that were checked to be ASCII.
fn texto(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_cpf_reads_back_in_both_spellings(base in "[0-9]{9}") {
            if let Ok(cpf) = Cpf::from_base(&base) {
                prop_assert_eq!(Documento::parse(cpf.as_str()), Ok(Documento::Cpf(cpf)));
                prop_assert_eq!(Documento::parse(&cpf.formatado()), Ok(Documento::Cpf(cpf)));
            }
        }

        #[test]
        fn every_cnpj_reads_back_in_both_spellings_and_in_lower_case(base in "[0-9A-Z]{12}") {
            if let Ok(cnpj) = Cnpj::from_base(&base) {
                prop_assert_eq!(Documento::parse(&cnpj.as_str().to_lowercase()), Ok(Documento::Cnpj(cnpj)));
                prop_assert_eq!(Documento::parse(&cnpj.formatado()), Ok(Documento::Cnpj(cnpj)));
            }
        }

        #[test]
        fn a_wrong_check_digit_is_noticed(base in "[0-9]{9}", lugar in 9..11_usize, soma in 1..10_u8) {
            if let Ok(cpf) = Cpf::from_base(&base) {
                let mut errado = cpf.as_str().as_bytes().to_vec();
                errado[lugar] = b'0' + (errado[lugar] - b'0' + soma) % 10;
                let texto = std::str::from_utf8(&errado).unwrap();
                prop_assert_eq!(Cpf::parse(texto), Err(DocumentoError::DigitoVerificador));
            }
        }

        #[test]
        fn any_text_gets_an_answer(texto in "([0-9A-Z./-]|\\PC){0,20}") {
            if let Ok(documento) = Documento::parse(&texto) {
                prop_assert!(texto == documento.formatado() || texto.to_ascii_uppercase() == documento.as_str());
            }
        }
    }

    #[test]
    fn check_digits_of_known_bases() {
        for (base, digitos) in [
            ("12ABC34501DE", "35"),
            ("112223330001", "81"),
            ("607011900001", "04"),
            ("ABCDEFGHIJKL", "80"),
            ("ZZZZZZZZZZZZ", "62"),
            ("00000000E001", "38"),
            ("0A0B0C0D0E0F", "22"),
            ("A00000000001", "13"),
        ] {
            assert_eq!(Cnpj::from_base(base).unwrap().as_str(), format!("{base}{digitos}"));
        }
        for (base, digitos) in [
            ("529982247", "25"),
            ("111444777", "35"),
            ("123456789", "09"),
            ("000000001", "91"),
            ("255248930", "33"),
        ] {
            assert_eq!(Cpf::from_base(base).unwrap().as_str(), format!("{base}{digitos}"));
        }
    }

    #[test]
    fn refuses_and_says_why() {
        use DocumentoError::{DigitoVerificador, Formato, Repetido};
        for (texto, erro) in [
            ("", Formato),
            ("5299822472", Formato),
            ("529.982.24725", Formato),
            ("529982247-25", Formato),
            ("529.982.247.25", Formato),
            (" 52998224725", Formato),
            ("52998224A25", Formato),
            ("٥2998224725", Formato),
            ("12ABC34501DE3", Formato),
            ("12ABC34501DE355", Formato),
            ("12ABC34501DEA5", Formato),
            ("12.ABC.345/01DE35", Formato),
            ("12-ABC.345/01DE-35", Formato),
            ("12ABC3450ÉDE35", Formato),
            ("529.982.247-26", DigitoVerificador),
            ("12.ABC.345/01DE-36", DigitoVerificador),
            ("O0000000E00138", DigitoVerificador),
            ("11111111111", Repetido),
            ("000.000.000-00", Repetido),
            ("00000000000000", Repetido),
        ] {
            assert_eq!(Documento::parse(texto), Err(erro), "{texto}");
        }
    }

    #[test]
    fn what_is_shown_is_masked() {
        let cpf = Documento::parse("529.982.247-25").unwrap();
        assert_eq!(format!("{cpf} {cpf:?}"), "***.982.247-** Documento(***.982.247-**)");
        assert_eq!((cpf.as_str(), cpf.tipo_pessoa()), ("52998224725", TipoPessoa::Fisica));
        let cnpj = Documento::parse("12abc34501de35").unwrap();
        assert_eq!(format!("{cnpj} {cnpj:?}"), "**.ABC.345/****-** Documento(**.ABC.345/****-**)");
        assert_eq!(
            (cnpj.formatado().as_str(), cnpj.tipo_pessoa()),
            ("12.ABC.345/01DE-35", TipoPessoa::Juridica)
        );
    }
}
