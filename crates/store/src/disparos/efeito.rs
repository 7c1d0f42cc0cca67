//! What a call leaves in our own database besides its result. It is written with the result under the same fence, or not at all:
//! a dispatcher that lost its lease leaves nothing behind.

use domain::ids::ExecucaoId;
use uuid::Uuid;

use crate::cartas::{self, CartaComposta};
use crate::consultas::{self, ConsultaFeita};
use crate::negativacoes::{self, NovaNegativacao};
use crate::{StoreError, Tenant};

/// What comes with a result. It holds personal data and so has no `Debug`.
#[derive(Clone)]
pub enum Efeito {
    /// A letter, composed and to be printed.
    Carta(Box<CartaComposta>),
    /// A provider was asked about a debtor.
    Consulta(Box<ConsultaFeita>),
    /// Debts that are to be listed at bureaus.
    Negativacao(Vec<NovaNegativacao>),
}

/// An effect of a result that was written.
pub(super) struct DoResultado<'r> {
    pub(super) execucao: ExecucaoId,
    pub(super) devedor: Uuid,
    pub(super) efeito: &'r Efeito,
}

/// Writes them, each kind in one go.
pub(super) fn write(t: &mut Tenant<'_>, efeitos: &[DoResultado<'_>]) -> Result<(), StoreError> {
    let (mut novas, mut consultas, mut negativacoes) = (Vec::new(), Vec::new(), Vec::new());
    for DoResultado { execucao, devedor, efeito } in efeitos {
        match efeito {
            Efeito::Carta(carta) => novas.push((*execucao, *devedor, &**carta)),
            Efeito::Consulta(feita) => consultas.push((*execucao, *devedor, &**feita)),
            Efeito::Negativacao(debitos) => {
                negativacoes.extend(debitos.iter().map(|debito| (*execucao, *devedor, debito)));
            }
        }
    }
    cartas::keep(t, &novas)?;
    negativacoes::keep(t, &negativacoes)?;
    consultas::keep(t, &mut consultas)
}
