//! Títulos: when they are overdue, when they may be charged, and how their status changes.

use crate::calendario::vencimento_efetivo;
use crate::codigo::codigos;
use crate::dinheiro::Centavos;
use crate::ids::TituloId;
use chrono::NaiveDate;
use std::cmp::Reverse;
use thiserror::Error;

codigos! {
    /// The status of a título. Only [`StatusTitulo::Aberto`] ever receives an action.
    pub enum StatusTitulo("status") {
        /// Open: may be reminded and charged.
        Aberto = "aberto",
        /// Inside a negotiation.
        Negociado = "negociado",
        /// Paid.
        Pago = "pago",
        /// Cancelled by the company.
        Cancelado = "cancelado",
        /// Suspended by the company, to be reopened or not.
        Suspenso = "suspenso",
    }
}

codigos! {
    /// Where a título comes from.
    pub enum Origem("origem") {
        /// A receivable of the company.
        Original = "original",
        /// An instalment of a negotiation.
        Acordo = "acordo",
    }
}

/// What a company chose about its own charging. An argument of every decision that depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regras {
    /// A due date on a non-banking day may be paid on the next banking day (Lei 7.089/83).
    pub vencimento_em_dia_util: bool,
}

impl Default for Regras {
    fn default() -> Self {
        Self { vencimento_em_dia_util: true }
    }
}

/// What a decision needs to know of a título.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Titulo {
    /// Its id.
    pub id: TituloId,
    /// The due date as written on it; see [`Titulo::vencimento_efetivo`].
    pub vencimento: NaiveDate,
    /// What is still owed.
    pub saldo: Centavos,
    /// Its status.
    pub status: StatusTitulo,
    /// Receivable or instalment.
    pub origem: Origem,
}

impl Titulo {
    /// The due date rolled forward to the next banking day, when the company keeps that rule.
    #[must_use]
    pub fn vencimento_efetivo(&self, regras: &Regras) -> NaiveDate {
        vencimento_efetivo(self.vencimento, regras.vencimento_em_dia_util)
    }

    /// Rule n02: overdue once the effective due date is behind; due today is not overdue.
    #[must_use]
    pub fn vencido(&self, hoje: NaiveDate, regras: &Regras) -> bool {
        // The effective date is never earlier, so most títulos to come are answered without the calendar.
        self.vencimento < hoje && self.vencimento_efetivo(regras) < hoje
    }

    /// Whether it may walk a régua on `hoje`: open and overdue.
    #[must_use]
    pub fn cobravel(&self, hoje: NaiveDate, regras: &Regras) -> bool {
        self.status == StatusTitulo::Aberto && self.vencido(hoje, regras)
    }

    /// Whether it may still be reminded on `hoje` (rule l07): open, and not past the date written on it.
    #[must_use]
    pub fn lembravel(&self, hoje: NaiveDate) -> bool {
        self.status == StatusTitulo::Aberto && hoje <= self.vencimento
    }
}

/// Rule m03: puts the reference título first: oldest effective due date, then larger balance, then smaller
/// id.
pub fn ordenar_por_referencia(titulos: &mut [&Titulo], regras: &Regras) {
    titulos
        .sort_by_cached_key(|titulo| (titulo.vencimento_efetivo(regras), Reverse(titulo.saldo), titulo.id));
}

/// The answer to a change that may safely be asked for twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mudanca<T> {
    /// It changes to this.
    Aplicada(T),
    /// It is so already; nothing to do.
    JaAplicada,
}

/// A change of status that the rules do not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("título {de} não pode passar a {para}")]
pub struct TransicaoInvalida {
    /// The status it has.
    pub de: StatusTitulo,
    /// The status that was asked for.
    pub para: StatusTitulo,
}

/// Pays a título. A suspended one may be paid as well; a negotiated one is paid through its instalments.
///
/// # Errors
/// When the título is negotiated or cancelled.
pub fn pagar(status: StatusTitulo) -> Result<Mudanca<StatusTitulo>, TransicaoInvalida> {
    let para = StatusTitulo::Pago;
    match status {
        StatusTitulo::Aberto | StatusTitulo::Suspenso => Ok(Mudanca::Aplicada(para)),
        StatusTitulo::Pago => Ok(Mudanca::JaAplicada),
        StatusTitulo::Negociado | StatusTitulo::Cancelado => Err(TransicaoInvalida { de: status, para }),
    }
}

