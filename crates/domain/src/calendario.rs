//! Brazilian banking days.
//!
//! National and banking holidays are computed: a day without banks everywhere moves a due date (Lei
//! 7.089/83). State and municipal holidays are a company's data ([`Feriados`]), not a constant. 24 and 31
//! December are working days of the clearing system.

use std::iter;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, Weekday};

/// The years that a date of the business can be of: what is before or after them is a slip of the pen.
pub const ANOS: RangeInclusive<i32> = 1900..=2199;

/// Since this year 20 November is a national holiday (Lei 14.759/2023).
const CONSCIENCIA_NEGRA_DESDE: i32 = 2024;

/// National holidays on fixed dates, as (month, day): Leis 662/1949, 6.802/1980 and 10.607/2002.
const FIXOS: [(u32, u32); 8] = [(1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25)];

/// Days without banks, from Easter Sunday: Carnival Monday and Tuesday, Good Friday, Corpus Christi.
const MOVEIS: [i32; 4] = [-48, -47, -2, 60];

/// Whether `data` is a national or banking holiday. Today's list is applied to every year, but for 20
/// November.
#[must_use]
pub fn feriado_bancario(data: NaiveDate) -> bool {
    feriado_fixo(data) || feriado_movel(data)
}

/// Whether `data` is a national holiday by law; Carnival and Corpus Christi, on which banks close, are none.
#[must_use]
pub fn feriado_nacional(data: NaiveDate) -> bool {
    // Good Friday is the only movable one on a Friday.
    feriado_fixo(data) || (data.weekday() == Weekday::Fri && feriado_movel(data))
}

fn feriado_fixo(data: NaiveDate) -> bool {
    let dia = (data.month(), data.day());
    FIXOS.contains(&dia) || (dia == (11, 20) && data.year() >= CONSCIENCIA_NEGRA_DESDE)
}

/// Whether banks work on `data`.
#[must_use]
pub fn dia_util_bancario(data: NaiveDate) -> bool {
    !matches!(data.weekday(), Weekday::Sat | Weekday::Sun) && !feriado_bancario(data)
}

/// The most holidays of its own that a company keeps: some ten a year of its state, its town and itself, for a
/// century.
pub const MAX_FERIADOS: usize = 1_000;

/// The days that a company does not count as working days beside those without banks: holidays of its town
/// and state, and its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feriados(Vec<NaiveDate>);

impl Feriados {
    /// None.
    pub const NENHUM: Self = Self(Vec::new());

    /// These days, in any order.
    #[must_use]
    pub fn new(mut dias: Vec<NaiveDate>) -> Self {
        dias.sort_unstable();
        dias.dedup();
        Self(dias)
    }

    /// Whether banks work on `data` and the company counts it.
    #[must_use]
    pub fn dia_util(&self, data: NaiveDate) -> bool {
        dia_util_bancario(data) && self.0.binary_search(&data).is_err()
    }

    /// The first working day from `data` on.
    #[must_use]
    pub fn proximo_dia_util(&self, data: NaiveDate) -> NaiveDate {
        let seguintes = iter::successors(Some(data), NaiveDate::succ_opt);
        seguintes
            .take_while(|dia| *dia < NaiveDate::MAX)
            .find(|dia| self.dia_util(*dia))
            .unwrap_or(NaiveDate::MAX)
    }

    /// The first and the last day that the calendar moves elsewhere when `data` becomes a holiday, or is one no more;
    /// none when it is no day of banks anyway.
    #[must_use]
    pub fn movidos_por(&self, data: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let antes = iter::successors(data.pred_opt(), NaiveDate::pred_opt);
        let folga = antes.take_while(|dia| !self.dia_util(*dia)).last();
        dia_util_bancario(data).then(|| (folga.unwrap_or(data), data))
    }
}

fn feriado_movel(data: NaiveDate) -> bool {
    // No movable one falls outside February to June, which spares most dates the arithmetic.
    if !(2..=6).contains(&data.month()) {
        return false;
    }
    let (mes, dia) = pascoa(data.year());
    let Some(domingo) = NaiveDate::from_ymd_opt(data.year(), mes, dia) else { return false };
    let dias = data.num_days_from_ce() - domingo.num_days_from_ce();
    MOVEIS.contains(&dias)
}

