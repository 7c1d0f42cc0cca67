//! A client that knows of a service only what an integrator knows: its address and a key.

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;

/// Longer than any answer takes on a busy machine, short enough that a hung service fails the test.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A base address, a bearer key and extra headers that go with every call.
#[derive(Clone)]
pub struct Http {
    client: Client,
    base: String,
    key: Option<String>,
    headers: Vec<(String, String)>,
}

/// What the service answered.
#[derive(Debug)]
pub struct Resposta {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub text: String,
    /// The body as JSON; `Null` when it is empty or something else.
    pub json: Value,
}

impl Http {
    /// A client without a key. `base` is like `http://127.0.0.1:8080`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        let client = Client::builder().timeout(TIMEOUT).build().expect("an HTTP client");
        Self { client, base: base.trim_end_matches('/').to_owned(), key: None, headers: Vec::new() }
    }

    /// The same client with this bearer key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self.clone() }
    }

    /// The same client, with its key, at another address.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned(), ..self.clone() }
    }

    /// The same client with one more header.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    /// `GET path`.
    ///
    /// # Panics
    /// When nobody answers; as do the calls below. A status that means an error is an answer.
    pub async fn get(&self, path: &str) -> Resposta {
        self.send(self.request(Method::GET, path)).await
    }

    /// `POST path` with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Resposta {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// `PUT path` with a JSON body.
    pub async fn put(&self, path: &str, body: &Value) -> Resposta {
        self.send(self.request(Method::PUT, path).json(body)).await
    }

    /// `PATCH path` with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> Resposta {
        self.send(self.request(Method::PATCH, path).json(body)).await
    }

    /// `DELETE path`.
    pub async fn delete(&self, path: &str) -> Resposta {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// `POST path` with a body of this media type, as it is.
    pub async fn upload(&self, path: &str, media: &str, body: impl Into<Vec<u8>>) -> Resposta {
        self.send(self.request(Method::POST, path).header("content-type", media).body(body.into())).await
    }

    /// `PUT path` with a body of this media type, as it is.
    pub async fn put_bytes(&self, path: &str, media: &str, body: impl Into<Vec<u8>>) -> Resposta {
        self.send(self.request(Method::PUT, path).header("content-type", media).body(body.into())).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        request
    }

    async fn send(&self, request: RequestBuilder) -> Resposta {
        let answer = request.send().await;
        let answer = answer.unwrap_or_else(|e| panic!("{} não responde: {e}", self.base));
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.expect("a body that ends");
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Resposta { status, headers, text, json }
    }
}

impl Resposta {
    /// The answer, if it has this status.
    ///
    /// # Panics
    /// With the body, if it has another.
    #[must_use]
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }
}
