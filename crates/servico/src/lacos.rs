//! What the loops of services have in common: database calls on threads that may block, and what to do when one fails.

use std::sync::Arc;

use store::StoreError;

/// Why a loop has to start over.
#[derive(Debug, thiserror::Error)]
pub enum Falha {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The thread that asked the database died.
    #[error("a database call was cut off")]
    Interrompida(#[from] tokio::task::JoinError),
}

/// Runs a database call of `servico` on a thread that may block.
///
/// # Errors
/// The call failed, or its thread died.
pub async fn blocking<S: Send + Sync + 'static, T: Send + 'static>(
    servico: &Arc<S>,
    work: impl FnOnce(&S) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, Falha> {
    let servico = Arc::clone(servico);
    Ok(tokio::task::spawn_blocking(move || work(&servico)).await??)
}

/// What is wrong with one company keeps no other from its turn: the round goes on, and fails at its end. Without a database it
/// ends at once.
///
/// # Errors
/// There is no database.
pub fn first_failure(rodada: Result<(), Falha>, esta: Result<(), Falha>) -> Result<Result<(), Falha>, Falha> {
    match esta {
        Err(falha @ Falha::Store(StoreError::Pool(_) | StoreError::Connection(_))) => Err(falha),
        Err(falha) => Ok(rodada.and(Err(falha))),
        Ok(()) => Ok(rodada),
    }
}
