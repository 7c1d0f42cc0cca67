//! What a configuration may say: one error for all providers over HTTP, and the checks that more than one of them needs.

use url::Url;

use crate::segredo::Segredo;

/// The shortest secret that a call of a provider may be believed by.
const MIN_SEGREDO: usize = 16;

/// The longest value of a field.
const MAX_CAMPO: usize = 512;

/// A configuration that cannot be used. Whoever read it says of what it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A field is empty, too long, or would break a header.
    #[error("campo '{0}' vazio ou inválido")]
    Campo(&'static str),
    /// Not an absolute http or https URL, or one that a value could lead elsewhere.
    #[error("'{0}' não é uma URL que possa ser chamada")]
    Url(&'static str),
    /// Too short to believe anybody by.
    #[error("o segredo de quem chama precisa de ao menos {MIN_SEGREDO} caracteres")]
    Segredo,
    /// Two fields that exclude each other, or neither of them.
    #[error("informe '{0}' ou '{1}', e só um deles")]
    UmDeles(&'static str, &'static str),
    /// A variable that does not exist, or may not stand there.
    #[error("'{{{nome}}}' não pode ser usado em '{campo}'")]
    Variavel {
        /// Where.
        campo: &'static str,
        /// Which.
        nome: String,
    },
    /// A variable without which nobody could know what is asked.
    #[error("'{campo}' não usa '{{{nome}}}'")]
    Falta {
        /// Where.
        campo: &'static str,
        /// Which.
        nome: &'static str,
    },
    /// The body is not a template of its format.
    #[error("'{0}' não está no formato informado")]
    Corpo(&'static str),
    /// A JSON pointer begins with a slash, or is empty.
    #[error("'{0}' não é um ponteiro JSON")]
    Ponteiro(&'static str),
    /// Sizes of segments that no text could fit in.
    #[error("tamanhos de segmento inválidos")]
    Segmentos,
}

/// A word that goes into a header: printable ASCII, and there is one.
pub(crate) fn word(campo: &'static str, texto: &str) -> Result<(), ConfigError> {
    let serve = !texto.is_empty() && texto.len() <= MAX_CAMPO && texto.bytes().all(|b| b.is_ascii_graphic());
    if serve { Ok(()) } else { Err(ConfigError::Campo(campo)) }
}

/// An absolute URL without a password in it.
pub(crate) fn url(campo: &'static str, texto: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(texto).map_err(|_fora| ConfigError::Url(campo))?;
    let serve = matches!(url.scheme(), "http" | "https") && url.has_host() && url.password().is_none();
    if serve && url.fragment().is_none() { Ok(url) } else { Err(ConfigError::Url(campo)) }
}

/// A secret that calls of a provider are believed by.
pub(crate) fn secret(segredo: &Segredo) -> Result<(), ConfigError> {
    word("segredo", segredo.expose())?;
    if segredo.expose().len() < MIN_SEGREDO { Err(ConfigError::Segredo) } else { Ok(()) }
}

/// JSON pointers, where there are any.
pub(crate) fn pointers<'a>(
    campos: impl IntoIterator<Item = (&'static str, Option<&'a String>)>,
) -> Result<(), ConfigError> {
    for (campo, ponteiro) in campos {
        if ponteiro.is_some_and(|ponteiro| !ponteiro.is_empty() && !ponteiro.starts_with('/')) {
            return Err(ConfigError::Ponteiro(campo));
        }
    }
    Ok(())
}
