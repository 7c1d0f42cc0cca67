//! E-mail addresses.

use std::fmt;
use thiserror::Error;

/// RFC 5321 §4.5.3.1.3, less the angle brackets.
const MAX_ENDERECO: usize = 254;
/// RFC 5321 §4.5.3.1.1.
const MAX_LOCAL: usize = 64;
/// RFC 1035 §2.3.4.
const MAX_ROTULO: usize = 63;

/// An address that can be put in an SMTP command as it is: ASCII, dot-atom local part, a domain with a dot.
///
/// Quoted local parts are refused on purpose: nobody has one, and they are a way to smuggle a header. `Debug`
/// masks it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnderecoEmail(String);

/// Why a text is not an address. The text itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EmailError {
    /// Longer than an address can be.
    #[error("e-mail longo demais")]
    Longo,
    /// Not one `@` with something on both sides, or a local part that is not a dot-atom.
    #[error("e-mail inválido")]
    Formato,
    /// What follows the `@` is not a domain name with a dot.
    #[error("domínio do e-mail inválido")]
    Dominio,
}

impl EnderecoEmail {
    /// Reads an address; the domain becomes lower case, the local part stays as it is written.
    ///
    /// # Errors
    /// When it is too long or not an address.
    pub fn parse(texto: &str) -> Result<Self, EmailError> {
        if texto.len() > MAX_ENDERECO {
            return Err(EmailError::Longo);
        }
        let (local, dominio) = texto.split_once('@').ok_or(EmailError::Formato)?;
        if local.len() > MAX_LOCAL {
            return Err(EmailError::Longo);
        }
        if dominio.contains('@') || !local.split('.').all(atomo) {
            return Err(EmailError::Formato);
        }
        if !dominio.contains('.')
            || !dominio.split('.').all(rotulo)
            || dominio.rsplit('.').next().is_some_and(so_digitos)
        {
            return Err(EmailError::Dominio);
        }
        Ok(Self(format!("{local}@{}", dominio.to_ascii_lowercase())))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EnderecoEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnderecoEmail(***)")
    }
}

/// RFC 5322 `atext`, at least one.
fn atomo(texto: &str) -> bool {
    !texto.is_empty()
        && texto.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
}

fn rotulo(texto: &str) -> bool {
    let borda = texto.starts_with('-') || texto.ends_with('-');
    (1..=MAX_ROTULO).contains(&texto.len())
        && !borda
        && texto.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn so_digitos(texto: &str) -> bool {
    texto.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_accepted_is_safe_in_a_command(texto in "([a-zA-Z0-9.@ \r\n\0<>\"é-]|\\PC){0,30}") {
            if let Ok(email) = EnderecoEmail::parse(&texto) {
                prop_assert!(email.as_str().bytes().all(|b| b.is_ascii_graphic()));
                prop_assert!(!email.as_str().contains(['<', '>', '"', ',', ';', '(', ')', '\\']));
                prop_assert_eq!(email.as_str().matches('@').count(), 1);
                prop_assert_eq!(EnderecoEmail::parse(email.as_str()), Ok(email));
            }
        }

        #[test]
        fn ordinary_addresses_are_accepted(
            local in "[a-z0-9]{1,10}([._+-][a-z0-9]{1,10}){0,2}",
            dominio in "[a-z0-9]{1,10}(-[a-z0-9]{1,5})?\\.(com|net|org)(\\.br)?",
        ) {
            let texto = format!("{local}@{dominio}");
            let email = EnderecoEmail::parse(&texto).unwrap();
            prop_assert_eq!(email.as_str(), &texto);
        }
    }

    #[test]
    fn refuses_and_says_why() {
        let local_longo = format!("{}@exemplo.com", "a".repeat(65));
        let longo = format!("a@{}.com", ["b".repeat(60).as_str(); 5].join("."));
        let rotulo_longo = format!("a@{}.com", "b".repeat(64));
        for (texto, erro) in [
            ("", EmailError::Formato),
            ("sem-arroba", EmailError::Formato),
            ("@exemplo.com", EmailError::Formato),
            ("a@b@exemplo.com", EmailError::Formato),
            ("a b@exemplo.com", EmailError::Formato),
            ("a..b@exemplo.com", EmailError::Formato),
            (".a@exemplo.com", EmailError::Formato),
            ("a\r\nRCPT TO:<x>@exemplo.com", EmailError::Formato),
            ("\"a b\"@exemplo.com", EmailError::Formato),
            ("joão@exemplo.com", EmailError::Formato),
            ("a\0@exemplo.com", EmailError::Formato),
            ("a@", EmailError::Dominio),
            ("a@exemplo", EmailError::Dominio),
            ("a@exemplo..com", EmailError::Dominio),
            ("a@-exemplo.com", EmailError::Dominio),
            ("a@exemplo.com.", EmailError::Dominio),
            ("a@exemplo.com\n", EmailError::Dominio),
            ("a@127.0.0.1", EmailError::Dominio),
            ("a@[127.0.0.1]", EmailError::Dominio),
            (&rotulo_longo, EmailError::Dominio),
            (&local_longo, EmailError::Longo),
            (&longo, EmailError::Longo),
        ] {
            assert_eq!(EnderecoEmail::parse(texto), Err(erro), "{texto:?}");
        }
    }

    #[test]
    fn only_the_domain_is_lower_cased_and_debug_shows_nothing() {
        let email = EnderecoEmail::parse("Maria.Silva@Exemplo.COM.BR").unwrap();
        assert_eq!(email.as_str(), "Maria.Silva@exemplo.com.br");
        assert_eq!(format!("{email:?}"), "EnderecoEmail(***)");
    }
}
