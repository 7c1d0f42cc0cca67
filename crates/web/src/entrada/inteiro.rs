//! Numbers within limits.

use std::borrow::Cow;

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use super::erros::{ErroValor, ErrosCampo};

/// A whole number from `MIN` to `MAX`, as a `T`, which holds them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inteiro<T, const MIN: u32, const MAX: u32>(pub T);

impl<T: TryFrom<i64>, const MIN: u32, const MAX: u32> Deserr<ErrosCampo> for Inteiro<T, MIN, MAX> {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef<'_>,
    ) -> Result<Self, ErrosCampo> {
        let lido = i64::deserialize_from_value(valor, local)?;
        let cabe = (i64::from(MIN)..=i64::from(MAX)).contains(&lido);
        let aceito = T::try_from(lido).ok().filter(|_| cabe).map(Self);
        aceito.ok_or_else(|| {
            ErrosCampo::at(local, ErroValor::new("fora_do_intervalo", format!("deve ser de {MIN} a {MAX}")))
        })
    }
}

impl<T, const MIN: u32, const MAX: u32> PartialSchema for Inteiro<T, MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(MIN)).maximum(Some(MAX)).into()
    }
}

impl<T, const MIN: u32, const MAX: u32> ToSchema for Inteiro<T, MIN, MAX> {
    fn name() -> Cow<'static, str> {
        format!("Inteiro_{MIN}_{MAX}").into()
    }
}

#[cfg(test)]
mod tests {
    use deserr::Deserr;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Deserr)]
    #[deserr(error = ErrosCampo)]
    struct Corpo {
        n: Inteiro<u16, 1, 120>,
    }

    fn read(n: &Value) -> Result<u16, String> {
        let lido = crate::parse::<Corpo>(json!({ "n": n }));
        lido.map(|corpo| corpo.n.0).map_err(|erros| erros[0].codigo.to_string())
    }

    #[test]
    fn a_number_is_within_its_limits_or_refused_by_name() {
        assert_eq!((read(&json!(1)), read(&json!(120))), (Ok(1), Ok(120)));
        for fora in [json!(0), json!(121), json!(-1), json!(65_657), json!(i64::MAX)] {
            assert_eq!(read(&fora).unwrap_err(), "fora_do_intervalo", "{fora}");
        }
        assert!(read(&json!("1")).is_err());
        assert!(read(&json!(1.5)).is_err());
    }
}
