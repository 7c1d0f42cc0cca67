//! CPF: nine digits and two check digits.

use super::{DocumentoError, caracteres, digito, escrever, repetido, texto};
use std::fmt;

pub(super) const LEN: usize = 11;
pub(super) const LEN_FORMATADO: usize = MASCARA.len();
const LEN_BASE: usize = 9;
const MASCARA: &str = "___.___.___-__";

/// A CPF whose check digits are right. `Debug` and `Display` mask it, so a log line cannot leak it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpf([u8; LEN]);

impl Cpf {
    /// Reads `52998224725` or `529.982.247-25`.
    ///
    /// # Errors
    /// When it has another form, its check digits are wrong, or it is one digit repeated.
    pub fn parse(texto: &str) -> Result<Self, DocumentoError> {
        let lido: [u8; LEN] = caracteres(texto, MASCARA).ok_or(DocumentoError::Formato)?;
        let base: String = lido.iter().take(LEN_BASE).copied().map(char::from).collect();
        if !lido.iter().all(u8::is_ascii_digit) {
            return Err(DocumentoError::Formato);
        }
        let certo = Self::from_base(&base)?;
        if certo.0 == lido { Ok(certo) } else { Err(DocumentoError::DigitoVerificador) }
    }

    /// The CPF of nine digits, with its check digits computed. For whoever makes examples; a debtor's is
    /// read, never made.
    ///
    /// # Errors
    /// When `base` is not nine digits, or the CPF would be one digit repeated.
    pub fn from_base(base: &str) -> Result<Self, DocumentoError> {
        if base.len() != LEN_BASE || !base.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DocumentoError::Formato);
        }
        let mut numero = base.as_bytes().to_vec();
        numero.push(digito(&numero, (2..=10).rev()));
        numero.push(digito(&numero, (2..=11).rev()));
        if repetido(&numero) {
            return Err(DocumentoError::Repetido);
        }
        numero.try_into().ok().map(Self).ok_or(DocumentoError::Formato)
    }

    /// Eleven digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        texto(&self.0)
    }

    /// `529.982.247-25`.
    #[must_use]
    pub fn formatado(&self) -> String {
        escrever(self.as_str(), MASCARA)
    }

    /// `***.982.247-**`.
    #[must_use]
    pub fn mascarado(&self) -> String {
        let meio: String = self.as_str().chars().skip(3).take(6).collect();
        escrever(&meio, "***.___.___-**")
    }
}

impl fmt::Display for Cpf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mascarado())
    }
}

impl fmt::Debug for Cpf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cpf({self})")
    }
}
