//! Títulos: when they are overdue, when they may be charged, and how their status changes.

use crate::codigo::codigos;
use crate::dinheiro::Centavos;
use crate::ids::{CredorId, TituloId};
use crate::regras::Regras;
use crate::rotulo::Rotulo;
use chrono::{Days, NaiveDate};
use std::cmp::Reverse;

pub use transicoes::{
    Mudanca, TransicaoInvalida, cancelar, devolver, estornar, negociar, pagar, reabrir, suspender,
};

mod transicoes;

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

/// A negotiation, as far as it decides about a título.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Negociacao {
    /// Nobody has paid the first instalment yet.
    NaoConfirmada {
        /// The due date written on the first instalment.
        primeira_parcela: NaiveDate,
    },
    /// Its first instalment was paid in full (rule k03).
    Confirmada,
}

impl Negociacao {
    /// Rule k07: the first day on which a negotiation that nobody confirmed counts as cancelled, where the
    /// company chose so.
    #[must_use]
    pub fn cancela_em(self, regras: &Regras) -> Option<NaiveDate> {
        match self {
            Self::Confirmada => None,
            Self::NaoConfirmada { primeira_parcela } => {
                let dias = u64::from(regras.cancelar_acordo_apos?) + 1;
                regras.vencimento_efetivo(primeira_parcela).checked_add_days(Days::new(dias))
            }
        }
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
    /// Rule t07: a suspended título opens by itself on this date.
    pub suspenso_ate: Option<NaiveDate>,
    /// The negotiation that took it in, if it is negotiated; else the one it is an instalment of.
    pub negociacao: Option<Negociacao>,
    /// Whom it is owed to, if not the company itself (rule s05).
    pub credor: Option<CredorId>,
    /// Kind of business (rule s08).
    pub tipo_negocio: Option<Rotulo>,
    /// Kind of título (rule s09).
    pub tipo_titulo: Option<Rotulo>,
}

impl Titulo {
    /// The due date rolled forward to the next working day, when the company keeps that rule.
    #[must_use]
    pub fn vencimento_efetivo(&self, regras: &Regras) -> NaiveDate {
        regras.vencimento_efetivo(self.vencimento)
    }

    /// Rule n02: overdue once the effective due date is behind; due today is not overdue.
    #[must_use]
    pub fn vencido(&self, hoje: NaiveDate, regras: &Regras) -> bool {
        // The effective date is never earlier, so most títulos to come are answered without the calendar.
        self.vencimento < hoje && self.vencimento_efetivo(regras) < hoje
    }

    /// Its status on `hoje`: the stored one, or what dates of its own made of it by then (rules t07, k07).
    #[must_use]
    pub fn status_em(&self, hoje: NaiveDate, regras: &Regras) -> StatusTitulo {
        let passou = |em: Option<NaiveDate>| em.is_some_and(|em| em <= hoje);
        match (self.status, self.origem) {
            // Suspended or not, an instalment goes with its negotiation (rule k06).
            (StatusTitulo::Aberto | StatusTitulo::Suspenso, Origem::Acordo)
                if passou(self.acordo_cancela_em(regras)) =>
            {
                StatusTitulo::Cancelado
            }
            (StatusTitulo::Suspenso, _) if passou(self.suspenso_ate) => StatusTitulo::Aberto,
            (StatusTitulo::Negociado, _) if passou(self.acordo_cancela_em(regras)) => devolver(self.saldo),
            (status, _) => status,
        }
    }

    /// The first date after `hoje` on which its status changes if nobody does anything (rules t07, k07).
    #[must_use]
    pub fn vira_em(&self, hoje: NaiveDate, regras: &Regras) -> Option<NaiveDate> {
        let do_acordo = self.acordo_cancela_em(regras);
        let datas = match (self.status_em(hoje, regras), self.origem) {
            (StatusTitulo::Suspenso, Origem::Acordo) => [self.suspenso_ate, do_acordo],
            (StatusTitulo::Suspenso, Origem::Original) => [self.suspenso_ate, None],
            (StatusTitulo::Negociado, _) | (StatusTitulo::Aberto, Origem::Acordo) => [do_acordo, None],
            (StatusTitulo::Aberto, Origem::Original) | (StatusTitulo::Pago | StatusTitulo::Cancelado, _) => {
                [None, None]
            }
        };
        datas.into_iter().flatten().filter(|em| hoje < *em).min()
    }

