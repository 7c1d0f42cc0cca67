//! JSON from the other side: bounded, and read by pointers (RFC 6901).

use std::borrow::Cow;

use serde_json::Value;

/// The deepest nesting that is looked at; no provider comes near it.
const MAX_PROFUNDIDADE: usize = 16;

/// A document, unless it is not one or is too deep.
pub(crate) fn parse(corpo: &[u8]) -> Option<Value> {
    let valor = serde_json::from_slice(corpo).ok()?;
    shallow(&valor, MAX_PROFUNDIDADE).then_some(valor)
}

/// The scalar at a pointer, as text. Absent, null, list or object: none.
pub(crate) fn text<'a>(valor: &'a Value, ponteiro: &str) -> Option<Cow<'a, str>> {
    match valor.pointer(ponteiro)? {
        Value::String(texto) => Some(Cow::Borrowed(texto)),
        Value::Number(numero) => Some(Cow::Owned(numero.to_string())),
        Value::Bool(logico) => Some(Cow::Owned(logico.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The first of these pointers that leads to a scalar.
pub(crate) fn first<'a>(valor: &'a Value, ponteiros: &[&str]) -> Option<Cow<'a, str>> {
    ponteiros.iter().find_map(|ponteiro| text(valor, ponteiro))
}

fn shallow(valor: &Value, resta: usize) -> bool {
    let Some(resta) = resta.checked_sub(1) else { return false };
    match valor {
        Value::Array(itens) => itens.iter().all(|item| shallow(item, resta)),
        Value::Object(campos) => campos.values().all(|campo| shallow(campo, resta)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_deep_or_no_document_is_nothing() {
        for (corpo, serve) in [
            ("{\"a\":[1]}".to_owned(), true),
            (format!("{}1{}", "[".repeat(15), "]".repeat(15)), true),
            (format!("{}1{}", "[".repeat(16), "]".repeat(16)), false),
            ("[".repeat(100_000), false),
            ("{\"a\":".to_owned(), false),
            ("<html>".to_owned(), false),
            (String::new(), false),
        ] {
            assert_eq!(parse(corpo.as_bytes()).is_some(), serve, "{}", corpo.len());
        }
        assert!(parse(b"\"\xff\"").is_none());
    }

    #[test]
    fn only_a_scalar_is_text() {
        let valor = parse(br#"{"a":"x","n":7,"b":true,"z":null,"l":[1],"o":{}}"#).unwrap();
        for (ponteiro, esperado) in [
            ("/a", Some("x")),
            ("/n", Some("7")),
            ("/b", Some("true")),
            ("/z", None),
            ("/l", None),
            ("/o", None),
        ] {
            assert_eq!(text(&valor, ponteiro).as_deref(), esperado, "{ponteiro}");
        }
        assert_eq!(first(&valor, &["/z", "/l/0"]).as_deref(), Some("1"));
    }
}