/// Easter Sunday as (month, day): the anonymous Gregorian algorithm (Meeus), total for every year.
fn pascoa(ano: i32) -> (u32, u32) {
    let aureo = ano.rem_euclid(19);
    let (seculo, ano_do_seculo) = (ano.div_euclid(100), ano.rem_euclid(100));
    let correcao_lunar = (seculo - (seculo + 8).div_euclid(25) + 1).div_euclid(3);
    let epacta = (19 * aureo + seculo - seculo.div_euclid(4) - correcao_lunar + 15).rem_euclid(30);
    let ate_domingo =
        (32 + 2 * seculo.rem_euclid(4) + 2 * (ano_do_seculo / 4) - epacta - ano_do_seculo % 4).rem_euclid(7);
    let ajuste = (aureo + 11 * epacta + 22 * ate_domingo) / 451;
    let em_marco = epacta + ate_domingo - 7 * ajuste + 114;
    let (mes, dia) = (em_marco / 31, em_marco % 31 + 1);
    (mes.unsigned_abs(), dia.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Days, TimeDelta};
    use proptest::prelude::*;

    fn data(texto: &str) -> NaiveDate {
        texto.parse().unwrap()
    }

    fn poucos() -> impl Strategy<Value = Vec<NaiveDate>> {
        prop::collection::vec((0..40_i64).prop_map(|dias| data("2026-02-01") + TimeDelta::days(dias)), 0..12)
    }

    proptest! {
        #[test]
        fn without_own_holidays_a_working_day_is_one_of_banks(dias in 0..110_000_i64) {
            let de = data("1900-01-01") + TimeDelta::days(dias);
            let efetivo = Feriados::NENHUM.proximo_dia_util(de);
            prop_assert!(dia_util_bancario(efetivo));
            prop_assert!(de.iter_days().take_while(|dia| *dia < efetivo).all(|dia| !dia_util_bancario(dia)));
            prop_assert!((efetivo - de).num_days() <= 5);
        }

        #[test]
        fn a_working_day_is_one_of_banks_and_no_holiday_of_the_company(dias in -5..50_i64, seus in poucos()) {
            let de = data("2026-02-01") + TimeDelta::days(dias);
            let efetivo = Feriados::new(seus.clone()).proximo_dia_util(de);
            let util = |dia: NaiveDate| dia_util_bancario(dia) && !seus.contains(&dia);
            prop_assert!(util(efetivo));
            prop_assert!(de.iter_days().take_while(|dia| *dia < efetivo).all(|dia| !util(dia)));
        }

        /// What one more holiday moves is exactly what it is said to, and all of it.
        #[test]
        fn a_holiday_moves_the_days_that_it_is_said_to(dias in 0..40_i64, seus in poucos()) {
            let feriado = data("2026-02-01") + TimeDelta::days(dias);
            let sem = Feriados::new(seus.iter().copied().filter(|dia| *dia != feriado).collect());
            let com = Feriados::new(seus.into_iter().chain([feriado]).collect());
            prop_assert_eq!(sem.movidos_por(feriado), com.movidos_por(feriado));
            let movidos = sem.movidos_por(feriado);
            for dia in data("2025-12-01").iter_days().take(150) {
                let move_se = sem.proximo_dia_util(dia) != com.proximo_dia_util(dia);
                prop_assert_eq!(move_se, movidos.is_some_and(|(de, ate)| (de..=ate).contains(&dia)), "{}", dia);
            }
        }
    }

    #[test]
    fn movable_holidays_fall_where_the_calendar_prints_them() {
        for datas in [
            ["2026-02-16", "2026-02-17", "2026-04-03", "2026-06-04"],
            ["2027-02-08", "2027-02-09", "2027-03-26", "2027-05-27"],
            ["2028-02-28", "2028-02-29", "2028-04-14", "2028-06-15"],
            ["2029-02-12", "2029-02-13", "2029-03-30", "2029-05-31"],
            ["2030-03-04", "2030-03-05", "2030-04-19", "2030-06-20"],
        ] {
            let ano = data(datas[0]).year();
            let do_ano =
                NaiveDate::from_ymd_opt(ano, 1, 1).unwrap().iter_days().take_while(|dia| dia.year() == ano);
            let moveis: Vec<_> = do_ano.filter(|dia| feriado_movel(*dia)).collect();
            assert_eq!(moveis, datas.map(data));
        }
    }

    #[test]
    fn every_year_of_three_centuries_has_its_holidays_and_easter_on_a_sunday() {
        for ano in 1900..2200 {
            let (mes, dia) = pascoa(ano);
            let domingo = NaiveDate::from_ymd_opt(ano, mes, dia).unwrap();
            assert_eq!(domingo.weekday(), Weekday::Sun, "{ano}");
            assert!(
                (data(&format!("{ano}-03-22"))..=data(&format!("{ano}-04-25"))).contains(&domingo),
                "{ano}"
            );
            assert!(feriado_bancario(domingo - Days::new(2)), "{ano}");
            assert!(feriado_bancario(data(&format!("{ano}-12-25"))), "{ano}");
        }
    }

    #[test]
    fn easter_at_the_edges_of_its_range() {
        for (ano, mes_dia) in [
            (1913, (3, 23)),
            (1943, (4, 25)),
            (1954, (4, 18)),
            (1981, (4, 19)),
            (2008, (3, 23)),
            (2038, (4, 25)),
            (2049, (4, 18)),
        ] {
            assert_eq!(pascoa(ano), mes_dia, "{ano}");
        }
    }

    #[test]
    fn consciencia_negra_counts_only_from_2024() {
        assert!(!feriado_bancario(data("2023-11-20")));
        assert!(feriado_bancario(data("2024-11-20")));
        assert_eq!(Feriados::NENHUM.proximo_dia_util(data("2026-11-20")), data("2026-11-23"));
    }

    #[test]
    fn carnival_weekend_carries_a_due_date_to_ash_wednesday() {
        assert_eq!(Feriados::NENHUM.proximo_dia_util(data("2026-02-14")), data("2026-02-18"));
    }

    #[test]
    fn the_ends_of_the_calendar_have_an_answer() {
        for dia in [NaiveDate::MIN, NaiveDate::MAX] {
            let feriados = Feriados::new(vec![dia]);
            assert!(feriados.proximo_dia_util(dia) >= dia);
            assert!(feriados.movidos_por(dia).is_none_or(|(de, ate)| de <= dia && ate == dia));
        }
    }
}
