#![cfg(test)]
//! Requests that something is wrong with.

use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::documento::{Documento, Operacao};
use crate::geracao;
use crate::pedido::Pedido;

/// One thing done to one place of a body.
#[derive(Clone, Debug)]
enum Dano {
    Trocar(Value),
    Tirar,
    Acrescentar(String, Value),
    Embrulhar,
    Repetir(usize),
}

/// Requests of every kind to one of `caminhos`: good ones, and ones damaged in the body, on the wire, in the query or
/// in the path.
pub(crate) fn requests(doc: &Documento, operacao: &Operacao, caminhos: Vec<String>) -> BoxedStrategy<Pedido> {
    let metodo = operacao.metodo.clone();
    let bom = (select(caminhos), geracao::query(doc, operacao), geracao::body(doc, operacao)).prop_map(
        move |(caminho, consulta, corpo)| {
            let pedido = Pedido { valido: true, ..Pedido::new(&metodo, &with_query(&caminho, &consulta)) };
            corpo.map_or(pedido.clone(), |corpo| pedido.with_json(&corpo))
        },
    );
    let bom = bom.boxed();
    let nomes: Vec<String> = operacao.consulta.keys().cloned().chain(["x".to_owned()]).collect();
    prop_oneof![
        4 => bom.clone(),
        6 => (bom.clone(), vec((any::<Index>(), damage()), 1..4)).prop_map(|(pedido, danos)| damage_body(pedido, &danos)),
        2 => (bom.clone(), any::<Index>(), 0..10_usize).prop_map(|(pedido, onde, como)| damage_wire(pedido, onde, como)),
        2 => (bom.clone(), select(nomes), strange_text()).prop_map(|(pedido, nome, valor)| damage_query(pedido, &nome, &valor)),
        1 => (bom, strange_text()).prop_map(|(pedido, texto)| damage_path(pedido, &texto)),
    ]
    .boxed()
}

fn with_query(caminho: &str, consulta: &[(String, String)]) -> String {
    let pares: Vec<String> =
        consulta.iter().map(|(nome, valor)| format!("{}={}", encode(nome), encode(valor))).collect();
    if pares.is_empty() { caminho.to_owned() } else { format!("{caminho}?{}", pares.join("&")) }
}

/// Everything but letters and digits as `%XX`, so that what is meant is what arrives.
pub(crate) fn encode(texto: &str) -> String {
    texto.bytes().fold(String::new(), |mut saida, byte| {
        if byte.is_ascii_alphanumeric() {
            saida.push(byte.into());
        } else {
            write!(saida, "%{byte:02X}").unwrap();
        }
        saida
    })
}

fn damage() -> impl Strategy<Value = Dano> {
    prop_oneof![
        6 => strange().prop_map(Dano::Trocar),
        2 => Just(Dano::Tirar),
        2 => (strange_text(), strange()).prop_map(|(nome, valor)| Dano::Acrescentar(nome, valor)),
        1 => Just(Dano::Embrulhar),
        1 => select(vec![2_usize, 12, 1_001]).prop_map(Dano::Repetir),
    ]
}

/// Values that are seldom meant.
fn strange() -> BoxedStrategy<Value> {
    let numeros = [
        json!(0),
        json!(-1),
        json!(1.5),
        json!(0.001),
        json!(1e308),
        json!(-1e-308),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(32_768),
        json!(2_147_483_648_u64),
        json!(-0.01),
        json!(99_999_999_999.99),
    ];
    let outros =
        [json!(null), json!(true), json!([]), json!({}), json!([null]), json!({"a": {"b": []}}), nested(60)];
    let muitos = [Value::Array(vec![json!(null); 1_001]), json!(vec!["email"; 21])];
    prop_oneof![
        3 => select(numeros.to_vec()),
        3 => select(outros.to_vec()),
        1 => select(muitos.to_vec()),
        6 => strange_text().prop_map(Value::String),
    ]
    .boxed()
}

fn nested(fundo: usize) -> Value {
    (0..fundo).fold(json!(1), |dentro, _| json!([dentro]))
}

/// Texts that are seldom meant.
pub(crate) fn strange_text() -> BoxedStrategy<String> {
    let textos = [
        "",
        " ",
        "\0",
        "a\0b",
        "\n",
        "\u{1b}[31m",
        "\u{202e}abc",
        "\u{feff}",
        "👩‍👩‍👧‍👦",
        "ﷺ",
        "é\u{301}",
        "\u{fffd}",
        "a/b~c",
        "%00",
        "%",
        "..",
        "../../etc/passwd",
        "'; DROP TABLE cadastro.titulo; --",
        "NaN",
        "Infinity",
        "-Infinity",
        "-0.01",
        "-0",
        "1e5",
        "0x10",
        "1.234,56",
        "99999999999.99",
        "0.001",
        "2026-02-30",
        "2026-13-01",
        "0000-00-00",
        "10000-01-01",
        "2026-3-1",
        "1999-02-29",
        "+262142-12-31",
        "25:00",
        "08:60",
        "23:59:60",
        "2026-03-10T25:00:00Z",
        "2016-12-31T23:59:60Z",
        "9999-12-31T23:59:59Z",
        "52998224726",
        "111.111.111-11",
        "11222333000182",
        "null",
        "true",
        "email",
        "carta",
        "aberto",
        "00000000-0000-0000-0000-000000000000",
        "{0190b1f0-0000-7000-8000-000000000001}",
        "#NAO_EXISTE#",
        "#NOME#",
        "{{nome}}",
    ];
    let longos = ["x".repeat(70), "ç".repeat(151), "x".repeat(20_001)];
    let todos: Vec<String> = textos.iter().map(|texto| (*texto).to_owned()).chain(longos).collect();
    prop_oneof![5 => select(todos), 1 => any::<String>()].boxed()
}

