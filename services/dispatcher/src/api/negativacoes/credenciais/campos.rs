//! The fields of an account: as long as the bureau's layout has room for.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use web::{ErroValor, ErrosCampo, Inteiro, parse_texto};

/// Letters and digits of ASCII, up to so many.
pub(super) struct Alfanumerico<const MAX: usize>(pub(super) String);

/// Digits, up to so many.
pub(super) struct Digitos<const MAX: usize>(pub(super) String);

/// The number of a remessa that leaves room for a next one.
pub(super) type Sequencia = Inteiro<u32, 0, 999_998>;

/// Days overdue, from 1 to the most that a company may ask for.
pub(super) type Dias = Inteiro<u32, 1, 1_800>;

impl<const MAX: usize> Deserr<ErrosCampo> for Alfanumerico<MAX> {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let serve = (1..=MAX).contains(&texto.len()) && texto.bytes().all(|b| b.is_ascii_alphanumeric());
            if serve { Ok(Self(texto.to_ascii_uppercase())) } else { Err(wrong("letras e algarismos", MAX)) }
        })
    }
}

impl<const MAX: usize> Deserr<ErrosCampo> for Digitos<MAX> {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        parse_texto(valor, local, |texto| {
            let serve = (1..=MAX).contains(&texto.len()) && texto.bytes().all(|b| b.is_ascii_digit());
            if serve { Ok(Self(texto.to_owned())) } else { Err(wrong("algarismos", MAX)) }
        })
    }
}

fn wrong(que: &str, max: usize) -> ErroValor {
    ErroValor::new("formato_invalido", format!("deve ter de 1 a {max} {que}"))
}
