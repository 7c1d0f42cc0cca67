#![cfg(test)]
//! What holds for every answer.

use std::collections::BTreeMap;
use std::sync::Mutex;

use regex::Regex;
use serde_json::Value;
use testkit::Resposta;

use crate::documento::{Documento, Operacao};
use crate::pedido::Pedido;

/// Longest key of the caller's own that comes back whole.
const ECO: usize = 64;
/// The codes for what a schema can say.
const DE_FORMA: [&str; 8] = [
    "desconhecido",
    "tipo_invalido",
    "valor_invalido",
    "formato_invalido",
    "tamanho_invalido",
    "caractere_invalido",
    "cursor_invalido",
    "muitos_erros",
];

/// The document's promises.
pub(crate) struct Leis<'d> {
    doc: &'d Documento,
    codigos: BTreeMap<String, (u16, String)>,
    de_campo: Vec<String>,
    padroes: Mutex<BTreeMap<String, Regex>>,
}

impl<'d> Leis<'d> {
    pub(crate) fn new(doc: &'d Documento) -> Self {
        let (codigos, de_campo) = (doc.codes(), doc.field_codes());
        assert!(codigos.len() >= 15 && de_campo.len() >= 15, "a página de erros não foi lida");
        Self { doc, codigos, de_campo, padroes: Mutex::default() }
    }

    fn matches(&self, padrao: &str, texto: &str) -> bool {
        let mut padroes = self.padroes.lock().unwrap();
        let lido = padroes.entry(padrao.to_owned()).or_insert_with(|| Regex::new(padrao).unwrap());
        lido.is_match(texto)
    }

    /// # Errors
    /// The law that was broken.
    pub(crate) fn check(
        &self,
        operacao: &Operacao,
        pedido: &Pedido,
        resposta: &Resposta,
    ) -> Result<(), String> {
        let resultado = if resposta.status < 400 {
            self.success(operacao, resposta)
        } else {
            self.problem(resposta)
                .and_then(|()| pointers(operacao, pedido, resposta))
                .and_then(|()| fair(pedido, resposta))
        };
        resultado.map_err(|lei| format!("{lei}\n  {pedido:?}\n  {} {}", resposta.status, resposta.text))
    }

    fn success(&self, operacao: &Operacao, resposta: &Resposta) -> Result<(), String> {
        let Some(esquema) = operacao.respostas.get(&resposta.status) else {
            return Err("uma resposta que o documento não conhece".to_owned());
        };
        if let Some(tipos) = esquema.as_array() {
            let veio = resposta.headers["content-type"].to_str().unwrap_or_default();
            let algum = tipos.iter().filter_map(Value::as_str).any(|tipo| veio.starts_with(tipo));
            return law(algum, "um tipo que não é o do documento");
        }
        if esquema.is_null() {
            return law(resposta.text.is_empty(), "um corpo onde o documento não tem nenhum");
        }
        self.conforms(esquema, &resposta.json, "")
    }

    /// Any refusal: RFC 9457, in Portuguese, out of the table.
    pub(crate) fn problem(&self, resposta: &Resposta) -> Result<(), String> {
        let cabecalho =
            |nome: &str| resposta.headers.get(nome).and_then(|valor| valor.to_str().ok()).unwrap_or_default();
        if resposta.status >= 500 {
            law(resposta.status == 503 && !cabecalho("retry-after").is_empty(), "uma falha do servidor")?;
        }
        law(cabecalho("content-type") == "application/problem+json", "uma recusa que não é problem+json")?;
        let problema = &resposta.json;
        let codigo = problema["codigo"].as_str().unwrap_or_default();
        let Some((status, titulo)) = self.codigos.get(codigo) else {
            return Err(format!("o código `{codigo}` não está na página de erros"));
        };
        law(
            *status == resposta.status && problema["status"] == resposta.status,
            "um status que não é o do código",
        )?;
        law(problema["title"] == **titulo, "um título que não é o do código")?;
        law(problema["type"] == format!("/erros/{codigo}"), "um tipo que não é o do código")?;
        law(problema["detail"].as_str().is_some_and(|detalhe| !detalhe.is_empty()), "sem detalhe")?;
        law(problema["instance"] == cabecalho("x-request-id"), "instance não é o id da requisição")?;
        let erros = problema["erros"].as_array().map(Vec::as_slice).unwrap_or_default();
        law(
            (codigo == "validacao") != erros.is_empty(),
            "erros há quando os dados são inválidos, e só então",
        )?;
        for erro in erros {
            let codigo = erro["codigo"].as_str().unwrap_or_default();
            law(
                self.de_campo.iter().any(|conhecido| conhecido == codigo),
                &format!("código de campo `{codigo}`"),
            )?;
            law(erro["detalhe"].as_str().is_some_and(|detalhe| !detalhe.is_empty()), "campo sem detalhe")?;
        }
        Ok(())
    }

