//! Templates of requests. A body is parsed in its own format before a value is known, and values are put into the parsed
//! form: whatever they hold, the result is what its format says, and reads back to what was put in.

use serde_json::{Map, Value};
use url::form_urlencoded::{Serializer, byte_serialize, parse};

use super::config::Formato;
use crate::sms::config::ConfigError;
use crate::sms::provedor::Pedido;

/// What may stand in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variavel {
    Para,
    ParaDigitos,
    ParaNacional,
    Texto,
    Chave,
    Remetente,
}

impl Variavel {
    pub(super) const TODAS: [Self; 6] =
        [Self::Para, Self::ParaDigitos, Self::ParaNacional, Self::Texto, Self::Chave, Self::Remetente];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Para => "para",
            Self::ParaDigitos => "para_digitos",
            Self::ParaNacional => "para_nacional",
            Self::Texto => "texto",
            Self::Chave => "chave",
            Self::Remetente => "remetente",
        }
    }
}

/// What they are, for one message.
pub(super) struct Valores {
    para: String,
    texto: String,
    chave: String,
    remetente: String,
}

impl Valores {
    pub(super) fn new(pedido: &Pedido<'_>, remetente: &str) -> Self {
        Self {
            para: pedido.para.to_owned(),
            texto: pedido.texto.to_owned(),
            chave: pedido.chave.to_string(),
            remetente: remetente.to_owned(),
        }
    }

    pub(super) fn same(valor: &str) -> Self {
        let valor = || valor.to_owned();
        Self { para: valor(), texto: valor(), chave: valor(), remetente: valor() }
    }

    fn get(&self, variavel: Variavel) -> &str {
        let digitos = self.para.strip_prefix('+').unwrap_or(&self.para);
        match variavel {
            Variavel::Para => &self.para,
            Variavel::ParaDigitos => digitos,
            Variavel::ParaNacional => digitos.strip_prefix("55").unwrap_or(digitos),
            Variavel::Texto => &self.texto,
            Variavel::Chave => &self.chave,
            Variavel::Remetente => &self.remetente,
        }
    }
}

/// A text with variables.
pub(super) struct Modelo(Vec<Trecho>);

enum Trecho {
    Literal(String),
    Variavel(Variavel),
}

impl Modelo {
    pub(super) fn literal(texto: &str) -> Self {
        Self(vec![Trecho::Literal(texto.to_owned())])
    }

    /// A brace that begins no name is itself; a name that is none of these is an error.
    pub(super) fn parse(campo: &'static str, texto: &str, cabem: &[Variavel]) -> Result<Self, ConfigError> {
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

    pub(super) fn uses(&self, variavel: Variavel) -> bool {
        self.0.iter().any(|trecho| matches!(trecho, Trecho::Variavel(usada) if *usada == variavel))
    }

    pub(super) fn fill(&self, valores: &Valores) -> String {
        self.written(valores, |valor, saida| saida.push_str(valor))
    }

    /// Values percent-encoded: none of their characters has a meaning in a URL.
    pub(super) fn fill_url(&self, valores: &Valores) -> String {
        self.written(valores, |valor, saida| saida.extend(byte_serialize(valor.as_bytes())))
    }

    fn written(&self, valores: &Valores, put: impl Fn(&str, &mut String)) -> String {
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
pub(super) enum Corpo {
    Vazio,
    Json(No),
    Form(Vec<(String, Modelo)>),
}

/// JSON whose strings are templates.
pub(super) enum No {
    Texto(Modelo),
    Lista(Vec<No>),
    Objeto(Vec<(String, No)>),
    Outro(Value),
}

impl Corpo {
    pub(super) fn parse(formato: Formato, corpo: Option<&str>) -> Result<Self, ConfigError> {
        let Some(corpo) = corpo else { return Ok(Self::Vazio) };
        match formato {
            Formato::Json => {
                let valor = serde_json::from_str(corpo).map_err(|_ilegivel| ConfigError::Corpo)?;
                Ok(Self::Json(No::parse(valor)?))
            }
            Formato::Form => {
                let campos = parse(corpo.as_bytes()).into_owned();
                let campos = campos.map(|(nome, valor)| Ok((nome, body(&valor)?)));
                Ok(Self::Form(campos.collect::<Result<_, ConfigError>>()?))
            }
        }
    }

    pub(super) fn content_type(&self) -> Option<&'static str> {
        match self {
            Self::Vazio => None,
            Self::Json(_) => Some("application/json"),
            Self::Form(_) => Some("application/x-www-form-urlencoded"),
        }
    }

    pub(super) fn uses(&self, variavel: Variavel) -> bool {
        match self {
            Self::Vazio => false,
            Self::Json(no) => no.uses(variavel),
            Self::Form(campos) => campos.iter().any(|(_, modelo)| modelo.uses(variavel)),
        }
    }

    pub(super) fn fill(&self, valores: &Valores) -> Vec<u8> {
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

impl No {
    fn parse(valor: Value) -> Result<Self, ConfigError> {
        Ok(match valor {
            Value::String(texto) => Self::Texto(body(&texto)?),
            Value::Array(itens) => Self::Lista(itens.into_iter().map(Self::parse).collect::<Result<_, _>>()?),
            Value::Object(campos) => {
                let campos = campos.into_iter().map(|(nome, campo)| Ok((nome, Self::parse(campo)?)));
                Self::Objeto(campos.collect::<Result<_, ConfigError>>()?)
            }
            outro @ (Value::Null | Value::Bool(_) | Value::Number(_)) => Self::Outro(outro),
        })
    }

    fn uses(&self, variavel: Variavel) -> bool {
        match self {
            Self::Texto(modelo) => modelo.uses(variavel),
            Self::Lista(itens) => itens.iter().any(|item| item.uses(variavel)),
            Self::Objeto(campos) => campos.iter().any(|(_, campo)| campo.uses(variavel)),
            Self::Outro(_) => false,
        }
    }

    fn fill(&self, valores: &Valores) -> Value {
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

fn body(texto: &str) -> Result<Modelo, ConfigError> {
    Modelo::parse("corpo", texto, &Variavel::TODAS)
}

fn is_name(nome: &str) -> bool {
    !nome.is_empty() && nome.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}
