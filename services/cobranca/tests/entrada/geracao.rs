#![cfg(test)]
//! Good values, from their schema.

use chrono::{Days, NaiveDate};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use crate::documento::{Documento, Operacao};

/// Items of a list that is generated.
const ITENS: u64 = 3;

/// A value that the schema accepts.
pub(crate) fn valid(doc: &Documento, esquema: &Value) -> BoxedStrategy<Value> {
    let esquema = doc.resolve(esquema);
    if let Some(valores) = esquema["enum"].as_array() {
        return select(valores.clone()).boxed();
    }
    if let Some(alternativas) = esquema["oneOf"].as_array() {
        return union(alternativas.iter().map(|alternativa| valid(doc, alternativa)));
    }
    match esquema["type"].as_array() {
        Some(tipos) => union(tipos.iter().map(|tipo| of_type(doc, esquema, tipo.as_str().unwrap()))),
        None => of_type(doc, esquema, esquema["type"].as_str().expect("um esquema com tipo")),
    }
}

/// A body that the operation accepts, as far as its schema can say; the example is tried often, because what stands
/// between fields it has right.
pub(crate) fn body(doc: &Documento, operacao: &Operacao) -> BoxedStrategy<Option<Value>> {
    let Some(esquema) = &operacao.corpo else { return Just(None).boxed() };
    let gerado = valid(doc, esquema);
    match &operacao.exemplo {
        Some(exemplo) => prop_oneof![2 => gerado, 1 => Just(exemplo.clone())].prop_map(Some).boxed(),
        None => gerado.prop_map(Some).boxed(),
    }
}

/// A query that the operation accepts: each parameter may be there. A cursor is never: only a page can give one.
pub(crate) fn query(doc: &Documento, operacao: &Operacao) -> BoxedStrategy<Vec<(String, String)>> {
    let sem_cursor = operacao.consulta.iter().filter(|(_, esquema)| esquema["format"] != "cursor");
    let parametros: Vec<_> = sem_cursor
        .map(|(nome, esquema)| {
            let nome = nome.clone();
            let par = valid(doc, esquema).prop_map(move |valor| (nome.clone(), text_of(&valor)));
            proptest::option::of(par).boxed()
        })
        .collect();
    parametros.prop_map(|pares| pares.into_iter().flatten().collect()).boxed()
}

fn text_of(valor: &Value) -> String {
    valor.as_str().map_or_else(|| valor.to_string(), str::to_owned)
}

fn union(alternativas: impl Iterator<Item = BoxedStrategy<Value>>) -> BoxedStrategy<Value> {
    proptest::strategy::Union::new(alternativas).boxed()
}

fn of_type(doc: &Documento, esquema: &Value, tipo: &str) -> BoxedStrategy<Value> {
    match tipo {
        "null" => Just(Value::Null).boxed(),
        "boolean" => any::<bool>().prop_map(Value::Bool).boxed(),
        "integer" => integer(esquema),
        // Money is the only number.
        "number" => select(vec![json!(0.01), json!(1), json!(1234.56), json!(9_999_999_999.99)]).boxed(),
        "string" => string(esquema),
        "array" => list(doc, esquema),
        "object" => object(doc, esquema),
        outro => panic!("tipo {outro} em {esquema}"),
    }
}

fn integer(esquema: &Value) -> BoxedStrategy<Value> {
    let limite = |nome: &str, padrao: i32| esquema[nome].as_i64().unwrap_or(padrao.into());
    let (min, max) = (limite("minimum", i32::MIN), limite("maximum", i32::MAX));
    prop_oneof![min..=max, Just(min), Just(max)].prop_map(Value::from).boxed()
}

fn list(doc: &Documento, esquema: &Value) -> BoxedStrategy<Value> {
    let limite = |nome: &str, padrao: u64| esquema[nome].as_u64().unwrap_or(padrao);
    let (min, max) = (limite("minItems", 0), limite("maxItems", ITENS).min(ITENS));
    let tamanho = usize::try_from(min).unwrap()..=usize::try_from(max).unwrap();
    vec(valid(doc, &esquema["items"]), tamanho).prop_map(Value::Array).boxed()
}

