//! The accumulator: deserr hands it one fault after another, it keeps them all.

use std::borrow::Cow;
use std::ops::ControlFlow;

use deserr::{DeserializeError, Deserr, ErrorKind, IntoValue, MergeWithError, ValueKind, ValuePointerRef};
use serde_json::Value;

use crate::problema::{ErroCampo, Problema};

/// Faults listed in one answer. A body of 2 MiB can hold 200,000 of them; nobody mends more than this at a time.
pub(crate) const MAX_ERROS: usize = 100;
/// Longest piece of the caller's own text that comes back, in characters.
const MAX_ECO: usize = 64;

/// Every fault of one input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrosCampo(Vec<ErroCampo>);

/// A fault of one value, before it is known where it stands: what a parser of a field answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErroValor {
    /// Stable code, one of `problema::codigos::DE_CAMPO` or of the service's own.
    pub codigo: &'static str,
    /// The reason in Portuguese, never with the value itself.
    pub detalhe: Cow<'static, str>,
}

/// Parses a JSON value, with every fault.
///
/// # Errors
/// All refused fields.
pub fn parse<T: Deserr<ErrosCampo>>(valor: Value) -> Result<T, Vec<ErroCampo>> {
    deserr::deserialize::<T, Value, ErrosCampo>(valor).map_err(ErrosCampo::into_vec)
}

/// Parses a JSON value, and tells its faults together with those that were found between its fields.
///
/// # Errors
/// 422 with all of them.
pub fn parse_with<T: Deserr<ErrosCampo>>(valor: Value, entre_campos: Vec<ErroCampo>) -> Result<T, Problema> {
    let entre_campos = (!entre_campos.is_empty()).then_some(ErrosCampo(entre_campos));
    let (lido, de_forma) = match deserr::deserialize::<T, Value, ErrosCampo>(valor) {
        Ok(lido) => (Some(lido), None),
        Err(erros) => (None, Some(erros)),
    };
    match (lido, de_forma, entre_campos) {
        (Some(lido), _, None) => Ok(lido),
        (_, de_forma, entre_campos) => {
            let todos = ErrosCampo::join(de_forma, entre_campos.unwrap_or_default());
            Err(match todos {
                ControlFlow::Continue(todos) | ControlFlow::Break(todos) => todos.into(),
            })
        }
    }
}

/// Parses the item at `indice` of a list whose items succeed or fail one by one. The pointers begin with the index.
///
/// # Errors
/// All refused fields of this item.
pub fn parse_item<T: Deserr<ErrosCampo>>(valor: Value, indice: usize) -> Result<T, Vec<ErroCampo>> {
    let local = ValuePointerRef::Origin;
    T::deserialize_from_value(valor.into_value(), local.push_index(indice)).map_err(ErrosCampo::into_vec)
}

impl ErroValor {
    /// A fault with a code and a reason.
    pub fn new(codigo: &'static str, detalhe: impl Into<Cow<'static, str>>) -> Self {
        Self { codigo, detalhe: detalhe.into() }
    }

    /// The text does not have the expected form; `esperado` completes "deve ser …".
    #[must_use]
    pub fn formato(esperado: &str) -> Self {
        Self::new("formato_invalido", format!("deve ser {esperado}"))
    }
}

impl ErrosCampo {
    /// The faults, in the order they were found.
    #[must_use]
    pub fn into_vec(self) -> Vec<ErroCampo> {
        self.0
    }

    /// The faults of one value at a place.
    #[must_use]
    pub fn at(local: ValuePointerRef, erro: ErroValor) -> Self {
        Self(vec![ErroCampo { campo: pointer(local), codigo: erro.codigo.into(), detalhe: erro.detalhe }])
    }

    /// The faults of what stands inside of a value, each with its own pointer from there on.
    #[must_use]
    pub fn below(local: ValuePointerRef, erros: impl IntoIterator<Item = (String, ErroValor)>) -> Self {
        let aqui = pointer(local);
        let erro = |(campo, erro): (String, ErroValor)| ErroCampo {
            campo: format!("{aqui}{campo}"),
            codigo: erro.codigo.into(),
            detalhe: erro.detalhe,
        };
        let mut todos: Vec<_> = erros.into_iter().map(erro).collect();
        cut(&mut todos);
        Self(todos)
    }

    /// Adds more faults, up to the limit; `Break` tells deserr to look no further.
    fn join(existentes: Option<Self>, mut novos: Self) -> ControlFlow<Self, Self> {
        let mut todos = existentes.unwrap_or_default();
        todos.0.append(&mut novos.0);
        if todos.0.len() < MAX_ERROS {
            return ControlFlow::Continue(todos);
        }
        todos.0.truncate(MAX_ERROS);
        todos.0.push(more());
        ControlFlow::Break(todos)
    }
}

