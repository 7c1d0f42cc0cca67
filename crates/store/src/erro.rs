//! What can go wrong in the store.

use diesel::ConnectionError;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failure of the database or of what it holds.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection became free in time; the caller may try again.
    #[error("no database connection became free in time")]
    Pool(#[source] diesel::r2d2::PoolError),
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    Connection(#[source] diesel::ConnectionError),
    /// A statement failed.
    #[error("a statement failed: {0}")]
    Statement(#[from] DieselError),
    /// Another transaction changed what this one had decided by, before it could write; run again, it sees that.
    #[error("another transaction changed what was read")]
    Raced,
    /// The key that a request came with is revoked or expired.
    #[error("the key is no longer good")]
    ChaveRecusada,
    /// The migrations could not be applied.
    #[error("the migrations could not be applied: {0}")]
    Migration(String),
    /// A stored value is outside the domain: the database was changed by hand, or a newer version wrote it.
    #[error("the stored {0} is not one this version knows")]
    Unknown(&'static str),
}

/// Keys, unique or exclusive, that two requests at once may both try to create; the second attempt then finds the first one's
/// row.
const CREATED_CONCURRENTLY: [&str; 10] = [
    "devedor_documento_unico",
    "devedor_codigo_unico",
    "credor_codigo_unico",
    "titulo_codigo_unico",
    "pagamento_codigo_unico",
    "regua_criterios_unicos",
    "politica_faixa_unica",
    "resultado_nome_unico",
    "meio_contato_preferido",
    "execucao_uma_por_vez",
];

/// What `cadastro.entrar` names when it refuses.
const CHAVE_VIVA: &str = "chave_viva";

impl StoreError {
    /// Whether running the same transaction again can succeed.
    pub(crate) fn is_transient(&self) -> bool {
        if matches!(self, Self::Raced) {
            return true;
        }
        let Self::Statement(DieselError::DatabaseError(kind, info)) = self else { return false };
        // Deadlocks have no kind of their own; PostgreSQL names them in the message.
        matches!(kind, DatabaseErrorKind::SerializationFailure)
            || info.message().contains("deadlock detected")
            || info.constraint_name().is_some_and(|name| CREATED_CONCURRENTLY.contains(&name))
    }

    /// Whether the database gave a statement up because it took or waited too long: what it asks for may be had at another time.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        let Self::Statement(DieselError::DatabaseError(_, info)) = self else { return false };
        // No kind of their own either.
        ["due to statement timeout", "due to lock timeout"].iter().any(|fim| info.message().ends_with(fim))
    }

    /// Whether the connection broke while it was used.
    pub(crate) fn is_disconnection(&self) -> bool {
        self.disconnection().is_some()
    }

    /// A broken connection is the database being out of reach, and a key that is no longer good the caller's affair;
    /// neither is a statement that was wrong.
    pub(crate) fn told_apart(self) -> Self {
        if let Self::Statement(DieselError::DatabaseError(_, info)) = &self
            && info.constraint_name() == Some(CHAVE_VIVA)
        {
            return Self::ChaveRecusada;
        }
        match self.disconnection() {
            Some(cause) => Self::Connection(ConnectionError::BadConnection(cause)),
            None => self,
        }
    }

    /// What the client library says of a broken connection.
    fn disconnection(&self) -> Option<String> {
        let Self::Statement(erro) = self else { return None };
        let erro = if let DieselError::RollbackErrorOnCommit { commit_error, .. } = erro {
            commit_error
        } else {
            erro
        };
        let DieselError::DatabaseError(kind, info) = erro else { return None };
        let broken =
            matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand);
        broken.then(|| info.message().to_owned())
    }

    /// The unique constraint that was violated, if that is what happened.
    #[must_use]
    pub fn violated(&self) -> Option<&str> {
        match self {
            Self::Statement(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info)) => {
                info.constraint_name()
            }
            Self::Statement(_)
            | Self::Pool(_)
            | Self::Connection(_)
            | Self::Raced
            | Self::ChaveRecusada
            | Self::Migration(_)
            | Self::Unknown(_) => None,
        }
    }
}
