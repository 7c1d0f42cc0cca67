//! Bounded text. A plain `String` in a DTO is a mistake: it has no limit, and a NUL in it fails in PostgreSQL.

use std::borrow::Cow;
use std::ops::Deref;

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use domain::texto::nfc;
use serde::{Deserialize, Deserializer, Serialize, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::erros::{ErroValor, ErrosCampo};
use super::tipos::parse_texto;

/// One line of `MIN` to `MAX` characters without control characters. White space around it is dropped, because ERPs
/// pad fixed-width columns and `"A1 "` must be the same key as `"A1"`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Texto<const MIN: usize, const MAX: usize>(String);

/// Text of many lines, kept as it came: `MIN` to `MAX` characters, of the control characters only line breaks and tabs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct TextoLongo<const MIN: usize, const MAX: usize>(String);

/// No control character, and something besides white space.
const LINHA: &str =
    r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";
const LINHA_OU_NADA: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
const LINHAS: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";

impl<const MIN: usize, const MAX: usize> Texto<MIN, MAX> {
    /// Parses one line.
    ///
    /// # Errors
    /// Too short, too long, or with a control character.
    pub fn parse(texto: &str) -> Result<Self, ErroValor> {
        let texto = written(texto.trim(), MAX);
        check(&texto, MIN, MAX, char::is_control)?;
        Ok(Self(texto.into_owned()))
    }

    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<const MIN: usize, const MAX: usize> TextoLongo<MIN, MAX> {
    /// Parses many lines.
    ///
    /// # Errors
    /// Too short, too long, or with a control character that is no line break or tab.
    pub fn parse(texto: &str) -> Result<Self, ErroValor> {
        let texto = written(texto, MAX);
        check(&texto, MIN, MAX, |c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))?;
        Ok(Self(texto.into_owned()))
    }

    /// The text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

/// The text as it is kept, in NFC: `João` is the same key however it was sent. What is far too long is refused as it came,
/// since accents that stand alone are few to a letter.
fn written(texto: &str, max: usize) -> Cow<'_, str> {
    if texto.len() <= max.saturating_mul(16) { nfc(texto) } else { Cow::Borrowed(texto) }
}

fn check(texto: &str, min: usize, max: usize, proibido: impl Fn(char) -> bool) -> Result<(), ErroValor> {
    // Bytes first: counting the characters of megabytes to refuse them would be a gift.
    let cabe = texto.len() <= max.saturating_mul(4) && (min..=max).contains(&texto.chars().count());
    if !cabe {
        let detalhe = match (min, max) {
            (1, _) if texto.is_empty() => "não pode ser vazio".to_owned(),
            (0 | 1, _) => format!("deve ter no máximo {max} caracteres"),
            _ => format!("deve ter de {min} a {max} caracteres"),
        };
        return Err(ErroValor::new("tamanho_invalido", detalhe));
    }
    if texto.chars().any(proibido) {
        return Err(ErroValor::new("caractere_invalido", "não pode ter caracteres de controle"));
    }
    Ok(())
}

macro_rules! text_traits {
    ($tipo:ident, $padrao:expr) => {
        impl<const MIN: usize, const MAX: usize> Deref for $tipo<MIN, MAX> {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> Deserr<ErrosCampo> for $tipo<MIN, MAX> {
            fn deserialize_from_value<V: IntoValue>(
                valor: Value<V>,
                local: ValuePointerRef,
            ) -> Result<Self, ErrosCampo> {
                parse_texto(valor, local, Self::parse)
            }
        }

        /// As it stands in a path.
        impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for $tipo<MIN, MAX> {
            fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
                let texto = String::deserialize(de)?;
                Self::parse(&texto).map_err(|erro| de::Error::custom(erro.detalhe))
            }
        }

        impl<const MIN: usize, const MAX: usize> PartialSchema for $tipo<MIN, MAX> {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .min_length(Some(MIN))
                    .max_length(Some(MAX))
                    .pattern(Some($padrao(MIN)))
                    .into()
            }
        }

        impl<const MIN: usize, const MAX: usize> ToSchema for $tipo<MIN, MAX> {
            fn name() -> Cow<'static, str> {
                format!("{}_{MIN}_{MAX}", stringify!($tipo)).into()
            }
        }
    };
}

text_traits!(Texto, |min: usize| if min > 0 { LINHA } else { LINHA_OU_NADA });
text_traits!(TextoLongo, |_: usize| LINHAS);

#[cfg(test)]
mod tests {
    use super::*;

    fn codigo<const A: usize, const B: usize>(texto: &str) -> Result<String, &'static str> {
        Texto::<A, B>::parse(texto).map(Texto::into_string).map_err(|e| e.codigo)
    }

    #[test]
    fn length_is_counted_in_characters_after_the_padding_is_gone() {
        assert_eq!(codigo::<1, 5>("  ação  "), Ok("ação".to_owned()));
        assert_eq!(codigo::<1, 3>("ação"), Err("tamanho_invalido"));
        assert_eq!(codigo::<1, 3>("   "), Err("tamanho_invalido"));
        assert_eq!(codigo::<0, 3>("   "), Ok(String::new()));
        assert_eq!(codigo::<3, 3>("ab"), Err("tamanho_invalido"));
        assert_eq!(codigo::<1, 3>(&"x".repeat(1_000_000)), Err("tamanho_invalido"));
    }

    #[test]
    fn a_letter_and_its_accent_are_one_character_however_they_were_sent() {
        assert_eq!(codigo::<1, 4>("Joa\u{303}o"), Ok("João".to_owned()));
        assert_eq!(TextoLongo::<1, 4>::parse("Joa\u{303}o").unwrap().into_string(), "João");
        let do_caminho = serde_json::from_str::<Texto<1, 4>>("\" Joa\u{303}o \"").unwrap();
        assert_eq!(do_caminho.into_string(), "João");
    }

    #[test]
    fn control_characters_are_refused_and_lines_only_in_long_text() {
        for ruim in ["a\0b", "a\u{7f}b", "a\u{85}b", "a\nb", "a\tb"] {
            assert_eq!(codigo::<1, 9>(ruim), Err("caractere_invalido"), "{ruim:?}");
        }
        assert!(TextoLongo::<1, 9>::parse("a\r\n\tb ").is_ok_and(|t| &*t == "a\r\n\tb "));
        assert!(TextoLongo::<1, 9>::parse("a\0b").is_err());
    }

    #[test]
    fn the_reason_names_the_limit_that_was_missed() {
        let detalhe = |r: Result<Texto<1, 3>, ErroValor>| r.unwrap_err().detalhe.into_owned();
        assert_eq!(detalhe(Texto::parse("")), "não pode ser vazio");
        assert_eq!(detalhe(Texto::parse("abcd")), "deve ter no máximo 3 caracteres");
        assert_eq!(Texto::<2, 3>::parse("a").unwrap_err().detalhe, "deve ter de 2 a 3 caracteres");
    }
}
