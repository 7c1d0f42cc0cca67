//! Who calls, and which doors their key opens.
//!
//! A middleware turns `Authorization: Bearer cob_…` into an [`Acesso`] before anything of the body is read; under `/v1`
//! nothing is reached without one. A handler then names the scope it needs in its signature, first of its arguments:
//!
//! ```text
//! async fn put_titulos(acesso: Autorizado<escopos::titulos::Escrever>, itens: Itens<1000>) -> …
//! ```

mod chave;
mod escopo;
mod extrator;

use std::sync::Arc;

use domain::ids::EmpresaId;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::problema::Problema;

pub use chave::{ChaveApresentada, ChaveInvalida, ChaveNova, HASH_BYTES};
pub use escopo::{Escopo, EscopoDesconhecido, Escopos, Exige, escopos};
pub use extrator::Autorizado;
pub(crate) use extrator::autenticar;

/// What a good key stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acesso {
    /// The company whose data is seen.
    pub empresa: EmpresaId,
    /// Id of the key, for the audit trail.
    pub chave: Uuid,
    /// The doors it opens.
    pub escopos: Escopos,
}

/// Looks a key up: `None` for one that is unknown, expired, revoked, or whose secret does not match
/// ([`ChaveApresentada::confere`]). A problem (503, 500) when it could not look.
pub type Autenticador =
    Arc<dyn Fn(ChaveApresentada) -> BoxFuture<'static, Result<Option<Acesso>, Problema>> + Send + Sync>;
