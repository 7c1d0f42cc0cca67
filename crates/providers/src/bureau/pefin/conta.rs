//! An account: as whom a remessa is sent.

use domain::documento::{Cnpj, Documento};

/// Where the telephone of whoever answers for a remessa is not known.
const SEM_TELEFONE: &str = "0";

/// As whom a remessa is sent, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conta {
    pub(super) cnpj: Cnpj,
    pub(super) logon: String,
    pub(super) contato: String,
    pub(super) ddd: String,
    pub(super) telefone: String,
    pub(super) natureza: String,
    pub(super) praca: String,
    pub(super) diferencial: String,
}

/// An account that cannot be written in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContaInvalida {
    /// The layout has room for digits only.
    #[error("o layout do PEFIN não aceita CNPJ com letras")]
    DocumentoAlfanumerico,
    /// It is a CPF.
    #[error("quem informa ao PEFIN é um CNPJ")]
    NaoECnpj,
    /// A field is empty, too long or of other characters.
    #[error("'{0}' não serve ao layout do PEFIN")]
    Campo(&'static str),
}

impl Conta {
    /// Of whoever informs, its logon at the bureau, and the nature of its debts, as the bureau's table has it.
    ///
    /// # Errors
    /// It cannot be written in the layout.
    pub fn new(informante: &Documento, logon: &str, natureza: &str) -> Result<Self, ContaInvalida> {
        let Documento::Cnpj(cnpj) = informante else { return Err(ContaInvalida::NaoECnpj) };
        if !cnpj.as_str().bytes().all(|b| b.is_ascii_digit()) {
            return Err(ContaInvalida::DocumentoAlfanumerico);
        }
        Ok(Self {
            cnpj: *cnpj,
            logon: word("logon", logon, 1, 8)?,
            contato: String::new(),
            ddd: SEM_TELEFONE.to_owned(),
            telefone: SEM_TELEFONE.to_owned(),
            natureza: word("natureza", natureza, 1, 3)?,
            praca: SEM_TELEFONE.to_owned(),
            diferencial: String::new(),
        })
    }

    /// With whom to speak about a remessa.
    ///
    /// # Errors
    /// It cannot be written in the layout.
    pub fn with_contact(self, nome: &str, ddd: &str, telefone: &str) -> Result<Self, ContaInvalida> {
        let (ddd, telefone) = (number("ddd", ddd, 4)?, number("telefone", telefone, 8)?);
        Ok(Self { contato: nome.to_owned(), ddd, telefone, ..self })
    }

    /// The place by Embratel's code, and what tells several remessas of one participant apart.
    ///
    /// # Errors
    /// It cannot be written in the layout.
    pub fn with_place(self, praca: &str, diferencial: &str) -> Result<Self, ContaInvalida> {
        Ok(Self {
            praca: number("praca", praca, 4)?,
            diferencial: word("diferencial", diferencial, 0, 4)?,
            ..self
        })
    }

    /// The first nine digits that the header names whoever informs by.
    pub(super) fn raiz(&self) -> String {
        let raiz: String = self.cnpj.as_str().chars().take(8).collect();
        format!("0{raiz}")
    }

    /// Branch and check digits.
    pub(super) fn filial(&self) -> String {
        self.cnpj.as_str().chars().skip(8).collect()
    }
}

fn word(campo: &'static str, texto: &str, min: usize, max: usize) -> Result<String, ContaInvalida> {
    let serve = (min..=max).contains(&texto.len()) && texto.bytes().all(|b| b.is_ascii_alphanumeric());
    if serve { Ok(texto.to_ascii_uppercase()) } else { Err(ContaInvalida::Campo(campo)) }
}

fn number(campo: &'static str, texto: &str, max: usize) -> Result<String, ContaInvalida> {
    let serve = (1..=max).contains(&texto.len()) && texto.bytes().all(|b| b.is_ascii_digit());
    if serve { Ok(texto.to_owned()) } else { Err(ContaInvalida::Campo(campo)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cnpj(texto: &str) -> Documento {
        Documento::parse(texto).unwrap()
    }

    #[test]
    fn an_account_that_no_header_can_hold_is_refused() {
        let nova = |documento: &str, logon, natureza| Conta::new(&cnpj(documento), logon, natureza).err();
        assert_eq!(nova("11222333000181", "12345678", "DP"), None);
        assert_eq!(nova("12ABC34501DE35", "12345678", "DP"), Some(ContaInvalida::DocumentoAlfanumerico));
        assert_eq!(nova("52998224725", "12345678", "DP"), Some(ContaInvalida::NaoECnpj));
        for (logon, natureza, campo) in [
            ("", "DP", "logon"),
            ("123456789", "DP", "logon"),
            ("12\r\n", "DP", "logon"),
            ("1", "DUPL", "natureza"),
        ] {
            assert_eq!(nova("11222333000181", logon, natureza), Some(ContaInvalida::Campo(campo)));
        }
        let conta = || Conta::new(&cnpj("11222333000181"), "1", "DP").unwrap();
        assert_eq!(conta().with_contact("Ana", "11", "999999999"), Err(ContaInvalida::Campo("telefone")));
        assert_eq!(conta().with_place("x", ""), Err(ContaInvalida::Campo("praca")));
    }
}
