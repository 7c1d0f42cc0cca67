//! Identifiers, one type per thing, so that a título's id cannot be given where a debtor's is asked for.

use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$attr:meta])* $nome:ident,)+) => {$(
        $(#[$attr])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $nome(Uuid);

        impl $nome {
            /// Wraps an id that is known to be one of these.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The bare id, for the store and the wire.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $nome {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids! {
    /// A company, the tenant.
    EmpresaId,
    /// A debtor of a company.
    DevedorId,
    /// A receivable.
    TituloId,
    /// A negotiation over receivables.
    NegociacaoId,
    /// A contact with a debtor.
    ContatoId,
    /// What a contact can come to.
    ResultadoContatoId,
    /// A creditor on whose behalf the company collects.
    CredorId,
    /// A régua (dunning ladder).
    ReguaId,
    /// A position of a régua.
    PosicaoId,
    /// An action of a position.
    AcaoId,
    /// The content (subject and body) of an action.
    ConteudoId,
    /// A text that several actions may name.
    TemplateId,
    /// An enrolment of a debtor in a régua.
    InscricaoId,
    /// One action to carry out for one debtor.
    ExecucaoId,
    /// A run of the engine for a company and a date.
    NoiteId,
    /// One action for many debtors, selected by a person.
    LoteId,
    /// A sheet that says whom a batch is for.
    PlanilhaId,
}