/// Leaves what one answer tells, and says whether there was more. What was cut already stays as it is.
pub(crate) fn cut(erros: &mut Vec<ErroCampo>) -> bool {
    let demais = erros.len() > MAX_ERROS;
    if demais {
        erros.truncate(MAX_ERROS);
        erros.push(more());
    }
    demais
}

fn more() -> ErroCampo {
    ErroCampo {
        campo: String::new(),
        codigo: "muitos_erros".into(),
        detalhe: "há mais erros; corrija estes e envie de novo".into(),
    }
}

impl From<ErrosCampo> for Problema {
    fn from(erros: ErrosCampo) -> Self {
        Self::validacao(erros.0)
    }
}

impl DeserializeError for ErrosCampo {
    fn error<V: IntoValue>(
        existentes: Option<Self>,
        erro: ErrorKind<V>,
        local: ValuePointerRef,
    ) -> ControlFlow<Self, Self> {
        let novo = match erro {
            ErrorKind::MissingField { field } => {
                Self::at(local.push_key(field), ErroValor::new("obrigatorio", "campo obrigatório"))
            }
            ErrorKind::UnknownKey { key, accepted } => {
                let detalhe = format!("campo desconhecido; os aceitos são {}", accepted.join(", "));
                Self::at(local.push_key(key), ErroValor::new("desconhecido", detalhe))
            }
            ErrorKind::IncorrectValueKind { actual, accepted } => {
                Self::at(local, tipo_invalido(actual.kind(), accepted))
            }
            ErrorKind::UnknownValue { accepted, .. } => {
                let nomes: Vec<String> = accepted.iter().map(|nome| shown(nome)).collect();
                let detalhe = format!("deve ser um destes: {}", nomes.join(", "));
                Self::at(local, ErroValor::new("valor_invalido", detalhe))
            }
            ErrorKind::BadSequenceLen { expected, .. } => {
                let detalhe = format!("deve ter exatamente {expected} itens");
                Self::at(local, ErroValor::new("tamanho_invalido", detalhe))
            }
            // deserr's own parsers speak English; of these only the ranges of integers can be reached from our types.
            ErrorKind::Unexpected { msg } => Self::at(local, inesperado(&msg)),
        };
        Self::join(existentes, novo)
    }
}

impl MergeWithError<Self> for ErrosCampo {
    fn merge(existentes: Option<Self>, novos: Self, _: ValuePointerRef) -> ControlFlow<Self, Self> {
        Self::join(existentes, novos)
    }
}

impl MergeWithError<ErroValor> for ErrosCampo {
    fn merge(existentes: Option<Self>, erro: ErroValor, local: ValuePointerRef) -> ControlFlow<Self, Self> {
        Self::join(existentes, Self::at(local, erro))
    }
}

/// A word as it is, and a sign between quotation marks: `um destes: ,, .` says nothing.
fn shown(nome: &str) -> String {
    let palavra = nome.chars().any(char::is_alphanumeric);
    if palavra { nome.to_owned() } else { format!("{nome:?}") }
}

fn tipo_invalido(veio: ValueKind, aceitos: &[ValueKind]) -> ErroValor {
    let mut nomes: Vec<&str> = Vec::new();
    for nome in aceitos.iter().copied().map(nome_do_tipo) {
        if !nomes.contains(&nome) {
            nomes.push(nome);
        }
    }
    let esperado = nomes.join(" ou ");
    let detalhe = if veio == ValueKind::Null {
        format!("deve ser {esperado}; não pode ser nulo")
    } else if veio == ValueKind::NegativeInteger && aceitos == [ValueKind::Integer] {
        "não pode ser negativo".to_owned()
    } else {
        format!("deve ser {esperado}; veio {}", nome_do_tipo(veio))
    };
    ErroValor::new("tipo_invalido", detalhe)
}

fn nome_do_tipo(tipo: ValueKind) -> &'static str {
    match tipo {
        ValueKind::Null => "nulo",
        ValueKind::Boolean => "verdadeiro ou falso",
        ValueKind::Integer | ValueKind::NegativeInteger => "um número inteiro",
        ValueKind::Float => "um número",
        ValueKind::String => "um texto",
        ValueKind::Sequence => "uma lista",
        ValueKind::Map => "um objeto",
    }
}

fn inesperado(mensagem: &str) -> ErroValor {
    let limite = mensagem.rsplit('`').nth(1).unwrap_or_default();
    if mensagem.contains("is too large") {
        ErroValor::new("fora_do_intervalo", format!("deve ser no máximo {limite}"))
    } else if mensagem.contains("is too small") {
        ErroValor::new("fora_do_intervalo", format!("deve ser no mínimo {limite}"))
    } else {
        ErroValor::new("valor_invalido", "valor não aceito")
    }
}

