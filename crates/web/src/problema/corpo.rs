//! A problem as an answer: its body, its headers, its schema.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;
use utoipa::openapi::{RefOr, schema::Schema};
use utoipa::{PartialSchema, ToSchema};

use super::{ErroCampo, Extra, Mudado, Problema};

/// Media type of every error answer.
pub const MIDIA_PROBLEMA: &str = "application/problem+json";

/// Uma recusa ou falha, no formato da RFC 9457.
// Doc comments of schemas are Portuguese: integrators read them in the OpenAPI document.
#[derive(Serialize, ToSchema)]
struct Corpo<'a> {
    /// Endereço relativo e estável do tipo de problema.
    #[serde(rename = "type")]
    #[schema(example = "/erros/validacao")]
    tipo: String,
    /// Título curto, igual em toda ocorrência.
    #[schema(example = "Dados inválidos")]
    title: &'a str,
    /// Status HTTP.
    #[schema(example = 422)]
    status: u16,
    /// O que aconteceu desta vez.
    #[schema(example = "1 campo não foi aceito")]
    detail: &'a str,
    /// Código estável, para o programa decidir.
    #[schema(example = "validacao")]
    codigo: &'a str,
    /// Todos os campos que não foram aceitos.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    erros: &'a [ErroCampo],
    /// O que mudou desde que foi mostrado, em um conflito que o diz.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    mudancas: &'a [Mudado],
    /// Identifica a requisição; o mesmo valor do cabeçalho `X-Request-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    instance: Option<&'a str>,
}

impl Problema {
    pub(crate) fn json(&self) -> String {
        let corpo = Corpo {
            tipo: format!("/erros/{}", self.codigo.codigo),
            title: self.codigo.titulo,
            status: self.codigo.status,
            detail: &self.detalhe,
            codigo: self.codigo.codigo,
            erros: &self.erros,
            mudancas: &self.mudancas,
            instance: self.instancia.as_deref(),
        };
        // Strings and numbers always serialize.
        serde_json::to_string(&corpo).unwrap_or_default()
    }
}

impl ResponseError for Problema {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.codigo.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut resposta = HttpResponseBuilder::new(self.status_code());
        resposta.content_type(MIDIA_PROBLEMA).insert_header((CACHE_CONTROL, "no-store"));
        match &self.extra {
            Extra::Nenhum => {}
            Extra::Autenticar => {
                resposta.insert_header((WWW_AUTHENTICATE, r#"Bearer realm="cobranca""#));
            }
            Extra::Permitir(metodos) => {
                resposta.insert_header((ALLOW, metodos.as_ref()));
            }
            Extra::TentarEm { segundos } => {
                resposta.insert_header((RETRY_AFTER, segundos.to_string()));
            }
        }
        resposta.body(self.json())
    }
}

impl PartialSchema for Problema {
    fn schema() -> RefOr<Schema> {
        Corpo::schema()
    }
}

impl ToSchema for Problema {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Problema")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        Corpo::schemas(schemas);
    }
}
