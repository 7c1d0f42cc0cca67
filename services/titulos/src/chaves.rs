//! Making an API key: the secret is shown once and only its hash is kept.

use chrono::{DateTime, Utc};
use store::chaves::{self, NovaChave};
use store::{StoreError, Tenant};
use uuid::Uuid;
use web::{ChaveNova, Escopo};

/// A key that was just made.
pub struct ChaveCriada {
    /// Its public part.
    pub id: Uuid,
    /// The key itself, to be shown once.
    pub texto: String,
}

/// Makes and stores a key of the company.
///
/// # Errors
/// The database refused or is unreachable.
pub fn create(
    t: &mut Tenant<'_>,
    nome: &str,
    escopos: &[Escopo],
    expira_em: Option<DateTime<Utc>>,
    agora: DateTime<Utc>,
) -> Result<ChaveCriada, StoreError> {
    let nova = ChaveNova::generate(Uuid::new_v4(), rand::random());
    let linha = NovaChave {
        id: nova.id,
        nome: nome.to_owned(),
        hash: nova.hash.to_vec(),
        escopos: escopos.iter().map(|escopo| escopo.as_str().to_owned()).collect(),
        expira_em,
    };
    chaves::create(t, &linha, agora)?;
    Ok(ChaveCriada { id: nova.id, texto: nova.texto })
}
