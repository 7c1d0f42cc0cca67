//! Templates of requests. A body is parsed in its own format before a value is known, and values are put into the parsed
//! form: whatever they hold, the result is what its format says, and reads back to what was put in.

use serde::Deserialize;
use serde_json::{Map, Value};
use url::form_urlencoded::{Serializer, byte_serialize, parse};

use crate::config::ConfigError;

/// What may stand in braces.
pub(crate) trait Variavel: Copy + PartialEq + 'static {
    /// Every one.
    const TODAS: &'static [Self];

    /// What stands between the braces.
    fn name(self) -> &'static str;
}

/// What they are, for one request.
pub(crate) trait Valores<V> {
    /// The value of one.
    fn get(&self, variavel: V) -> &str;
}

/// How a body is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Formato {
    /// `application/json`.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

/// A text with variables.
pub(crate) struct Modelo<V>(Vec<Trecho<V>>);

enum Trecho<V> {
    Literal(String),
    Variavel(V),
}

impl<V: Variavel> Modelo<V> {
    pub(crate) fn literal(texto: &str) -> Self {
        Self(vec![Trecho::Literal(texto.to_owned())])
    }

    /// A brace that begins no name is itself; a name that is none of these is an error.
    pub(crate) fn parse(campo: &'static str, texto: &str, cabem: &[V]) -> Result<Self, ConfigError> {
        let mut trechos = Vec::new();
        let mut literal = String::new();
        let mut resto = texto;
        while let Some((antes, depois)) = resto.split_once('{') {
            literal.push_str(antes);
            if let Some((nome, seguinte)) = depois.split_once('}').filter(|(nome, _)| is_name(nome)) {
                let variavel = cabem.iter().find(|variavel| variavel.name() == nome);
                let estranha = || ConfigError::Variavel { campo, nome: nome.to_owned() };
                trechos.push(Trecho::Literal(std::mem::take(&mut literal)));
                trechos.push(Trecho::Variavel(*variavel.ok_or_else(estranha)?));
                resto = seguinte;
            } else {
                literal.push('{');
                resto = depois;
            }
        }
        literal.push_str(resto);
        trechos.push(Trecho::Literal(literal));
        Ok(Self(trechos))
    }

    pub(crate) fn uses(&self, variavel: V) -> bool {
        self.0.iter().any(|trecho| matches!(trecho, Trecho::Variavel(usada) if *usada == variavel))
    }

    pub(crate) fn fill(&self, valores: &impl Valores<V>) -> String {
        self.written(valores, |valor, saida| saida.push_str(valor))
    }

    /// Values percent-encoded: none of their characters has a meaning in a URL.
    pub(crate) fn fill_url(&self, valores: &impl Valores<V>) -> String {
        self.written(valores, |valor, saida| saida.extend(byte_serialize(valor.as_bytes())))
    }

    fn written(&self, valores: &impl Valores<V>, put: impl Fn(&str, &mut String)) -> String {
        let mut saida = String::new();
        for trecho in &self.0 {
            match trecho {
                Trecho::Literal(texto) => saida.push_str(texto),
                Trecho::Variavel(variavel) => put(valores.get(*variavel), &mut saida),
            }
        }
        saida
    }
}

/// The template of a body.
pub(crate) enum Corpo<V> {
    Vazio,
    Json(No<V>),
    Form(Vec<(String, Modelo<V>)>),
}

/// JSON whose strings are templates.
pub(crate) enum No<V> {
    Texto(Modelo<V>),
    Lista(Vec<No<V>>),
    Objeto(Vec<(String, No<V>)>),
    Outro(Value),
}

impl<V: Variavel> Corpo<V> {
    pub(crate) fn parse(
        campo: &'static str,
        formato: Formato,
        corpo: Option<&str>,
    ) -> Result<Self, ConfigError> {
        let Some(corpo) = corpo else { return Ok(Self::Vazio) };
        match formato {
            Formato::Json => {
                let valor = serde_json::from_str(corpo).map_err(|_ilegivel| ConfigError::Corpo(campo))?;
                Ok(Self::Json(No::parse(campo, valor)?))
            }
            Formato::Form => {
                let campos = parse(corpo.as_bytes()).into_owned();
                let campos = campos.map(|(nome, valor)| Ok((nome, Modelo::parse(campo, &valor, V::TODAS)?)));
                Ok(Self::Form(campos.collect::<Result<_, ConfigError>>()?))
            }
        }
    }

    pub(crate) fn content_type(&self) -> Option<&'static str> {
        match self {
            Self::Vazio => None,
            Self::Json(_) => Some("application/json"),
            Self::Form(_) => Some("application/x-www-form-urlencoded"),
        }
    }

    pub(crate) fn uses(&self, variavel: V) -> bool {
        match self {
            Self::Vazio => false,
            Self::Json(no) => no.uses(variavel),
            Self::Form(campos) => campos.iter().any(|(_, modelo)| modelo.uses(variavel)),
        }
    }

    pub(crate) fn fill(&self, valores: &impl Valores<V>) -> Vec<u8> {
        match self {
            Self::Vazio => Vec::new(),
            Self::Json(no) => no.fill(valores).to_string().into_bytes(),
            Self::Form(campos) => {
                let pares = campos.iter().map(|(nome, modelo)| (nome, modelo.fill(valores)));
                Serializer::new(String::new()).extend_pairs(pares).finish().into_bytes()
            }
        }
    }
}

impl<V: Variavel> No<V> {
    fn parse(campo: &'static str, valor: Value) -> Result<Self, ConfigError> {
        Ok(match valor {
            Value::String(texto) => Self::Texto(Modelo::parse(campo, &texto, V::TODAS)?),
            Value::Array(itens) => {
                let itens = itens.into_iter().map(|item| Self::parse(campo, item));
                Self::Lista(itens.collect::<Result<_, _>>()?)
            }
            Value::Object(campos) => {
                let campos = campos.into_iter().map(|(nome, valor)| Ok((nome, Self::parse(campo, valor)?)));
                Self::Objeto(campos.collect::<Result<_, ConfigError>>()?)
            }
            outro @ (Value::Null | Value::Bool(_) | Value::Number(_)) => Self::Outro(outro),
        })
    }

    fn uses(&self, variavel: V) -> bool {
        match self {
            Self::Texto(modelo) => modelo.uses(variavel),
            Self::Lista(itens) => itens.iter().any(|item| item.uses(variavel)),
            Self::Objeto(campos) => campos.iter().any(|(_, campo)| campo.uses(variavel)),
            Self::Outro(_) => false,
        }
    }

    fn fill(&self, valores: &impl Valores<V>) -> Value {
        match self {
            Self::Texto(modelo) => Value::String(modelo.fill(valores)),
            Self::Lista(itens) => Value::Array(itens.iter().map(|item| item.fill(valores)).collect()),
            Self::Objeto(campos) => {
                let campos = campos.iter().map(|(nome, campo)| (nome.clone(), campo.fill(valores)));
                Value::Object(campos.collect::<Map<_, _>>())
            }
            Self::Outro(valor) => valor.clone(),
        }
    }
}

fn is_name(nome: &str) -> bool {
    !nome.is_empty() && nome.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}
