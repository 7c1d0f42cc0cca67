//! Who calls, and which doors their key opens.
//!
//! A middleware turns `Authorization: Bearer cob_…` into an [`Acesso`] before anything of the body is read; under `/v1`
//! nothing is reached without one. A handler then names the scope it needs in its signature, first of its arguments:
//!
//! ```text
//! async fn put_titulos(acesso: Autorizado<escopos::titulos::Escrever>, itens: Itens<1000>) -> …
//! ```

mod chave;
mod conhecidas;
mod escopo;
mod extrator;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::ids::EmpresaId;
use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::problema::Problema;

pub use chave::{ChaveApresentada, ChaveInvalida, ChaveNova, HASH_BYTES};
pub(crate) use conhecidas::Conhecidas;
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

/// Who asks: whose data, by which key, and whether the key was found good for this very request.
///
/// What a key stands for never changes, so it is remembered; that it is good may change at any moment, so whoever does
/// the work of a request asks the database in the transaction of that work, and tells it here. A request that nobody
/// told so of is looked up once more before it is answered.
#[derive(Clone, Debug)]
pub struct Solicitante {
    /// The company whose data is seen.
    pub empresa: EmpresaId,
    /// Id of the key.
    pub chave: Uuid,
    conferida: Arc<AtomicBool>,
}

impl Solicitante {
    /// The key was found good while this request was being served.
    pub fn confirm(&self) {
        self.conferida.store(true, Ordering::Relaxed);
    }

    fn new(acesso: &Acesso, conferida: bool) -> Self {
        Self { empresa: acesso.empresa, chave: acesso.chave, conferida: Arc::new(conferida.into()) }
    }

    fn confirmed(&self) -> bool {
        self.conferida.load(Ordering::Relaxed)
    }
}

/// Looks a key up: `None` for one that is unknown, expired, revoked, or whose secret does not match
/// ([`ChaveApresentada::confere`]). A problem (503, 500) when it could not look.
pub type Autenticador =
    Arc<dyn Fn(ChaveApresentada) -> BoxFuture<'static, Result<Option<Acesso>, Problema>> + Send + Sync>;