    /// Whether it may walk a régua on `hoje`: open, overdue and, when it is an instalment, of a confirmed
    /// negotiation (rules k04, k07).
    #[must_use]
    pub fn cobravel(&self, hoje: NaiveDate, regras: &Regras) -> bool {
        self.status_em(hoje, regras) == StatusTitulo::Aberto
            && self.confirmado()
            && self.vencido(hoje, regras)
    }

    /// Whether it may still be reminded on `hoje` (rules l07, k09): open, and not past the date written on it.
    #[must_use]
    pub fn lembravel(&self, hoje: NaiveDate, regras: &Regras) -> bool {
        self.status_em(hoje, regras) == StatusTitulo::Aberto && hoje <= self.vencimento
    }

    /// Whether an enrolment that holds it keeps it standing still on `hoje`: suspended, or in a negotiation
    /// that nobody confirmed (rules t03, k02).
    #[must_use]
    pub fn congelado(&self, hoje: NaiveDate, regras: &Regras) -> bool {
        match self.status_em(hoje, regras) {
            StatusTitulo::Suspenso => true,
            StatusTitulo::Negociado => self.negociacao != Some(Negociacao::Confirmada),
            StatusTitulo::Aberto | StatusTitulo::Pago | StatusTitulo::Cancelado => false,
        }
    }

    fn acordo_cancela_em(&self, regras: &Regras) -> Option<NaiveDate> {
        self.negociacao.and_then(|negociacao| negociacao.cancela_em(regras))
    }

    /// Rule k07: an instalment counts once its negotiation does; every other título counts.
    fn confirmado(&self) -> bool {
        let a_confirmar = matches!(self.negociacao, Some(Negociacao::NaoConfirmada { .. }));
        // Of a negotiated one, `negociacao` is the one that took it in, not the one it comes from.
        !(a_confirmar && self.origem == Origem::Acordo && self.status != StatusTitulo::Negociado)
    }
}

/// Rule m03: puts the reference título first: oldest effective due date, then larger balance, then smaller
/// id.
pub fn ordenar_por_referencia(titulos: &mut [&Titulo], regras: &Regras) {
    titulos
        .sort_by_cached_key(|titulo| (titulo.vencimento_efetivo(regras), Reverse(titulo.saldo), titulo.id));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendario::Feriados;
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
            suspenso_ate: None,
            negociacao: None,
            credor: None,
            tipo_negocio: None,
            tipo_titulo: None,
        }
    }

    proptest! {
        #[test]
        fn a_titulo_is_never_both_to_be_reminded_and_to_be_charged(dias in 0..800_i64, em_dia_util: bool) {
            let titulo = titulo(1, "2026-03-07", 100);
            let hoje = titulo.vencimento + TimeDelta::days(dias - 400);
            let regras = Regras { vencimento_em_dia_util: em_dia_util, ..Regras::default() };
            prop_assert!(!(titulo.lembravel(hoje, &regras) && titulo.cobravel(hoje, &regras)));
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
        // Monday is a holiday of the company's town: it may be paid on Tuesday.
        let feriados = Feriados::new(vec![hoje("2026-03-09")]);
        let da_cidade = Regras { feriados, ..Regras::default() };
        assert!(!sabado.vencido(hoje("2026-03-10"), &da_cidade));
        assert!(sabado.vencido(hoje("2026-03-11"), &da_cidade));
        let corridos = Regras { vencimento_em_dia_util: false, ..Regras::default() };
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
            assert_eq!(
                titulo.lembravel("2026-03-06".parse().unwrap(), &Regras::default()),
                aberto,
                "{status}"
            );
        }
    }

    #[test]
    fn k07_what_is_given_back_by_a_date_is_open_unless_nothing_is_left_to_pay() {
        let regras = Regras { cancelar_acordo_apos: Some(0), ..Regras::default() };
        let dia = |texto: &str| texto.parse().unwrap();
        let negociacao = Some(Negociacao::NaoConfirmada { primeira_parcela: dia("2026-03-09") });
        for (saldo, status) in [(100, StatusTitulo::Aberto), (0, StatusTitulo::Pago)] {
            let titulo =
                Titulo { status: StatusTitulo::Negociado, negociacao, ..titulo(1, "2026-03-02", saldo) };
            assert_eq!(titulo.status_em(dia("2026-03-09"), &regras), StatusTitulo::Negociado);
            assert_eq!(titulo.status_em(dia("2026-03-10"), &regras), status);
            assert_eq!(titulo.cobravel(dia("2026-03-10"), &regras), saldo > 0);
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
}
