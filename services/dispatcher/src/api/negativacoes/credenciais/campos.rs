//! The fields of an account: as long as the bureau's layout has room for.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use web::{ErroValor, ErrosCampo, parse_texto};

/// Letters and digits of ASCII, up to so many.
pub(super) struct Alfanumerico<const MAX: usize>(pub(super) String);

/// Digits, up to so many.
pub(super) struct Digitos<const MAX: usize>(pub(super) String);

/// The number of a remessa before the next one.
pub(super) struct Sequencia(pub(super) u32);

/// The last number that leaves room for a next one.
const MAX_SEQUENCIA: u32 = 999_998;

/// Days overdue, from 1 to as many as an entry may be asked for after.
pub(super) struct Dias(pub(super) u32);

/// The most that a company may ask for.
const MAX_DIAS: u32 = 1_800;

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

impl Deserr<ErrosCampo> for Dias {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        within(valor, local, 1, MAX_DIAS).map(Self)
    }
}

impl Deserr<ErrosCampo> for Sequencia {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        within(valor, local, 0, MAX_SEQUENCIA).map(Self)
    }
}

fn within<V: IntoValue>(
    valor: Value<V>,
    local: ValuePointerRef<'_>,
    min: u32,
    max: u32,
) -> Result<u32, ErrosCampo> {
    let lido = i64::deserialize_from_value(valor, local)?;
    u32::try_from(lido).ok().filter(|numero| (min..=max).contains(numero)).ok_or_else(|| {
        ErrosCampo::at(local, ErroValor::new("fora_do_intervalo", format!("deve ser de {min} a {max}")))
    })
}
