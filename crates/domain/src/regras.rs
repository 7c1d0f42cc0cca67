//! What a company chose about its own charging: an argument of every decision that depends on it.

use crate::calendario::Feriados;
use crate::codigo::codigos;
use chrono::NaiveDate;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regras {
    /// A due date on a day that is no working day may be paid on the next one (Lei 7.089/83).
    pub vencimento_em_dia_util: bool,
    /// What is no working day of the company, beside the days without banks.
    pub feriados: Feriados,
    /// Rule g03.
    pub migracao: Migracao,
    /// Rule k07: a negotiation that nobody confirmed is cancelled this many days after the effective due date
    /// of its first instalment; `None` leaves it.
    pub cancelar_acordo_apos: Option<u16>,
}

impl Default for Regras {
    fn default() -> Self {
        Self {
            vencimento_em_dia_util: true,
            feriados: Feriados::NENHUM,
            migracao: Migracao::Prioridade,
            cancelar_acordo_apos: None,
        }
    }
}

impl Regras {
    /// The last day on which a título due on `vencimento` can be paid without being late.
    #[must_use]
    pub fn vencimento_efetivo(&self, vencimento: NaiveDate) -> NaiveDate {
        if self.vencimento_em_dia_util { self.feriados.proximo_dia_util(vencimento) } else { vencimento }
    }
}
