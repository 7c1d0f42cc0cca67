//! What a change answers, as a value: it can be kept beside the change and given again to whoever asks twice.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderName, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, Responder};
use serde::Serialize;

/// Says that an answer is the one that was given before, and that nothing was done this time.
pub(crate) const REPETIDA: HeaderName = HeaderName::from_static("idempotency-replayed");

/// A good answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resposta {
    /// HTTP status.
    pub status: u16,
    /// `Location`: where what was made is read.
    pub endereco: Option<String>,
    /// `ETag`: the version of what is answered.
    pub versao: Option<String>,
    /// The body, JSON.
    pub corpo: Option<String>,
    /// The body of the first answer, when it shows something that must not be kept.
    pub so_agora: Option<String>,
    /// Whether it was given before.
    pub repetida: bool,
}

impl Resposta {
    /// 200.
    pub fn ok(corpo: &impl Serialize) -> Self {
        Self { status: 200, corpo: Some(json(corpo)), ..Self::vazia() }
    }

    /// 201: something was made, and is read at `endereco`.
    pub fn criada(endereco: impl Into<String>, corpo: &impl Serialize) -> Self {
        Self { status: 201, endereco: Some(endereco.into()), ..Self::ok(corpo) }
    }

    /// 202: something began, and is watched at `endereco`.
    pub fn aceita(endereco: impl Into<String>, corpo: &impl Serialize) -> Self {
        Self { status: 202, ..Self::criada(endereco, corpo) }
    }

    /// 204.
    #[must_use]
    pub fn vazia() -> Self {
        Self { status: 204, endereco: None, versao: None, corpo: None, so_agora: None, repetida: false }
    }

    /// With the `ETag` of what is answered.
    #[must_use]
    pub fn com_versao(self, etag: impl Into<String>) -> Self {
        Self { versao: Some(etag.into()), ..self }
    }

    /// Shows `corpo` this once; what is kept, and answered to a repetition, is the body it had.
    #[must_use]
    pub fn mostrando(self, corpo: &impl Serialize) -> Self {
        Self { so_agora: Some(json(corpo)), ..self }
    }
}

impl Responder for Resposta {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let mut resposta = HttpResponseBuilder::new(status);
        for (nome, valor) in [(LOCATION, self.endereco), (ETAG, self.versao)] {
            if let Some(valor) = valor {
                resposta.insert_header((nome, valor));
            }
        }
        if self.repetida {
            resposta.insert_header((REPETIDA, "true"));
        }
        match self.so_agora.or(self.corpo) {
            Some(corpo) => resposta.content_type("application/json").body(corpo),
            None => resposta.finish(),
        }
    }
}

fn json(corpo: &impl Serialize) -> String {
    // What the API answers is made of texts, numbers and lists, which always serialize.
    serde_json::to_string(corpo).unwrap_or_default()
}
