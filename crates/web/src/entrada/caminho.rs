//! Path parameters. What cannot be an id of ours is an id of nothing: 404.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::{Data, Path};
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::problema::Problema;
use crate::servidor::Estado;

/// The path parameters as `T`: an id, or a tuple of them in the order of the path.
#[derive(Clone, Copy, Debug)]
pub struct Caminho<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Caminho<T> {
    type Error = Problema;
    type Future = Ready<Result<Self, Problema>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // A control character would reach PostgreSQL as text it refuses; no key of ours has one.
        let limpo = req.match_info().iter().all(|(_, valor)| !has_control(valor));
        let lido = Path::<T>::from_request(req, payload).into_inner();
        ready(match lido {
            Ok(valor) if limpo => Ok(Self(valor.into_inner())),
            Ok(_) | Err(_) => Err(refusal(req)),
        })
    }
}

/// An address that another method has, `/v1/titulos/pagamentos`, was read as an id by the route of `/v1/titulos/{id}`.
fn refusal(req: &HttpRequest) -> Problema {
    req.app_data::<Data<Estado>>().map_or_else(Problema::nao_encontrado, |estado| estado.refusal(req))
}

/// Whether a path segment, still percent-encoded or not, holds a control character.
fn has_control(segmento: &str) -> bool {
    let bytes = segmento.as_bytes();
    segmento.chars().any(char::is_control)
        || bytes.windows(3).any(|trio| match trio {
            [b'%', b'0' | b'1', b] => b.is_ascii_hexdigit(),
            [b'%', b'7', b'f' | b'F'] => true,
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_seen_plain_and_encoded() {
        for ruim in ["a\0", "a%00", "%1f", "x%7Fy", "a\nb"] {
            assert!(has_control(ruim), "{ruim:?}");
        }
        for bom in ["", "a%20b", "%C3%A7", "100%", "%7e"] {
            assert!(!has_control(bom), "{bom:?}");
        }
    }
}
