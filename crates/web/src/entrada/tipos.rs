//! Field types: lists with a limit, and anything that has a parser of text.

use std::ops::Deref;
use std::str::FromStr;

use deserr::{Deserr, ErrorKind, IntoValue, Sequence, Value, ValueKind, ValuePointerRef, take_cf_content};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, Schema};

use super::erros::{ErroValor, ErrosCampo};

/// Reads a text field with `parser`: the body of a `Deserr<ErrosCampo>` implementation for a service's own type. In a
/// DTO, `#[deserr(try_from(String) = parser -> ErroValor)]` does the same for one field.
///
/// # Errors
/// Not a text, or refused by `parser`.
pub fn parse_texto<V: IntoValue, T>(
    valor: Value<V>,
    local: ValuePointerRef,
    parser: impl FnOnce(&str) -> Result<T, ErroValor>,
) -> Result<T, ErrosCampo> {
    if let Value::String(texto) = valor {
        parser(&texto).map_err(|erro| ErrosCampo::at(local, erro))
    } else {
        Err(not_accepted(valor, &[ValueKind::String], local))
    }
}

/// The fault of a value whose kind is not one of `aceitos`.
pub(crate) fn not_accepted<V: IntoValue>(
    valor: Value<V>,
    aceitos: &[ValueKind],
    local: ValuePointerRef,
) -> ErrosCampo {
    let erro = ErrorKind::IncorrectValueKind { actual: valor, accepted: aceitos };
    take_cf_content(<ErrosCampo as deserr::DeserializeError>::error(None, erro, local))
}

/// What is read from text, and how one says what it must be.
pub trait Legivel: FromStr {
    /// Completes "deve ser …".
    fn esperado() -> String;
}

impl Legivel for bool {
    fn esperado() -> String {
        "true ou false".to_owned()
    }
}

macro_rules! integers {
    ($($tipo:ty),+) => {$(
        impl Legivel for $tipo {
            fn esperado() -> String {
                format!("um número inteiro de {} a {}", Self::MIN, Self::MAX)
            }
        }
    )+};
}

integers!(u8, u16, u32, i16, i32, i64);

/// A boolean or a number, read from text too, because in a query everything is text and in a body it is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lido<T>(pub T);

impl<T: Legivel> Deserr<ErrosCampo> for Lido<T> {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef,
    ) -> Result<Self, ErrosCampo> {
        let texto = match valor {
            Value::String(texto) => texto,
            Value::Integer(numero) => numero.to_string(),
            Value::NegativeInteger(numero) => numero.to_string(),
            Value::Boolean(valor) => valor.to_string(),
            outro @ (Value::Null | Value::Float(_) | Value::Sequence(_) | Value::Map(_)) => {
                return Err(not_accepted(outro, &[ValueKind::String], local));
            }
        };
        let invalido = || {
            let detalhe = format!("deve ser {}", T::esperado());
            ErrosCampo::at(local, ErroValor::new("valor_invalido", detalhe))
        };
        texto.parse().map(Lido).ok().ok_or_else(invalido)
    }
}

/// A field of a change (RFC 7396) that keeps what is there when it is absent, and that can be no null, because what it
/// changes is always there. An `Option` would take the null for absence and change nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NaoNulo<T>(pub Option<T>);

impl<T> Default for NaoNulo<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Deserr<ErrosCampo>> Deserr<ErrosCampo> for NaoNulo<T> {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef,
    ) -> Result<Self, ErrosCampo> {
        T::deserialize_from_value(valor, local).map(|lido| Self(Some(lido)))
    }
}

/// A list of at most `MAX` items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lista<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Lista<T, MAX> {
    /// The items.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T, const MAX: usize> Default for Lista<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MAX: usize> Deref for Lista<T, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MAX: usize> IntoIterator for Lista<T, MAX> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T: Deserr<ErrosCampo>, const MAX: usize> Deserr<ErrosCampo> for Lista<T, MAX> {
    fn deserialize_from_value<V: IntoValue>(
        valor: Value<V>,
        local: ValuePointerRef,
    ) -> Result<Self, ErrosCampo> {
        if let Value::Sequence(itens) = &valor
            && itens.len() > MAX
        {
            return Err(ErrosCampo::at(local, lista_grande(MAX)));
        }
        Vec::deserialize_from_value(valor, local).map(Self)
    }
}

pub(crate) fn lista_grande(max: usize) -> ErroValor {
    ErroValor::new("tamanho_invalido", format!("deve ter no máximo {max} itens"))
}

// utoipa asks this of every generic type in a DTO; its own derive would not know `MAX`.
impl<T: ToSchema, const MAX: usize> utoipa::__dev::ComposeSchema for Lista<T, MAX> {
    fn compose(genericos: Vec<RefOr<Schema>>) -> RefOr<Schema> {
        let item = genericos.into_iter().next().unwrap_or_else(T::schema);
        ArrayBuilder::new().items(item).max_items(Some(MAX)).into()
    }
}

impl<T: ToSchema, const MAX: usize> ToSchema for Lista<T, MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("Lista_{}_{MAX}", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::entrada::parse;

    #[test]
    fn a_list_beyond_its_limit_is_one_fault_and_its_items_are_not_looked_at() {
        assert_eq!(parse::<Lista<u8, 2>>(json!([1, 2])).unwrap().into_vec(), [1, 2]);
        let erros = parse::<Lista<u8, 2>>(json!([1, 2, "x"])).unwrap_err();
        assert_eq!((erros.len(), erros[0].detalhe.as_ref()), (1, "deve ter no máximo 2 itens"));
        assert_eq!(parse::<Lista<u8, 2>>(json!({})).unwrap_err()[0].codigo, "tipo_invalido");
    }

    #[test]
    fn whatever_has_a_parser_can_be_read_from_a_query_or_a_body() {
        assert_eq!(parse::<Lido<u16>>(json!("500")).unwrap().0, 500);
        assert_eq!(parse::<Lido<i16>>(json!(-5)).unwrap().0, -5);
        assert!(parse::<Lido<bool>>(json!(true)).unwrap().0);
        for ruim in [json!("70000"), json!(""), json!(1.5), json!(null), json!([])] {
            assert!(parse::<Lido<u16>>(ruim).is_err());
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_what_it_should_be() {
        let detalhe = |erros: Vec<crate::ErroCampo>| erros[0].detalhe.to_string();
        assert_eq!(detalhe(parse::<Lido<bool>>(json!("sim")).unwrap_err()), "deve ser true ou false");
        assert_eq!(
            detalhe(parse::<Lido<u8>>(json!("256")).unwrap_err()),
            "deve ser um número inteiro de 0 a 255"
        );
    }

    #[test]
    fn what_a_change_may_leave_out_but_not_erase_is_refused_as_null() {
        assert_eq!(parse::<NaoNulo<u8>>(json!(7)).unwrap().0, Some(7));
        assert_eq!(NaoNulo::<u8>::default().0, None);
        let erro = &parse::<NaoNulo<u8>>(json!(null)).unwrap_err()[0];
        assert_eq!(
            (erro.codigo.as_ref(), erro.detalhe.as_ref()),
            ("tipo_invalido", "deve ser um número inteiro; não pode ser nulo")
        );
    }
}
