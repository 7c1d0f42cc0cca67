//! Negotiations: títulos that leave for instalments, which are títulos themselves.
//!
//! Whoever pays, confirms, cancels or breaks one locks the negotiation before any of its títulos, and títulos in order of id.

mod criar;
mod lista;
mod quebra;

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, Bool, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension as _, QueryableByName, RunQueryDsl as _, sql_query};
use domain::ids::NegociacaoId;
use domain::negociacao::{CancelamentoInvalido, EstadoNegociacao, cancelar};
use domain::titulo::{Mudanca, StatusTitulo};
use uuid::Uuid;

use crate::{StoreError, Tenant};

pub use criar::{Anotacoes, Criada, Originais, Original, lock, look, save};
pub use lista::{Filtro, NegociacaoLida, NegociadoLido, ParcelaLida, get, list, negociados, parcelas};
pub use quebra::{Quebra, break_up};

/// What became of a cancellation.
pub type Cancelamento = Result<Mudanca<EstadoNegociacao>, CancelamentoInvalido>;

/// Cancels a negotiation of which nothing was paid (rules k05, k06): the originals open again, the instalments are
/// cancelled, the debtor is marked. `None` when the company has no such negotiation. An instalment that another negotiation
/// has keeps it: that one locked this one first, so that what is read here of its instalments stays so.
///
/// # Errors
/// The database is unreachable or holds a state this version does not know.
pub fn cancel(
    t: &mut Tenant<'_>,
    id: NegociacaoId,
    agora: DateTime<Utc>,
) -> Result<Option<Cancelamento>, StoreError> {
    let Some(atual) = lock_state(t, id)? else { return Ok(None) };
    let parcelas = parcelas(t, id)?.into_iter().map(|lida| StatusTitulo::parse(&lida.status));
    let parcelas = parcelas.collect::<Result<Vec<_>, _>>().ok().ok_or(StoreError::Unknown("status"))?;
    let outcome = cancelar(atual.estado()?, atual.com_pagamento, &parcelas);
    if let Ok(Mudanca::Aplicada(_)) = outcome {
        undo(t, &[id], agora)?;
    }
    Ok(Some(outcome))
}

/// Cancels those of which nothing was paid and no other negotiation has an instalment, and answers how many.
pub(crate) fn undo(
    t: &mut Tenant<'_>,
    ids: &[NegociacaoId],
    agora: DateTime<Utc>,
) -> Result<usize, StoreError> {
    Ok(sql_query("SELECT * FROM cadastro.cancelar_negociacoes($1, $2)")
        .bind::<Array<SqlUuid>, _>(ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
        .bind::<Timestamptz, _>(agora)
        .execute(t.conn)?)
}

/// What decides about the end of a negotiation.
#[derive(QueryableByName)]
struct Atual {
    #[diesel(sql_type = SqlUuid)]
    devedor_id: Uuid,
    #[diesel(sql_type = Text)]
    estado: String,
    #[diesel(sql_type = Bool)]
    com_pagamento: bool,
}

impl Atual {
    fn estado(&self) -> Result<EstadoNegociacao, StoreError> {
        EstadoNegociacao::parse(&self.estado).ok().ok_or(StoreError::Unknown("estado"))
    }
}

fn lock_state(t: &mut Tenant<'_>, id: NegociacaoId) -> Result<Option<Atual>, StoreError> {
    Ok(sql_query(
        "SELECT devedor_id, estado, com_pagamento FROM cadastro.negociacao WHERE empresa_id = $1 AND id = $2 FOR UPDATE",
    )
    .bind::<SqlUuid, _>(t.empresa.uuid())
    .bind::<SqlUuid, _>(id.uuid())
    .get_result(t.conn)
    .optional()?)
}
