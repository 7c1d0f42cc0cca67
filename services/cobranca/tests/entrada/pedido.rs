#![cfg(test)]
//! A request as bytes, and its answer.

use std::fmt;

use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, IF_MATCH};
use reqwest::{Client, Method};
use serde_json::Value;
use testkit::Resposta;

/// Longest piece of a body that a failed test shows.
const MOSTRA: usize = 600;

/// What is sent.
#[derive(Clone)]
pub(crate) struct Pedido {
    pub(crate) metodo: Method,
    /// With its query.
    pub(crate) caminho: String,
    pub(crate) corpo: Vec<u8>,
    pub(crate) tipo: Option<String>,
    pub(crate) codificacao: Option<String>,
    /// `If-Match`.
    pub(crate) vista: Option<String>,
    /// Whether the document says that this is accepted, as far as a schema can say it.
    pub(crate) valido: bool,
}

impl Pedido {
    pub(crate) fn new(metodo: &Method, caminho: &str) -> Self {
        Self {
            metodo: metodo.clone(),
            caminho: caminho.to_owned(),
            corpo: Vec::new(),
            tipo: None,
            codificacao: None,
            vista: None,
            valido: false,
        }
    }

    /// The same request with a JSON body.
    pub(crate) fn with_json(self, corpo: &Value) -> Self {
        self.with_bytes(corpo.to_string().into_bytes())
    }

    /// The same request with a body that says it is JSON.
    pub(crate) fn with_bytes(self, corpo: Vec<u8>) -> Self {
        Self { corpo, tipo: Some("application/json".to_owned()), ..self }
    }

    /// The body as its reader understands it, when it is JSON and nothing else was done to it.
    pub(crate) fn json(&self) -> Option<Value> {
        let bytes = self.corpo.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.corpo);
        self.codificacao.is_none().then(|| serde_json::from_slice(bytes).ok()).flatten()
    }

    /// Sends it, with `chave` as the bearer key.
    ///
    /// # Errors
    /// Nobody answered, or not to the end.
    pub(crate) async fn send(
        &self,
        http: &Client,
        base: &str,
        chave: Option<&str>,
    ) -> Result<Resposta, String> {
        let mut pedido =
            http.request(self.metodo.clone(), format!("{base}{}", self.caminho)).body(self.corpo.clone());
        if let Some(chave) = chave {
            pedido = pedido.header(AUTHORIZATION, format!("Bearer {chave}"));
        }
        if let Some(tipo) = &self.tipo {
            pedido = pedido.header(CONTENT_TYPE, tipo);
        }
        if let Some(codificacao) = &self.codificacao {
            pedido = pedido.header(CONTENT_ENCODING, codificacao);
        }
        if let Some(vista) = &self.vista {
            pedido = pedido.header(IF_MATCH, vista);
        }
        let resposta = pedido.send().await.map_err(|erro| format!("a conexão caiu: {erro:?}"))?;
        let (status, headers) = (resposta.status().as_u16(), resposta.headers().clone());
        let text = resposta.text().await.map_err(|erro| format!("a resposta não terminou: {erro:?}"))?;
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Resposta { status, headers, text, json })
    }
}

impl fmt::Debug for Pedido {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let corpo: String = String::from_utf8_lossy(&self.corpo).chars().take(MOSTRA).collect();
        let Self { metodo, caminho, tipo, codificacao, .. } = self;
        write!(f, "{metodo} {caminho} {tipo:?} {codificacao:?} {} bytes {corpo:?}", self.corpo.len())
    }
}

/// A client that gives up before the test does.
pub(crate) fn client() -> Client {
    Client::builder().timeout(std::time::Duration::from_mins(1)).build().unwrap()
}