    /// An answer has the fields of its schema, of their types, and no others.
    fn conforms(&self, esquema: &Value, valor: &Value, local: &str) -> Result<(), String> {
        let esquema = self.doc.resolve(esquema);
        let nao = |que: &str| Err(format!("a resposta não é a do documento: {local}: {que}"));
        if let Some(partes) = esquema["allOf"].as_array() {
            return partes
                .iter()
                .try_for_each(|parte| self.conforms(parte, &only_known(self.doc, parte, valor), local));
        }
        if let Some(alternativas) = esquema["oneOf"].as_array() {
            let alguma =
                alternativas.iter().any(|alternativa| self.conforms(alternativa, valor, local).is_ok());
            return if alguma { Ok(()) } else { nao("nenhuma das alternativas") };
        }
        let tipo = type_of(valor);
        let serve = |dito: &Value| dito == tipo || (dito == "number" && tipo == "integer");
        let do_tipo = esquema["type"]
            .as_array()
            .map_or_else(|| serve(&esquema["type"]), |tipos| tipos.iter().any(serve));
        if !do_tipo {
            return nao(&format!("veio {tipo}"));
        }
        if esquema["enum"].as_array().is_some_and(|valores| !valores.contains(valor)) {
            return nao("fora da lista de valores");
        }
        if let (Some(padrao), Some(texto)) = (esquema["pattern"].as_str(), valor.as_str())
            && !self.matches(padrao, texto)
        {
            return nao(&format!("não é {padrao}"));
        }
        match valor {
            Value::Array(itens) => itens
                .iter()
                .try_for_each(|item| self.conforms(&esquema["items"], item, &format!("{local}/0"))),
            Value::Object(campos) if esquema["properties"].is_object() => {
                let obrigatorios =
                    esquema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                if let Some(falta) = obrigatorios.into_iter().find(|campo| !campos.contains_key(*campo)) {
                    return nao(&format!("falta {falta}"));
                }
                campos.iter().try_for_each(|(nome, campo)| match esquema["properties"].get(nome) {
                    Some(esquema) => self.conforms(esquema, campo, &format!("{local}/{nome}")),
                    None => nao(&format!("{nome} não está no documento")),
                })
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => Ok(()),
        }
    }
}

/// The part of an object that one schema of an `allOf` speaks of.
fn only_known(doc: &Documento, parte: &Value, valor: &Value) -> Value {
    let Some(campos) = doc.resolve(parte)["properties"].as_object() else { return valor.clone() };
    let seus = valor.as_object().into_iter().flatten().filter(|(nome, _)| campos.contains_key(*nome));
    Value::Object(seus.map(|(nome, campo)| (nome.clone(), campo.clone())).collect())
}

fn type_of(valor: &Value) -> &'static str {
    match valor {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(numero) if numero.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Every pointer leads into what was sent: to a field that is there, or into an object that lacks it.
fn pointers(operacao: &Operacao, pedido: &Pedido, resposta: &Resposta) -> Result<(), String> {
    let erros = resposta.json["erros"].as_array().map(Vec::as_slice).unwrap_or_default();
    let corpo = operacao.corpo.as_ref().and_then(|_| pedido.json());
    for campo in erros.iter().map(|erro| erro["campo"].as_str().unwrap_or("?")) {
        let (pai, ultimo) = campo.rsplit_once('/').unwrap_or(("", ""));
        law(campo.is_empty() || campo.starts_with('/'), &format!("`{campo}` não é um JSON Pointer"))?;
        let cortado = ultimo.chars().count() >= ECO;
        if let Some(corpo) = &corpo
            && !cortado
        {
            law(corpo.pointer(pai).is_some(), &format!("`{campo}` não leva a nada do que foi enviado"))?;
        }
    }
    Ok(())
}

/// What the schema allows is never refused for its form.
fn fair(pedido: &Pedido, resposta: &Resposta) -> Result<(), String> {
    if !pedido.valido {
        return Ok(());
    }
    law([404, 409, 422].contains(&resposta.status), "um pedido válido foi recusado")?;
    let erros = resposta.json["erros"].as_array().map(Vec::as_slice).unwrap_or_default();
    let de_forma = erros.iter().find(|erro| DE_FORMA.iter().any(|codigo| erro["codigo"] == *codigo));
    law(de_forma.is_none(), "o documento aceita o que foi recusado pela forma")
}

fn law(vale: bool, lei: &str) -> Result<(), String> {
    if vale { Ok(()) } else { Err(lei.to_owned()) }
}
