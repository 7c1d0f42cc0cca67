#![cfg(test)]
//! The OpenAPI document, as far as a caller needs it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

/// The document and what is generated beside it.
pub(crate) struct Documento {
    raiz: Value,
    erros: String,
}

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct Operacao {
    pub(crate) metodo: Method,
    pub(crate) caminho: String,
    pub(crate) escopo: String,
    /// Parameters of the query, with their schemas.
    pub(crate) consulta: BTreeMap<String, Value>,
    /// Schema of the body.
    pub(crate) corpo: Option<Value>,
    /// The example of the body, where there is one.
    pub(crate) exemplo: Option<Value>,
    /// Whether it takes a file, which no schema describes.
    pub(crate) de_arquivo: bool,
    /// Whether it compares an `If-Match`.
    pub(crate) confere_versao: bool,
    /// Whether it answers an `ETag`.
    pub(crate) diz_versao: bool,
    /// Schemas of the good answers, by status; null for an answer without a body, the media types of what is no JSON.
    pub(crate) respostas: BTreeMap<u16, Value>,
}

impl Documento {
    /// What the code says.
    pub(crate) fn new() -> Self {
        let mut documentos: BTreeMap<_, _> = cobranca::sistema::documents().unwrap().into_iter().collect();
        let raiz = serde_json::from_str(&documentos.remove("openapi/cobranca.json").unwrap()).unwrap();
        Self { raiz, erros: documentos.remove("errors.md").unwrap() }
    }

    pub(crate) fn json(&self) -> &Value {
        &self.raiz
    }

    /// All of them, what reads first and what ends something last.
    pub(crate) fn operations(&self) -> Vec<Operacao> {
        let mut operacoes = Vec::new();
        for (caminho, metodos) in self.raiz["paths"].as_object().unwrap() {
            for (metodo, operacao) in metodos.as_object().unwrap() {
                operacoes.push(Operacao::new(caminho, metodo, operacao));
            }
        }
        assert!(operacoes.len() >= 41, "só {} operações: o documento está incompleto", operacoes.len());
        operacoes.sort_by_key(Operacao::finality);
        operacoes
    }

    /// The schema behind a reference, or the schema itself.
    pub(crate) fn resolve<'d>(&'d self, esquema: &'d Value) -> &'d Value {
        match esquema["$ref"].as_str() {
            Some(alvo) => self.resolve(self.raiz.pointer(alvo.trim_start_matches('#')).expect(alvo)),
            None => esquema,
        }
    }

    /// The page of errors: status and title of each code.
    pub(crate) fn codes(&self) -> BTreeMap<String, (u16, String)> {
        let linhas = self.rows().filter(|celulas| celulas.len() == 4);
        linhas.filter_map(|c| Some((c[0].clone(), (c[1].parse().ok()?, c[2].clone())))).collect()
    }

    /// The page of errors: the codes of fields.
    pub(crate) fn field_codes(&self) -> Vec<String> {
        self.rows().filter(|celulas| celulas.len() == 2).map(|celulas| celulas[0].clone()).collect()
    }

    fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        let linhas = self.erros.lines().filter(|linha| linha.starts_with("| `"));
        linhas.map(|linha| {
            let celulas = linha.trim_matches('|').split(" | ");
            celulas.map(|celula| celula.trim().trim_matches('`').to_owned()).collect()
        })
    }
}

/// What is noted when it is fetched.
const BAIXADOS: [&str; 2] = ["/v1/arquivos/{id}/conteudo", "/v1/arquivos/{id}/indice"];

impl Operacao {
    fn new(caminho: &str, metodo: &str, operacao: &Value) -> Self {
        let parametros = operacao["parameters"].as_array().cloned().unwrap_or_default();
        let boas = operacao["responses"].as_object().unwrap();
        let da_consulta = parametros.iter().filter(|parametro| parametro["in"] == "query");
        let texto = |valor: &Value| valor.as_str().unwrap().to_owned();
        let conteudo = &operacao["requestBody"]["content"]["application/json"];
        Self {
            metodo: metodo.to_uppercase().parse().unwrap(),
            caminho: caminho.to_owned(),
            escopo: texto(&operacao["security"][0]["chave_api"][0]),
            consulta: da_consulta.map(|p| (texto(&p["name"]), p["schema"].clone())).collect(),
            corpo: conteudo.get("schema").cloned(),
            exemplo: conteudo.get("example").cloned(),
            de_arquivo: conteudo.is_null() && !operacao["requestBody"].is_null(),
            confere_versao: parametros.iter().any(|parametro| parametro["name"] == "If-Match"),
            diz_versao: boas.values().any(|resposta| !resposta["headers"]["ETag"].is_null()),
            respostas: boas
                .iter()
                .filter_map(|(status, resposta)| {
                    let conteudo = &resposta["content"];
                    // What is no JSON is told by its types alone.
                    let tipos =
                        conteudo.as_object().map(|c| c.keys().collect::<Vec<_>>()).unwrap_or_default();
                    let outro = tipos.iter().any(|tipo| *tipo != "application/json");
                    let esquema =
                        if outro { json!(tipos) } else { conteudo["application/json"]["schema"].clone() };
                    Some((status.parse().ok()?, esquema))
                })
                .collect(),
        }
    }

    pub(crate) fn nome(&self) -> String {
        format!("{} {}", self.metodo, self.caminho)
    }

    /// The address of the list in which the `{id}` of the path stands.
    pub(crate) fn list(&self) -> Option<&str> {
        self.caminho.split_once("/{").map(|(lista, _)| lista)
    }

    /// How little it leaves for others to be done: what is inside of something ends before it does, then the régua, and the
    /// clock moves when nothing asks for the day any more.
    fn finality(&self) -> (u8, Reverse<usize>) {
        let rank = match self.metodo {
            Method::GET => 0,
            // Before anything is paid of it.
            _ if self.caminho.ends_with("/cancelamento") => 0,
            Method::DELETE => 2,
            _ if self.caminho.ends_with("/pagamento") => 2,
            _ if self.caminho.ends_with("/arquivamento") => 3,
            Method::PUT if self.caminho == "/v1/relogio" => 4,
            _ => 1,
        };
        (rank, Reverse(if rank < 2 { 0 } else { self.caminho.matches('/').count() }))
    }

    /// Whether it can only tell what it would do to a régua. A file that is only simulated has tests of its own.
    pub(crate) fn simulates(&self) -> bool {
        self.consulta.contains_key("simular") && self.caminho.starts_with("/v1/reguas")
    }

    /// Whether it takes a file, or says yes or no to one that waits: no schema describes the one, and nothing generated
    /// makes the other wait.
    pub(crate) fn of_a_file(&self) -> bool {
        self.de_arquivo || (self.caminho.starts_with("/v1/importacoes/") && !self.reads())
    }

    /// Whether it promises to change nothing.
    pub(crate) fn reads(&self) -> bool {
        self.metodo == Method::GET
    }

    /// Whether it is kept who asked, and when (rule c02).
    pub(crate) fn is_noted(&self) -> bool {
        BAIXADOS.contains(&self.caminho.as_str())
    }
}
