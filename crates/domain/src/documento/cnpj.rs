//! CNPJ: twelve digits or letters and two check digits.

use super::{DocumentoError, caracteres, digito, escrever, repetido, texto};
use std::fmt;

pub(super) const LEN: usize = 14;
pub(super) const LEN_FORMATADO: usize = MASCARA.len();
const LEN_BASE: usize = 12;
const MASCARA: &str = "__.___.___/____-__";

/// Weights of the second check digit; the first uses them without the leading one.
const PESOS: [u32; 13] = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];

/// A CNPJ, numeric or alphanumeric, whose check digits are right. `Debug` and `Display` mask it, so a log
/// line cannot leak it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cnpj([u8; LEN]);

impl Cnpj {
    /// Reads `12ABC34501DE35` or `12.ABC.345/01DE-35`. Letters become upper case.
    ///
    /// # Errors
    /// When it has another form, its check digits are wrong, or it is one character repeated.
    pub fn parse(texto: &str) -> Result<Self, DocumentoError> {
        let lido: [u8; LEN] =
            caracteres(&texto.to_ascii_uppercase(), MASCARA).ok_or(DocumentoError::Formato)?;
        if !lido.iter().skip(LEN_BASE).all(u8::is_ascii_digit) {
            return Err(DocumentoError::Formato);
        }
        let base: String = lido.iter().take(LEN_BASE).copied().map(char::from).collect();
        let certo = Self::from_base(&base)?;
        if certo.0 == lido { Ok(certo) } else { Err(DocumentoError::DigitoVerificador) }
    }

    /// The CNPJ of twelve digits or letters, with its check digits computed. For whoever makes examples.
    ///
    /// # Errors
    /// When `base` is not twelve digits or letters, or the CNPJ would be one character repeated.
    pub fn from_base(base: &str) -> Result<Self, DocumentoError> {
        let mut numero = base.to_ascii_uppercase().into_bytes();
        if numero.len() != LEN_BASE || !numero.iter().all(u8::is_ascii_alphanumeric) {
            return Err(DocumentoError::Formato);
        }
        numero.push(digito(&numero, PESOS.into_iter().skip(1)));
        numero.push(digito(&numero, PESOS.into_iter()));
        if repetido(&numero) {
            return Err(DocumentoError::Repetido);
        }
        numero.try_into().ok().map(Self).ok_or(DocumentoError::Formato)
    }

    /// Fourteen characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        texto(&self.0)
    }

    /// `12.ABC.345/01DE-35`.
    #[must_use]
    pub fn formatado(&self) -> String {
        escrever(self.as_str(), MASCARA)
    }

    /// `**.ABC.345/****-**`.
    #[must_use]
    pub fn mascarado(&self) -> String {
        let meio: String = self.as_str().chars().skip(2).take(6).collect();
        escrever(&meio, "**.___.___/****-**")
    }
}

impl fmt::Display for Cnpj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mascarado())
    }
}

impl fmt::Debug for Cnpj {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cnpj({self})")
    }
}
