//! Who a transaction or a statement is for.

use chrono::{DateTime, SecondsFormat, Utc};
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use domain::ids::EmpresaId;
use uuid::Uuid;

use crate::preparada::{Prepared, prepared};

/// Whose data a transaction sees, and why it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quem {
    /// The system itself, working for the company.
    Sistema(EmpresaId),
    /// A request from outside.
    Portador(Portador),
}

/// A request with a key. One that was revoked, or expired by `agora`, is refused ([`StoreError::ChaveRecusada`]) by the
/// transaction or the statement that would have served it.
///
/// [`StoreError::ChaveRecusada`]: crate::StoreError::ChaveRecusada
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portador {
    /// The key's company.
    pub empresa: EmpresaId,
    /// Id of the key.
    pub chave: Uuid,
    /// When it was asked.
    pub agora: DateTime<Utc>,
}

impl From<EmpresaId> for Quem {
    fn from(empresa: EmpresaId) -> Self {
        Self::Sistema(empresa)
    }
}

impl From<Portador> for Quem {
    fn from(portador: Portador) -> Self {
        Self::Portador(portador)
    }
}

impl Quem {
    pub(crate) fn empresa(self) -> EmpresaId {
        match self {
            Self::Sistema(empresa) | Self::Portador(Portador { empresa, .. }) => empresa,
        }
    }

    /// Until the transaction ends, only this company is seen.
    pub(crate) fn enter(self) -> String {
        match self {
            Self::Sistema(empresa) => format!("SET LOCAL app.empresa = '{empresa}'"),
            Self::Portador(Portador { empresa, chave, agora }) => {
                let agora = agora.to_rfc3339_opts(SecondsFormat::Micros, true);
                format!("SELECT cadastro.entrar('{empresa}', '{chave}', '{agora}')")
            }
        }
    }
}

impl Portador {
    /// A statement of [`one_row`] with its first values.
    pub(crate) fn prepared(self, sql: &str) -> Prepared<'_> {
        let Self { empresa, chave, agora } = self;
        prepared(sql)
            .bind::<SqlUuid, _>(empresa.uuid())
            .bind::<SqlUuid, _>(chave)
            .bind::<Timestamptz, _>(agora)
    }
}

/// What reads one row for a [`Portador`] in one message, without a transaction around it: the statement itself finds the key
/// good and shows its company's rows until it ends. `sql` reads the company as `e.empresa_id`, the instant as `$3` and its own
/// values from `$4` on. The `LIMIT` keeps it from being planned as anything but what comes after `entrar`.
pub(crate) fn one_row(sql: &str) -> String {
    format!(
        "SELECT r.* FROM cadastro.entrar($1, $2, $3) AS e (empresa_id) CROSS JOIN LATERAL ({sql} LIMIT 1) AS r"
    )
}
