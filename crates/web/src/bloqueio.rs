//! From a handler to a thread that may wait.

use tracing::Span;

use crate::problema::Problema;

/// Runs `f` (a query, a hash of a large file) on the blocking pool. The error says itself what it is to the caller: a
/// busy connection pool is [`Problema::indisponivel`], a broken rule is a conflict.
///
/// # Errors
/// The problem of `f`; 500 when `f` panicked.
pub async fn bloquear<T, E>(f: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, Problema>
where
    T: Send + 'static,
    E: Into<Problema> + Send + 'static,
{
    let requisicao = Span::current();
    match actix_web::web::block(move || requisicao.in_scope(f)).await {
        Ok(resultado) => resultado.map_err(Into::into),
        Err(causa) => Err(Problema::interno("esperando uma operação bloqueante", &causa)),
    }
}
