//! Fields that several resources have.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use store::devedores::Campo;
use web::{ErroValor, ErrosCampo};

/// A field that a change may empty: absent keeps it, null empties it.
pub(super) struct Anulavel<T>(pub(super) Campo<T>);

impl<T> Default for Anulavel<T> {
    fn default() -> Self {
        Self(Campo::Mantem)
    }
}

impl<T: Deserr<ErrosCampo>> Deserr<ErrosCampo> for Anulavel<T> {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        if matches!(valor, Value::Null) {
            return Ok(Self(Campo::Limpa));
        }
        T::deserialize_from_value(valor, local).map(|lido| Self(Campo::Define(lido)))
    }
}

/// From 0 to 1000 (rule s10).
#[derive(Clone, Copy)]
pub(super) struct Score(pub(super) i16);

impl Deserr<ErrosCampo> for Score {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        let lido = i64::deserialize_from_value(valor, local)?;
        let score = i16::try_from(lido).ok().filter(|score| (0..=1000).contains(score)).map(Self);
        score
            .ok_or_else(|| ErrosCampo::at(local, ErroValor::new("fora_do_intervalo", "deve ser de 0 a 1000")))
    }
}