fn damage_body(pedido: Pedido, danos: &[(Index, Dano)]) -> Pedido {
    let Some(mut corpo) = pedido.json() else { return pedido };
    for (onde, dano) in danos {
        let mut lugares = Vec::new();
        places(&corpo, String::new(), &mut lugares);
        apply(&mut corpo, onde.get::<String>(&lugares), dano);
    }
    Pedido { valido: false, ..pedido.with_json(&corpo) }
}

fn places(valor: &Value, aqui: String, lugares: &mut Vec<String>) {
    match valor {
        Value::Object(campos) => {
            for (nome, campo) in campos {
                places(campo, format!("{aqui}/{}", nome.replace('~', "~0").replace('/', "~1")), lugares);
            }
        }
        // Of a thousand equal items a few are enough to choose from.
        Value::Array(itens) => {
            for (indice, item) in itens.iter().enumerate().take(5) {
                places(item, format!("{aqui}/{indice}"), lugares);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    lugares.push(aqui);
}

fn apply(corpo: &mut Value, lugar: &str, dano: &Dano) {
    if let (Dano::Tirar, Some((pai, campo))) = (dano, lugar.rsplit_once('/')) {
        if let Some(Value::Object(campos)) = corpo.pointer_mut(pai) {
            campos.remove(campo);
        }
        return;
    }
    let Some(alvo) = corpo.pointer_mut(lugar) else { return };
    match (dano, &mut *alvo) {
        (Dano::Acrescentar(nome, valor), Value::Object(campos)) => {
            campos.insert(nome.clone(), valor.clone());
        }
        (Dano::Repetir(vezes), Value::Array(itens)) if !itens.is_empty() => {
            *itens = itens.iter().cycle().take(*vezes).cloned().collect();
        }
        (Dano::Trocar(valor), _) => *alvo = valor.clone(),
        _ => *alvo = Value::Array(vec![alvo.take()]),
    }
}

/// The body as it travels.
fn damage_wire(pedido: Pedido, onde: Index, como: usize) -> Pedido {
    let mut corpo = pedido.corpo.clone();
    let fim = if corpo.is_empty() { 0 } else { onde.index(corpo.len()) };
    let pedido = Pedido { valido: false, ..pedido };
    let com_tipo = |tipo: Option<&str>| Pedido { tipo: tipo.map(str::to_owned), ..pedido.clone() };
    match como {
        0 => corpo.truncate(fim),
        1 => corpo.insert(fim, 0xFF),
        2 => corpo.extend_from_slice(b" {}"),
        3 => corpo = b"{\"nome\": \"\\ud800\"}".to_vec(),
        4 => corpo = b"[NaN, Infinity, -Infinity]".to_vec(),
        5 => corpo = "[".repeat(10_000).into_bytes(),
        6 => return com_tipo(None),
        7 => return com_tipo(Some("text/plain")),
        8 => return com_tipo(Some("application/json; charset=utf-16")),
        _ => return Pedido { codificacao: Some("gzip".to_owned()), ..pedido },
    }
    if pedido.tipo.is_some() { pedido.with_bytes(corpo) } else { Pedido { corpo, ..pedido } }
}

fn damage_query(pedido: Pedido, nome: &str, valor: &str) -> Pedido {
    let liga = if pedido.caminho.contains('?') { '&' } else { '?' };
    // What is so long that no server reads the head is no request of ours.
    let valor: String = valor.chars().take(2_000).collect();
    let caminho = format!("{}{liga}{}={}", pedido.caminho, encode(nome), encode(&valor));
    Pedido { caminho, valido: false, ..pedido }
}

/// Something else in the place of the id, or behind the address.
fn damage_path(pedido: Pedido, texto: &str) -> Pedido {
    let texto = encode(&texto.chars().take(2_000).collect::<String>());
    let partes: Vec<&str> = pedido.caminho.split('/').collect();
    let caminho = match partes.as_slice() {
        ["", "v1", lista, _, resto @ ..] => [&["", "v1", lista, &texto], resto].concat().join("/"),
        _ => format!("{}/{texto}", pedido.caminho),
    };
    Pedido { caminho, valido: false, ..pedido }
}