fn object(doc: &Documento, esquema: &Value) -> BoxedStrategy<Value> {
    let obrigatorios: Vec<&str> =
        esquema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    // One whose names are anybody's is tried by the example of its operation.
    let Some(propriedades) = esquema["properties"].as_object() else { return Just(json!({})).boxed() };
    let campos: Vec<_> = propriedades
        .iter()
        .map(|(nome, campo)| {
            let obrigatorio = obrigatorios.contains(&nome.as_str());
            let nome = nome.clone();
            let par = valid(doc, campo).prop_map(move |valor| (nome.clone(), valor));
            if obrigatorio { par.prop_map(Some).boxed() } else { proptest::option::of(par).boxed() }
        })
        .collect();
    campos.prop_map(|pares| Value::Object(pares.into_iter().flatten().collect::<Map<_, _>>())).boxed()
}

fn string(esquema: &Value) -> BoxedStrategy<Value> {
    let textos =
        |textos: &[&str]| select(textos.iter().map(|texto| json!(texto)).collect::<Vec<_>>()).boxed();
    match esquema["format"].as_str() {
        Some("uuid") => any::<u128>().prop_map(|n| json!(uuid::Uuid::from_u128(n).to_string())).boxed(),
        Some("date") => date().prop_map(|dia| json!(dia.to_string())).boxed(),
        Some("date-time") => (date(), 0..86_400_u32)
            .prop_map(|(dia, s)| {
                json!(format!("{dia}T{:02}:{:02}:{:02}-03:00", s / 3600, s / 60 % 60, s % 60))
            })
            .boxed(),
        Some("email") => textos(&["maria@exemplo.com.br", "a.b+c@x.co", "JOSE@EXEMPLO.COM"]),
        Some("cpf-cnpj") => {
            textos(&["52998224725", "529.982.247-25", "11222333000181", "12.ABC.345/01DE-35"])
        }
        Some("linha-digitavel") => textos(&[
            "00190500954014481606906809350314337370000000100",
            "00190.50095 40144.816069 06809.350314 3 37370000000100",
        ]),
        Some("pix-copia-e-cola") => textos(&[
            "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***63041D3D",
        ]),
        Some("uri") => textos(&["https://boletos.exemplo.com.br/123"]),
        Some("fuso-iana") => textos(&["America/Sao_Paulo", "America/Rio_Branco", "UTC"]),
        Some("cep") => patterned(esquema),
        Some("strftime") => textos(&["%d/%m/%Y", "%Y-%m-%d"]),
        Some("telefone-br") => textos(&["(11) 98765-4321", "+5511987654321", "1133334444"]),
        Some(outro) => panic!("não sei gerar o formato {outro}: {esquema}"),
        None => plain(esquema),
    }
}

/// Years that are plausible and years that are not.
fn date() -> impl Strategy<Value = NaiveDate> {
    let primeiro: NaiveDate = "1900-01-01".parse().unwrap();
    let perto: NaiveDate = "2026-01-01".parse().unwrap();
    prop_oneof![
        4 => (0..400_u64).prop_map(move |n| perto + Days::new(n)),
        1 => (0..109_572_u64).prop_map(move |n| primeiro + Days::new(n)),
    ]
}

/// A text with a limit, or one with a pattern.
fn plain(esquema: &Value) -> BoxedStrategy<Value> {
    let Some(max) = esquema["maxLength"].as_u64() else { return patterned(esquema) };
    let max = usize::try_from(max).unwrap();
    let estranhos = [
        "é",
        "São João d'Água",
        "a\"b\\c/d",
        "'; DROP TABLE cadastro.titulo; --",
        "{{nome}}",
        "مرحبا",
        "👩‍👩‍👧‍👦",
        "\u{202e}abc",
    ];
    let curto = move |texto: &&str| texto.chars().count() <= max;
    let estranhos: Vec<String> =
        estranhos.iter().filter(|texto| curto(texto)).map(|texto| (*texto).to_owned()).collect();
    let comum = format!("[a-zA-Z0-9À-ÿ][ -~]{{0,{}}}", max.saturating_sub(1).min(19));
    prop_oneof![
        4 => proptest::string::string_regex(&comum).unwrap(),
        1 => select(estranhos),
        1 => Just("ç".repeat(max)),
    ]
    .prop_map(|texto| json!(texto))
    .boxed()
}

fn patterned(esquema: &Value) -> BoxedStrategy<Value> {
    let padrao = esquema["pattern"].as_str().unwrap_or_else(|| panic!("um texto sem limite: {esquema}"));
    match proptest::string::string_regex(padrao.trim_start_matches('^').trim_end_matches('$')) {
        Ok(textos) => textos.prop_map(|texto| json!(texto)).boxed(),
        // What looks ahead cannot be generated; the examples can.
        Err(_) => select(esquema["examples"].as_array().expect("exemplos").clone()).boxed(),
    }
}
