//! What a company chose about its own charging: an argument of every decision that depends on it.

use crate::codigo::codigos;

codigos! {
    /// When a debtor leaves a régua that still takes it for one that comes first (rule g03).
    pub enum Migracao("migracao") {
        /// On the night on which the other one comes first.
        Prioridade = "prioridade",
        /// Only when the régua it is in no longer takes it.
        PerfilPerdido = "perfil_perdido",
    }
}

/// The choices of a company. The default is what a new company has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regras {
    /// A due date on a non-banking day may be paid on the next banking day (Lei 7.089/83).
    pub vencimento_em_dia_util: bool,
    /// Rule g03.
    pub migracao: Migracao,
    /// Rule k07: a negotiation that nobody confirmed is cancelled this many days after the effective due date
    /// of its first instalment; `None` leaves it.
    pub cancelar_acordo_apos: Option<u16>,
}

impl Default for Regras {
    fn default() -> Self {
        Self { vencimento_em_dia_util: true, migracao: Migracao::Prioridade, cancelar_acordo_apos: None }
    }
}
