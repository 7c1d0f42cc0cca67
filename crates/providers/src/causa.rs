//! Why a provider did not do what it was asked, or what it said when it did.

use std::fmt;

/// The longest piece of a provider's words that is kept.
const MAX_TEXTO: usize = 512;

/// The longest code of a provider that is shown.
const MAX_CODIGO: usize = 64;

/// As many digits in a row make a telephone or a document, not a code.
const DIGITOS_DE_PESSOA: usize = 8;

/// What a provider said, or how the call failed. `Display` and `Debug` show status and code, which are safe in a log;
/// [`Causa::palavras`] is for the record kept with the execution.
#[derive(Clone, PartialEq, Eq)]
pub struct Causa {
    resumo: String,
    palavras: String,
}

impl Causa {
    /// An answer: `http 400 codigo 21211`, and the provider's words. A code that could name a person is left out.
    pub(crate) fn http(status: u16, codigo: Option<&str>, palavras: &str) -> Self {
        let resumo = match codigo.filter(|codigo| showable(codigo)) {
            Some(codigo) => format!("http {status} codigo {codigo}"),
            None => format!("http {status}"),
        };
        Self { resumo, palavras: clean(palavras) }
    }

    /// No answer.
    pub(crate) fn sem_resposta(falha: crate::http::Falha) -> Self {
        Self { resumo: falha.to_string(), palavras: String::new() }
    }

    /// All of it, for the record kept with the execution: status, code and the provider's words. Keep it out of logs.
    #[must_use]
    pub fn registro(&self) -> String {
        if self.palavras.is_empty() { self.resumo.clone() } else { format!("{self}: {}", self.palavras) }
    }

    /// The provider's words, without control characters, cut. They may quote a number or the text: keep them out of logs.
    #[must_use]
    pub fn palavras(&self) -> &str {
        &self.palavras
    }
}

impl fmt::Display for Causa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.resumo)
    }
}

impl fmt::Debug for Causa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Causa({self})")
    }
}

fn clean(texto: &str) -> String {
    texto.chars().take(MAX_TEXTO).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn showable(codigo: &str) -> bool {
    let palavra = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let seguidos = codigo.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    !codigo.is_empty()
        && codigo.len() <= MAX_CODIGO
        && codigo.bytes().all(palavra)
        && seguidos < DIGITOS_DE_PESSOA
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_shows_status_and_code_and_never_a_word() {
        let causa = Causa::http(400, Some("21211"), "The 'To' number +5511987654321\r\nis not valid");
        assert_eq!(format!("{causa}"), "http 400 codigo 21211");
        assert_eq!(format!("{causa:?}"), "Causa(http 400 codigo 21211)");
        assert_eq!(causa.registro(), format!("{causa}: {}", causa.palavras()));
        assert_eq!(Causa::http(503, None, "").registro(), "http 503");
        assert_eq!(causa.palavras(), "The 'To' number +5511987654321  is not valid");
    }

    #[test]
    fn a_code_that_could_name_a_person_is_left_out() {
        for codigo in
            ["5511987654321", "para 11", "a@b.c", "", "x\r\ny", "maria_52998224725", &"x".repeat(65)]
        {
            assert_eq!(Causa::http(422, Some(codigo), "").to_string(), "http 422", "{codigo}");
        }
        assert_eq!(
            Causa::http(200, Some("REJECTED_NO_CREDIT"), "").to_string(),
            "http 200 codigo REJECTED_NO_CREDIT"
        );
        assert_eq!(Causa::http(200, None, &"é".repeat(9_000)).palavras().chars().count(), MAX_TEXTO);
    }
}
