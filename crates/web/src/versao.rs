//! `ETag` and `If-Match`: two people who edit the same thing do not undo each other.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::IF_MATCH;
use actix_web::{FromRequest, HttpRequest};

use crate::problema::{Problema, codigos};

/// The `If-Match` of a change: the versions that the caller may have seen. Without the header any version will do.
#[derive(Clone, Debug)]
pub struct SeVersao(Option<Vec<String>>);

/// The `ETag` of a version.
#[must_use]
pub fn etag(versao: i32) -> String {
    format!("\"{versao}\"")
}

/// Whether the request names no version: without `If-Match`, or with one that any version matches.
pub(crate) fn is_any(req: &HttpRequest) -> bool {
    req.headers().get_all(IF_MATCH).all(|valor| valor == "*")
}

impl SeVersao {
    /// Whether a change of what is at `versao` now may go on.
    ///
    /// # Errors
    /// 412 when the caller saw another version. A weak tag never matches (RFC 9110, 13.1.1).
    pub fn confere(&self, versao: i32) -> Result<(), Problema> {
        let atual = etag(versao);
        let serve = |vista: &String| vista == "*" || *vista == atual;
        match &self.0 {
            Some(vistas) if !vistas.iter().any(serve) => {
                Err(Problema::new(&codigos::VERSAO_MUDOU, format!("a versão atual é {atual}")))
            }
            Some(_) | None => Ok(()),
        }
    }
}

impl FromRequest for SeVersao {
    type Error = Problema;
    type Future = Ready<Result<Self, Problema>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        // A header that is not text names no version of ours.
        let linhas: Vec<_> =
            req.headers().get_all(IF_MATCH).map(|valor| valor.to_str().unwrap_or("")).collect();
        let vistas = linhas.iter().flat_map(|linha| linha.split(',')).map(|tag| tag.trim().to_owned());
        ready(Ok(Self((!linhas.is_empty()).then(|| vistas.collect()))))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn passa(cabecalhos: &[&str], versao: i32) -> bool {
        let req =
            cabecalhos.iter().fold(TestRequest::get(), |req, valor| req.append_header((IF_MATCH, *valor)));
        let lido = SeVersao::from_request(&req.to_http_request(), &mut Payload::None).into_inner().unwrap();
        lido.confere(versao).is_ok()
    }

    #[test]
    fn a_change_goes_on_from_the_version_that_was_seen_and_from_no_other() {
        for (cabecalhos, esperado) in [
            (&[][..], true),
            (&["\"7\""], true),
            (&["*"], true),
            (&["\"6\", \"7\""], true),
            (&["\"6\"", "\"7\""], true),
            (&["\"6\""], false),
            (&["W/\"7\""], false),
            (&["7"], false),
            (&[""], false),
        ] {
            assert_eq!(passa(cabecalhos, 7), esperado, "{cabecalhos:?}");
        }
    }
}
