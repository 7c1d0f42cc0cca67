//! Numbers within limits.

use std::borrow::Cow;

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};
use web::{ErroValor, ErrosCampo};

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy)]
pub(super) struct Inteiro<const MIN: u16, const MAX: u16>(pub(super) u16);

impl<const MIN: u16, const MAX: u16> Deserr<ErrosCampo> for Inteiro<MIN, MAX> {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        let lido = i64::deserialize_from_value(valor, local)?;
        let aceito = u16::try_from(lido).ok().filter(|n| (MIN..=MAX).contains(n)).map(Self);
        aceito.ok_or_else(|| {
            ErrosCampo::at(local, ErroValor::new("fora_do_intervalo", format!("deve ser de {MIN} a {MAX}")))
        })
    }
}

impl<const MIN: u16, const MAX: u16> PartialSchema for Inteiro<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(MIN)).maximum(Some(MAX)).into()
    }
}

impl<const MIN: u16, const MAX: u16> ToSchema for Inteiro<MIN, MAX> {
    fn name() -> Cow<'static, str> {
        format!("Inteiro_{MIN}_{MAX}").into()
    }
}
