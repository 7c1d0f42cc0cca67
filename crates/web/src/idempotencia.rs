//! `Idempotency-Key`: a request that may come twice and must be carried out once.

use std::sync::{Arc, OnceLock};

use actix_web::http::Method;
use actix_web::{HttpMessage as _, HttpRequest};
use sha2::{Digest, Sha256};

use crate::problema::{Problema, codigos};

/// The header.
pub(crate) const CABECALHO: &str = "idempotency-key";
const MAX: usize = 255;

/// The key of a request, and what tells the request from any other: its method, its address with the query, its body.
#[derive(Clone, Debug)]
pub struct Idempotencia {
    chave: String,
    alvo: String,
    corpo: Arc<OnceLock<[u8; 32]>>,
}

impl Idempotencia {
    /// The key that came with a request which is not idempotent by itself (POST, PATCH). Whoever reads the body finds it in
    /// the request's extensions.
    pub(crate) fn of(req: &HttpRequest) -> Result<Option<Self>, Problema> {
        if !matches!(*req.method(), Method::POST | Method::PATCH) {
            return Ok(None);
        }
        let mut valores = req.headers().get_all(CABECALHO);
        let Some(valor) = valores.next() else { return Ok(None) };
        let chave = valor.to_str().ok().and_then(parse).filter(|_| valores.next().is_none());
        let Some(chave) = chave else {
            let detalhe = "Idempotency-Key deve vir uma vez, com 1 a 255 caracteres ASCII visíveis";
            return Err(Problema::new(&codigos::IDEMPOTENCIA_INVALIDA, detalhe));
        };
        let alvo = format!("{} {}", req.method(), req.uri());
        let nova = Self { chave: chave.to_owned(), alvo, corpo: Arc::default() };
        req.extensions_mut().insert(nova.clone());
        Ok(Some(nova))
    }

    /// The caller's key.
    #[must_use]
    pub fn chave(&self) -> &str {
        &self.chave
    }

    /// Tells what the body was; the first word counts. For a handler that reads its body by itself.
    pub fn with_body(&self, sha256: [u8; 32]) {
        self.corpo.get_or_init(|| sha256);
    }

    /// What tells this request from any other. A body that no one has read is none.
    #[must_use]
    pub fn impressao(&self) -> [u8; 32] {
        let corpo = self.corpo.get().copied().unwrap_or_default();
        Sha256::new().chain_update(&self.alvo).chain_update(corpo).finalize().into()
    }
}

/// Both a bare key and the quoted string of the draft.
fn parse(texto: &str) -> Option<&str> {
    let sem_aspas = texto.strip_prefix('"').and_then(|resto| resto.strip_suffix('"'));
    let chave = sem_aspas.unwrap_or(texto);
    let visivel = chave.bytes().all(|b| b.is_ascii_graphic());
    ((1..=MAX).contains(&chave.len()) && visivel).then_some(chave)
}

/// Marks what was read as the body of the request.
pub(crate) fn body_of(pedido: Option<Idempotencia>, bytes: &[u8]) {
    if let Some(pedido) = pedido {
        pedido.with_body(Sha256::digest(bytes).into());
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn of(metodo: Method, uri: &str, chaves: &[&str]) -> Result<Option<Idempotencia>, Problema> {
        let req = TestRequest::with_uri(uri).method(metodo);
        let req = chaves.iter().fold(req, |req, chave| req.append_header((CABECALHO, *chave)));
        Idempotencia::of(&req.to_http_request())
    }

    fn print_of(metodo: Method, uri: &str, corpo: &str) -> [u8; 32] {
        let pedido = of(metodo, uri, &["k"]).unwrap().unwrap();
        body_of(Some(pedido.clone()), corpo.as_bytes());
        pedido.impressao()
    }

    #[test]
    fn a_key_is_one_header_of_visible_ascii_bare_or_quoted() {
        let longa = "x".repeat(MAX);
        for (chave, lida) in
            [("a-1", "a-1"), ("\"a-1\"", "a-1"), ("\"", "\""), ("a\"b", "a\"b"), (&longa, &longa)]
        {
            assert_eq!(of(Method::POST, "/", &[chave]).unwrap().unwrap().chave(), lida);
        }
        for ruins in [&[""][..], &["\"\""], &["a b"], &["a", "a"], &[&format!("{longa}x")], &["\t"]] {
            assert_eq!(
                of(Method::POST, "/", ruins).unwrap_err().codigo(),
                &codigos::IDEMPOTENCIA_INVALIDA,
                "{ruins:?}"
            );
        }
        assert!(of(Method::POST, "/", &[]).unwrap().is_none());
        assert!(of(Method::PUT, "/", &["a b"]).unwrap().is_none(), "a PUT is idempotent by itself");
    }

    #[test]
    fn a_request_is_the_same_only_with_the_same_method_address_query_and_body() {
        let base = print_of(Method::POST, "/v1/a?x=1", "{}");
        assert_eq!(print_of(Method::POST, "/v1/a?x=1", "{}"), base);
        for outra in [
            print_of(Method::PATCH, "/v1/a?x=1", "{}"),
            print_of(Method::POST, "/v1/b?x=1", "{}"),
            print_of(Method::POST, "/v1/a", "{}"),
            print_of(Method::POST, "/v1/a?x=1", "{} "),
        ] {
            assert_ne!(outra, base);
        }
    }
}