/// A JSON Pointer; long keys (the caller's own) are cut.
fn pointer(local: ValuePointerRef) -> String {
    let mut partes = Vec::new();
    let mut atual = &local;
    loop {
        match atual {
            ValuePointerRef::Origin => break,
            ValuePointerRef::Key { key, prev } => {
                let chave: String = key.chars().take(MAX_ECO).collect();
                partes.push(chave.replace('~', "~0").replace('/', "~1"));
                atual = prev;
            }
            ValuePointerRef::Index { index, prev } => {
                partes.push(index.to_string());
                atual = prev;
            }
        }
    }
    partes.iter().rev().fold(String::new(), |texto, parte| texto + "/" + parte)
}

#[cfg(test)]
mod tests {
    use deserr::Deserr;
    use serde_json::json;

    use super::*;
    use crate::entrada::{Lista, Texto};

    #[derive(Debug, Deserr)]
    #[deserr(error = ErrosCampo, deny_unknown_fields)]
    #[expect(dead_code, reason = "only its faults are looked at")]
    struct Amostra {
        nome: Texto<1, 5>,
        dias: u8,
        saldo: i16,
        ativo: bool,
        #[deserr(default)]
        filhos: Option<Lista<Filho, 3>>,
    }

    #[derive(Debug, Deserr)]
    #[deserr(error = ErrosCampo, deny_unknown_fields)]
    #[expect(dead_code, reason = "only its faults are looked at")]
    struct Filho {
        #[deserr(rename = "a/b~c")]
        idade: u32,
    }

    fn faltas(valor: Value) -> Vec<(String, String)> {
        let erros = parse::<Amostra>(valor).unwrap_err();
        erros.into_iter().map(|e| (format!("{} {}", e.campo, e.codigo), e.detalhe.into_owned())).collect()
    }

    fn codigos(valor: Value) -> Vec<String> {
        faltas(valor).into_iter().map(|(lugar, _)| lugar).collect()
    }

    #[test]
    fn every_fault_is_told_at_once_with_its_pointer() {
        let corpo = json!({
            "nome": "longo demais", "dias": 300, "saldo": null, "cor": 1,
            "filhos": [{"a/b~c": 1}, {"a/b~c": -1}, {"idade": 2}],
        });
        assert_eq!(
            codigos(corpo),
            [
                "/cor desconhecido",
                "/dias fora_do_intervalo",
                "/filhos/1/a~1b~0c tipo_invalido",
                "/filhos/2/idade desconhecido",
                "/filhos/2/a~1b~0c obrigatorio",
                "/nome tamanho_invalido",
                "/saldo tipo_invalido",
                "/ativo obrigatorio",
            ]
        );
    }

    #[test]
    fn the_reasons_are_portuguese_and_say_what_to_do() {
        let corpo = json!({"nome": 1, "dias": 256, "saldo": -40_000, "ativo": "sim", "x": 0});
        let detalhes: Vec<_> = faltas(corpo).into_iter().map(|(_, detalhe)| detalhe).collect();
        assert_eq!(
            detalhes,
            [
                "deve ser verdadeiro ou falso; veio um texto",
                "deve ser no máximo 255",
                "deve ser um texto; veio um número inteiro",
                "deve ser no mínimo -32768",
                "campo desconhecido; os aceitos são nome, dias, saldo, ativo, filhos",
            ]
        );
    }

    #[test]
    fn a_sign_among_those_accepted_is_told_from_the_commas_between_them() {
        #[derive(Debug, Deserr)]
        #[deserr(error = ErrosCampo)]
        enum Sinal {
            #[deserr(rename = ",")]
            Virgula,
            #[deserr(rename = "\t")]
            Tabulacao,
            #[deserr(rename = "utf-8")]
            Palavra,
        }
        let erro = parse::<Sinal>(json!("x")).unwrap_err().remove(0);
        assert_eq!(erro.detalhe, r#"deve ser um destes: ",", "\t", utf-8"#);
    }

    #[test]
    fn an_item_is_parsed_alone_and_its_pointers_begin_with_its_index() {
        let bom = json!({"nome": "a", "dias": 1, "saldo": 1, "ativo": true});
        assert!(parse_item::<Amostra>(bom, 0).is_ok());
        let erros = parse_item::<Amostra>(json!({"nome": "a", "dias": 1, "saldo": 1}), 7).unwrap_err();
        assert_eq!(erros[0].campo, "/7/ativo");
        assert_eq!(parse_item::<Amostra>(json!([]), 7).unwrap_err()[0].campo, "/7");
    }

    #[test]
    fn a_flood_of_faults_is_cut_and_says_so() {
        let campos: serde_json::Map<_, _> = (0..5_000).map(|n| (format!("c{n}"), json!(1))).collect();
        let erros = parse::<Amostra>(Value::Object(campos)).unwrap_err();
        assert_eq!(erros.len(), MAX_ERROS + 1);
        assert_eq!(erros.last().unwrap().codigo, "muitos_erros");
    }

    #[test]
    fn the_callers_own_text_comes_back_cut() {
        let erros = parse::<Filho>(json!({"x".repeat(9_000): 1})).unwrap_err();
        assert_eq!(erros[0].campo.len(), 1 + MAX_ECO);
    }
}