/// Cancels a título (rule t01). A negotiated one leaves its negotiation first.
///
/// # Errors
/// When the título is negotiated or paid.
pub fn cancelar(status: StatusTitulo) -> Result<Mudanca<StatusTitulo>, TransicaoInvalida> {
    let para = StatusTitulo::Cancelado;
    match status {
        StatusTitulo::Aberto | StatusTitulo::Suspenso => Ok(Mudanca::Aplicada(para)),
        StatusTitulo::Cancelado => Ok(Mudanca::JaAplicada),
        StatusTitulo::Negociado | StatusTitulo::Pago => Err(TransicaoInvalida { de: status, para }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn titulo(id: u128, vencimento: &str, saldo: i64) -> Titulo {
        Titulo {
            id: TituloId::new(Uuid::from_u128(id)),
            vencimento: vencimento.parse().unwrap(),
            saldo: Centavos::new(saldo),
            status: StatusTitulo::Aberto,
            origem: Origem::Original,
        }
    }

    proptest! {
        #[test]
        fn a_titulo_is_never_both_to_be_reminded_and_to_be_charged(dias in 0..800_i64, em_dia_util: bool) {
            let titulo = titulo(1, "2026-03-07", 100);
            let hoje = titulo.vencimento + TimeDelta::days(dias - 400);
            let regras = Regras { vencimento_em_dia_util: em_dia_util };
            prop_assert!(!(titulo.lembravel(hoje) && titulo.cobravel(hoje, &regras)));
        }

        #[test]
        fn once_overdue_always_overdue(vencimento in 0..800_i64, depois in 0..800_i64) {
            let mut titulo = titulo(1, "2026-01-01", 100);
            titulo.vencimento += TimeDelta::days(vencimento);
            let primeira_noite = titulo.vencimento_efetivo(&Regras::default()) + TimeDelta::days(1);
            prop_assert!(!titulo.vencido(primeira_noite - TimeDelta::days(1), &Regras::default()));
            prop_assert!(titulo.vencido(primeira_noite + TimeDelta::days(depois), &Regras::default()));
        }
    }

    #[test]
    fn n02_due_on_saturday_is_not_overdue_on_monday() {
        let sabado = titulo(1, "2026-03-07", 100);
        let hoje = |dia: &str| dia.parse().unwrap();
        assert!(!sabado.vencido(hoje("2026-03-09"), &Regras::default()));
        assert!(sabado.vencido(hoje("2026-03-10"), &Regras::default()));
        let corridos = Regras { vencimento_em_dia_util: false };
        assert!(!sabado.vencido(hoje("2026-03-07"), &corridos));
        assert!(sabado.vencido(hoje("2026-03-08"), &corridos));
    }

    #[test]
    fn only_an_open_titulo_is_charged_or_reminded() {
        for status in StatusTitulo::TODOS {
            let titulo = Titulo { status: *status, ..titulo(1, "2026-03-06", 100) };
            let aberto = *status == StatusTitulo::Aberto;
            assert_eq!(
                titulo.cobravel("2026-03-10".parse().unwrap(), &Regras::default()),
                aberto,
                "{status}"
            );
            assert_eq!(titulo.lembravel("2026-03-06".parse().unwrap()), aberto, "{status}");
        }
    }

    #[test]
    fn m03_the_reference_is_the_oldest_effective_due_date_then_the_larger_balance_then_the_smaller_id() {
        // Saturday 7, Sunday 8 and Monday 9 are all effectively due on Monday 9.
        let (sabado, domingo, segunda) =
            (titulo(4, "2026-03-07", 100), titulo(3, "2026-03-08", 200), titulo(2, "2026-03-09", 200));
        let (antes, depois) = (titulo(9, "2026-03-06", 1), titulo(1, "2026-03-10", 900));
        let mut titulos = [&depois, &sabado, &domingo, &segunda, &antes];
        ordenar_por_referencia(&mut titulos, &Regras::default());
        assert_eq!(titulos, [&antes, &segunda, &domingo, &sabado, &depois]);
    }

    #[test]
    fn every_status_answers_to_a_payment_and_to_a_cancellation() {
        use Mudanca::{Aplicada, JaAplicada};
        use StatusTitulo::{Aberto, Cancelado, Negociado, Pago, Suspenso};
        let invalida = |de, para| Err(TransicaoInvalida { de, para });
        for (status, pago, cancelado) in [
            (Aberto, Ok(Aplicada(Pago)), Ok(Aplicada(Cancelado))),
            (Suspenso, Ok(Aplicada(Pago)), Ok(Aplicada(Cancelado))),
            (Pago, Ok(JaAplicada), invalida(Pago, Cancelado)),
            (Cancelado, invalida(Cancelado, Pago), Ok(JaAplicada)),
            (Negociado, invalida(Negociado, Pago), invalida(Negociado, Cancelado)),
        ] {
            assert_eq!((pagar(status), cancelar(status)), (pago, cancelado), "{status}");
        }
    }
}
