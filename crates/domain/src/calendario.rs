//! Brazilian banking days.
//!
//! National and banking holidays only: what moves a due date (Lei 7.089/83) is a day without banks
//! everywhere. State and municipal holidays are a company's data, not a constant. 24 and 31 December are
//! working days of the clearing system.

use chrono::{Datelike, Days, NaiveDate, Weekday};

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
    let dia = (data.month(), data.day());
    FIXOS.contains(&dia) || (dia == (11, 20) && data.year() >= CONSCIENCIA_NEGRA_DESDE) || feriado_movel(data)
}

/// Whether banks work on `data`.
#[must_use]
pub fn dia_util_bancario(data: NaiveDate) -> bool {
    !matches!(data.weekday(), Weekday::Sat | Weekday::Sun) && !feriado_bancario(data)
}

/// The last day on which a título due on `vencimento` can be paid without being late.
///
/// With `em_dia_util` a date on which banks do not work goes to the next one on which they do; without, it
/// stays.
#[must_use]
pub fn vencimento_efetivo(vencimento: NaiveDate, em_dia_util: bool) -> NaiveDate {
    let mut data = vencimento;
    while em_dia_util && !dia_util_bancario(data) {
        let Some(seguinte) = data.checked_add_days(Days::new(1)) else {
            return data;
        };
        data = seguinte;
    }
    data
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
    use proptest::prelude::*;

    fn data(texto: &str) -> NaiveDate {
        texto.parse().unwrap()
    }

    proptest! {
        #[test]
        fn the_effective_date_is_the_first_banking_day_from_the_due_date(dias in 0..110_000_i64) {
            let vencimento = data("1900-01-01") + chrono::TimeDelta::days(dias);
            let efetivo = vencimento_efetivo(vencimento, true);
            prop_assert!(dia_util_bancario(efetivo));
            prop_assert!(vencimento.iter_days().take_while(|dia| *dia < efetivo).all(|dia| !dia_util_bancario(dia)));
            prop_assert!((efetivo - vencimento).num_days() <= 5);
            prop_assert_eq!(vencimento_efetivo(vencimento, false), vencimento);
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
        assert_eq!(vencimento_efetivo(data("2026-11-20"), true), data("2026-11-23"));
    }

    #[test]
    fn carnival_weekend_carries_a_due_date_to_ash_wednesday() {
        assert_eq!(vencimento_efetivo(data("2026-02-14"), true), data("2026-02-18"));
    }

    #[test]
    fn the_ends_of_the_calendar_have_an_answer() {
        assert!(vencimento_efetivo(NaiveDate::MAX, true) <= NaiveDate::MAX);
        assert!(vencimento_efetivo(NaiveDate::MIN, true) >= NaiveDate::MIN);
    }
}
