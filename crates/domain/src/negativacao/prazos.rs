//! The deadlines: of the prior notice, of the exclusion, of the entry itself.

use super::years_after;
use crate::calendario::feriado_nacional;
use crate::codigo::codigos;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use std::iter;

/// Days between the debtor being told and the entry being public (CDC 43 §2, rule G16). It is the bureau that tells: of none of the
/// company's messages is it known that it announces an entry, so that the delivery of none proves that the debtor was told.
pub const DIAS_DO_COMUNICADO: u64 = 10;

/// The working day by which an exclusion leaves the house (rule G21).
pub const DIA_DA_BAIXA: usize = 1;
/// The working day from which a late one is an alarm.
pub const DIA_DO_ALARME: usize = 3;
/// The working day by which it has to be off (Súmula 548 of the STJ).
pub const DIA_DO_LIMITE: usize = 5;

/// The years after which no entry may stand (CDC 43 §1, Súmula 323).
const ANOS_DO_REGISTRO: i32 = 5;

/// Whether `dia` counts for a deadline against the company: every day from Monday to Friday that is no national holiday by
/// law. Carnival, Corpus Christi and holidays of a town, a state or the company count: of two calendars the one with fewer
/// holidays binds whoever owes.
#[must_use]
pub fn dia_util_do_prazo(dia: NaiveDate) -> bool {
    !matches!(dia.weekday(), Weekday::Sat | Weekday::Sun) && !feriado_nacional(dia)
}

/// When an exclusion is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrazoDaBaixa {
    /// It should have left by the end of this day.
    pub alvo: NaiveDate,
    /// From the end of this day on somebody has to look.
    pub alarme: NaiveDate,
    /// The last day that the law gives.
    pub limite: NaiveDate,
}

codigos! {
    /// How an exclusion stands with its deadline.
    pub enum CumprimentoDaBaixa("cumprimento") {
        /// Off, in time.
        Cumprido = "cumprido",
        /// Off, too late.
        CumpridoComAtraso = "cumprido_com_atraso",
        /// Not off yet, and in time.
        NoPrazo = "no_prazo",
        /// It should have left by now.
        Atrasado = "atrasado",
        /// Somebody has to look.
        Alarme = "alarme",
        /// The law is broken.
        Violado = "violado",
    }
}

impl PrazoDaBaixa {
    /// Of a debt that was paid, or otherwise ended, on `base`: the first working day after it is day one.
    #[must_use]
    pub fn contado_de(base: NaiveDate) -> Self {
        let nth = |n: usize| {
            let depois = iter::successors(base.succ_opt(), NaiveDate::succ_opt);
            depois.filter(|dia| dia_util_do_prazo(*dia)).nth(n.saturating_sub(1)).unwrap_or(NaiveDate::MAX)
        };
        Self { alvo: nth(DIA_DA_BAIXA), alarme: nth(DIA_DO_ALARME), limite: nth(DIA_DO_LIMITE) }
    }

    /// How it stands on `hoje`, or stood on the day when the exclusion was done.
    #[must_use]
    pub fn cumprimento(&self, feita_em: Option<NaiveDate>, hoje: NaiveDate) -> CumprimentoDaBaixa {
        match feita_em {
            Some(em) if em <= self.limite => CumprimentoDaBaixa::Cumprido,
            Some(_) => CumprimentoDaBaixa::CumpridoComAtraso,
            None if hoje > self.limite => CumprimentoDaBaixa::Violado,
            None if hoje >= self.alarme => CumprimentoDaBaixa::Alarme,
            None if hoje > self.alvo => CumprimentoDaBaixa::Atrasado,
            None => CumprimentoDaBaixa::NoPrazo,
        }
    }
}

/// The day on which an entry is public when the debtor was told on `comunicado`.
#[must_use]
pub fn publica_em(comunicado: NaiveDate) -> NaiveDate {
    comunicado.checked_add_days(Days::new(DIAS_DO_COMUNICADO)).unwrap_or(NaiveDate::MAX)
}

/// The day from which the entry of a debt due on `vencimento` may not stand any more.
#[must_use]
pub fn decurso(vencimento: NaiveDate) -> NaiveDate {
    years_after(vencimento, ANOS_DO_REGISTRO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn dia(texto: &str) -> NaiveDate {
        texto.parse().unwrap()
    }

    #[test]
    fn sumula_548_counts_from_the_first_working_day_after_the_payment() {
        // Thursday; Friday 20 November is a holiday.
        let prazo = PrazoDaBaixa::contado_de(dia("2026-11-19"));
        let esperado =
            PrazoDaBaixa { alvo: dia("2026-11-23"), alarme: dia("2026-11-25"), limite: dia("2026-11-27") };
        assert_eq!(prazo, esperado);
        for (hoje, como) in [
            ("2026-11-19", "no_prazo"),
            ("2026-11-23", "no_prazo"),
            ("2026-11-24", "atrasado"),
            ("2026-11-25", "alarme"),
            ("2026-11-27", "alarme"),
            ("2026-11-28", "violado"),
        ] {
            assert_eq!(prazo.cumprimento(None, dia(hoje)).as_str(), como, "{hoje}");
        }
        let feita = |em: &str| prazo.cumprimento(Some(dia(em)), dia("2027-01-01")).as_str();
        assert_eq!((feita("2026-11-27"), feita("2026-11-28")), ("cumprido", "cumprido_com_atraso"));
    }

    #[test]
    fn days_without_banks_that_no_law_names_count_against_us() {
        // Carnival: Monday 16 and Tuesday 17 February 2026; Corpus Christi on 4 June.
        assert!(dia_util_do_prazo(dia("2026-02-16")) && dia_util_do_prazo(dia("2026-02-17")));
        assert!(dia_util_do_prazo(dia("2026-06-04")));
        assert!(!dia_util_do_prazo(dia("2026-04-03")), "Sexta-feira Santa");
        assert!(!dia_util_do_prazo(dia("2026-11-20")) && dia_util_do_prazo(dia("2023-11-20")));
        assert_eq!(PrazoDaBaixa::contado_de(dia("2026-02-13")).limite, dia("2026-02-20"));
    }

    #[test]
    fn g16_nothing_is_public_before_ten_days_after_the_debtor_was_told() {
        assert_eq!(publica_em(dia("2026-11-10")), dia("2026-11-20"));
    }

    proptest! {
        #[test]
        fn a_deadline_has_exactly_its_working_days_after_the_payment(dias in 0..60_000_i64) {
            let base = dia("1990-01-01") + TimeDelta::days(dias);
            let prazo = PrazoDaBaixa::contado_de(base);
            for (ate, n) in [(prazo.alvo, DIA_DA_BAIXA), (prazo.alarme, DIA_DO_ALARME), (prazo.limite, DIA_DO_LIMITE)] {
                let contados = base.iter_days().skip(1).take_while(|d| *d <= ate);
                prop_assert_eq!(contados.filter(|d| dia_util_do_prazo(*d)).count(), n);
                prop_assert!(dia_util_do_prazo(ate));
            }
        }
    }

    #[test]
    fn the_end_of_the_calendar_has_an_answer() {
        assert_eq!(PrazoDaBaixa::contado_de(NaiveDate::MAX).limite, NaiveDate::MAX);
        assert_eq!(publica_em(NaiveDate::MAX), NaiveDate::MAX);
    }
}
