//! The sending window of a channel.

use chrono::{
    DateTime, Datelike, Days, MappedLocalTime, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday,
};
use chrono_tz::Tz;
use thiserror::Error;

/// Days looked at for the next opening: a week, and another because a jump of the clock may swallow a window.
const DIAS_A_FRENTE: u64 = 14;

/// Seconds around a local time in which its jump must lie: no zone is further than 14 h from UTC, and the
/// largest jump is a day.
const BUSCA_S: i64 = 48 * 60 * 60;

/// Days of the week, at least one in a [`Janela`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DiasDaSemana(u8);

impl DiasDaSemana {
    /// Every day.
    pub const TODOS: Self = Self(0b111_1111);
    /// Monday to Friday.
    pub const UTEIS: Self = Self(0b001_1111);

    /// These days.
    pub fn new(dias: impl IntoIterator<Item = Weekday>) -> Self {
        Self(dias.into_iter().fold(0, |bits, dia| bits | bit(dia)))
    }

    /// From a bit per day, Monday the lowest; other bits are dropped.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::TODOS.0)
    }

    /// A bit per day, Monday the lowest.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether `dia` is one of them.
    #[must_use]
    pub fn contem(self, dia: Weekday) -> bool {
        self.0 & bit(dia) != 0
    }
}

/// From `inicio` (included) to `fim` (excluded) on the days of the week in `dias`, in the local time of
/// whoever it protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Janela {
    inicio: NaiveTime,
    fim: NaiveTime,
    dias: DiasDaSemana,
}

/// Why a window cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum JanelaError {
    /// Rule j02: it would never open, or would span midnight.
    #[error("o fim da janela deve ser depois do início")]
    FimNaoDepoisDoInicio,
    /// It would never open.
    #[error("a janela deve ter ao menos um dia da semana")]
    SemDias,
}

impl Janela {
    /// From `inicio` to `fim` of each of `dias`.
    ///
    /// # Errors
    /// When `fim <= inicio` (rule j02), or there is no day.
    pub fn new(inicio: NaiveTime, fim: NaiveTime, dias: DiasDaSemana) -> Result<Self, JanelaError> {
        if fim <= inicio {
            return Err(JanelaError::FimNaoDepoisDoInicio);
        }
        if dias.bits() == 0 {
            return Err(JanelaError::SemDias);
        }
        Ok(Self { inicio, fim, dias })
    }

    /// The first time of a day.
    #[must_use]
    pub fn inicio(&self) -> NaiveTime {
        self.inicio
    }

    /// The first time of a day that is outside again.
    #[must_use]
    pub fn fim(&self) -> NaiveTime {
        self.fim
    }

    /// The days.
    #[must_use]
    pub fn dias(&self) -> DiasDaSemana {
        self.dias
    }

    /// Whether a message may leave at this local time.
    #[must_use]
    pub fn aberta(&self, local: DateTime<Tz>) -> bool {
        self.dias.contem(local.weekday()) && (self.inicio..self.fim).contains(&local.time())
    }

    /// Rules j01, j02: `agora` when it is open, else the first instant at which it opens again.
    ///
    /// A start that the clock jumps over opens at the first instant after the jump, if that is still inside
    /// the window.
    #[must_use]
    pub fn proximo_instante(&self, agora: DateTime<Tz>) -> DateTime<Tz> {
        if self.aberta(agora) {
            return agora;
        }
        (0..=DIAS_A_FRENTE)
            .filter_map(|dias| agora.date_naive().checked_add_days(Days::new(dias)))
            .flat_map(|data| instantes(agora.timezone(), data.and_time(self.inicio)))
            .find(|instante| agora < *instante && self.aberta(*instante))
            // Only at the end of the calendar.
            .unwrap_or(agora)
    }

    /// Rule j06: as [`Janela::proximo_instante`], where it has to be open by the clocks of all of `fusos` at once. A window
    /// that they never have at one time is read in the first of them.
    #[must_use]
    pub fn proximo_em(&self, fusos: &[Tz], agora: DateTime<Utc>) -> DateTime<Utc> {
        let em =
            |fuso: &Tz, instante: DateTime<Utc>| self.proximo_instante(instante.with_timezone(fuso)).to_utc();
        let mut instante = agora;
        // Each round goes on to where one more of them opens: one at least on each day.
        for _ in 0..=DIAS_A_FRENTE.saturating_mul(2) {
            let depois = fusos.iter().map(|fuso| em(fuso, instante)).max().unwrap_or(instante);
            if depois == instante {
                return instante;
            }
            instante = depois;
        }
        fusos.first().map_or(agora, |fuso| em(fuso, agora))
    }
}

/// The instants at which local clocks show `local`, the earlier first; the end of the jump when they never
/// do.
fn instantes(fuso: Tz, local: NaiveDateTime) -> impl Iterator<Item = DateTime<Tz>> {
    let [primeiro, segundo] = match fuso.from_local_datetime(&local) {
        MappedLocalTime::Single(unico) => [Some(unico), None],
        MappedLocalTime::Ambiguous(primeiro, segundo) => [Some(primeiro), Some(segundo)],
        MappedLocalTime::None => [fim_do_salto(fuso, local), None],
    };
    primeiro.into_iter().chain(segundo)
}

/// The first instant whose local time is not before `local`, found by halving: local time only grows around a
/// forward jump.
fn fim_do_salto(fuso: Tz, local: NaiveDateTime) -> Option<DateTime<Tz>> {
    let chegou = |segundos: i64| {
        let utc = local.checked_add_signed(TimeDelta::seconds(segundos))?;
        let instante = fuso.from_utc_datetime(&utc);
        Some((local <= instante.naive_local(), instante))
    };
    let (mut antes, mut depois) = (-BUSCA_S, BUSCA_S);
    while depois - antes > 1 {
        let meio = i64::midpoint(antes, depois);
        if chegou(meio)?.0 { depois = meio } else { antes = meio }
    }
    chegou(depois).map(|(_, instante)| instante)
}

fn bit(dia: Weekday) -> u8 {
    1 << dia.num_days_from_monday()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::America::{Eirunepe, Manaus, Noronha, Sao_Paulo};
    use chrono_tz::Pacific::Apia;
    use proptest::prelude::*;

    fn hora(texto: &str) -> NaiveTime {
        texto.parse().unwrap()
    }

    fn janela(inicio: &str, fim: &str, dias: DiasDaSemana) -> Janela {
        Janela::new(hora(inicio), hora(fim), dias).unwrap()
    }

    fn instante(fuso: Tz, texto: &str) -> DateTime<Tz> {
        fuso.from_local_datetime(&texto.parse().unwrap()).unwrap()
    }

    proptest! {
        #[test]
        fn the_next_instant_is_open_and_nothing_before_it_is(
            (inicio, minutos) in (0..1439_u32, 1..1440_u32),
            bits in 1..128_u8,
            agora in 0..2_000_000_000_i64,
            fuso in 0..4_usize,
        ) {
            let minuto = |m: u32| NaiveTime::from_num_seconds_from_midnight_opt(m.min(1439) * 60, 0).unwrap();
            let dias = DiasDaSemana::from_bits(bits);
            let janela = Janela::new(minuto(inicio), minuto(inicio + minutos), dias).unwrap();
            let fuso = [Sao_Paulo, Manaus, Noronha, chrono_tz::Europe::Lisbon][fuso];
            let agora = fuso.timestamp_opt(agora, 0).unwrap();
            let proximo = janela.proximo_instante(agora);
            prop_assert!(agora <= proximo && janela.aberta(proximo));
            let antes = (0..).map(|i| agora + TimeDelta::minutes(i)).take_while(|outro| *outro < proximo);
            prop_assert!(antes.into_iter().all(|outro| !janela.aberta(outro)));
            prop_assert_eq!(janela.proximo_instante(proximo), proximo);
        }
    }

    proptest! {
        #[test]
        fn j06_a_window_opens_when_it_is_open_by_every_clock_that_may_be_the_debtors(
            (inicio, minutos) in (0..1380_u32, 61..1440_u32),
            bits in 1..128_u8,
            agora in 1_700_000_000..1_900_000_000_i64,
        ) {
            let minuto = |m: u32| NaiveTime::from_num_seconds_from_midnight_opt(m.min(1439) * 60, 0).unwrap();
            let fim = minuto(inicio + minutos);
            prop_assume!((fim - minuto(inicio)).num_minutes() > 60);
            let janela = Janela::new(minuto(inicio), fim, DiasDaSemana::from_bits(bits)).unwrap();
            let fusos = [Manaus, Eirunepe];
            let aberta = |em: DateTime<Utc>| fusos.iter().all(|fuso| janela.aberta(em.with_timezone(fuso)));
            let agora = DateTime::from_timestamp(agora, 0).unwrap();
            let proximo = janela.proximo_em(&fusos, agora);
            prop_assert!(agora <= proximo && aberta(proximo));
            let antes = (0..).map(|i| agora + TimeDelta::minutes(i)).take_while(|outro| *outro < proximo);
            prop_assert!(antes.into_iter().all(|outro| !aberta(outro)));
            let um_so = janela.proximo_instante(agora.with_timezone(&Manaus));
            prop_assert_eq!(janela.proximo_em(&[Manaus], agora), um_so.to_utc());
            prop_assert_eq!(janela.proximo_em(&[], agora), agora);
        }
    }

    #[test]
    fn j06_a_window_too_short_for_two_clocks_is_read_by_the_first() {
        let janela = janela("09:00:00", "09:30:00", DiasDaSemana::TODOS);
        let agora = instante(Manaus, "2026-03-10T03:00:00").to_utc();
        let as_nove = instante(Manaus, "2026-03-10T09:00:00").to_utc();
        assert_eq!(janela.proximo_em(&[Manaus, Eirunepe], agora), as_nove);
        assert_eq!(janela.proximo_em(&[Manaus, Eirunepe], as_nove), as_nove);
    }

    #[test]
    fn j02_a_window_that_never_opens_is_refused() {
        let nova = |inicio, fim, dias| Janela::new(hora(inicio), hora(fim), dias);
        assert_eq!(nova("09:00:00", "09:00:00", DiasDaSemana::TODOS), Err(JanelaError::FimNaoDepoisDoInicio));
        assert_eq!(nova("18:00:00", "09:00:00", DiasDaSemana::TODOS), Err(JanelaError::FimNaoDepoisDoInicio));
        assert_eq!(nova("09:00:00", "18:00:00", DiasDaSemana::new([])), Err(JanelaError::SemDias));
    }

    #[test]
    fn j01_ready_at_three_leaves_at_nine_sharp() {
        let janela = janela("09:00:00", "18:00:00", DiasDaSemana::UTEIS);
        let as_nove = instante(Sao_Paulo, "2026-03-10T09:00:00");
        assert_eq!(janela.proximo_instante(instante(Sao_Paulo, "2026-03-10T03:00:00")), as_nove);
        assert!(janela.aberta(as_nove));
        assert!(!janela.aberta(as_nove - TimeDelta::nanoseconds(1)));
        assert!(!janela.aberta(instante(Sao_Paulo, "2026-03-10T18:00:00")));
    }

    #[test]
    fn j02_not_sent_by_the_end_waits_for_the_next_allowed_day() {
        let janela = janela("09:00:00", "18:00:00", DiasDaSemana::UTEIS);
        let sexta_a_noite = instante(Sao_Paulo, "2026-03-13T18:00:00");
        assert_eq!(janela.proximo_instante(sexta_a_noite), instante(Sao_Paulo, "2026-03-16T09:00:00"));
        let so_segunda = Janela { dias: DiasDaSemana::new([Weekday::Mon]), ..janela };
        assert_eq!(
            so_segunda.proximo_instante(instante(Sao_Paulo, "2026-03-16T19:00:00")),
            instante(Sao_Paulo, "2026-03-23T09:00:00")
        );
    }

    #[test]
    fn a_start_inside_a_jump_of_the_clock_opens_right_after_it() {
        // Daylight saving began at midnight of 2018-11-04: local clocks went from 23:59:59 to 01:00:00.
        let meia_noite = janela("00:00:00", "06:00:00", DiasDaSemana::TODOS);
        assert_eq!(
            meia_noite.proximo_instante(instante(Sao_Paulo, "2018-11-03T12:00:00")),
            instante(Sao_Paulo, "2018-11-04T01:00:00")
        );
        // A window wholly inside the jump does not open that day.
        let curta = janela("00:10:00", "00:50:00", DiasDaSemana::TODOS);
        assert_eq!(
            curta.proximo_instante(instante(Sao_Paulo, "2018-11-03T12:00:00")),
            instante(Sao_Paulo, "2018-11-05T00:10:00")
        );
        // Samoa skipped the whole Friday of 2011-12-30.
        let sexta = janela("09:00:00", "18:00:00", DiasDaSemana::new([Weekday::Fri]));
        assert_eq!(
            sexta.proximo_instante(instante(Apia, "2011-12-28T12:00:00")),
            instante(Apia, "2012-01-06T09:00:00")
        );
    }

    #[test]
    fn a_start_that_happens_twice_opens_both_times() {
        // Daylight saving ended at midnight of 2018-02-18: local clocks went back to 23:00:00 of the 17th.
        let janela = janela("23:10:00", "23:20:00", DiasDaSemana::TODOS);
        let primeira =
            Sao_Paulo.from_local_datetime(&"2018-02-17T23:10:00".parse().unwrap()).earliest().unwrap();
        assert_eq!(janela.proximo_instante(primeira - TimeDelta::minutes(1)), primeira);
        assert_eq!(
            janela.proximo_instante(primeira + TimeDelta::minutes(10)),
            primeira + TimeDelta::hours(1)
        );
    }

    #[test]
    fn days_read_back_from_their_bits() {
        assert_eq!(DiasDaSemana::from_bits(0xff), DiasDaSemana::TODOS);
        assert_eq!(DiasDaSemana::new([Weekday::Mon, Weekday::Sun]).bits(), 0b100_0001);
        assert!(DiasDaSemana::UTEIS.contem(Weekday::Fri) && !DiasDaSemana::UTEIS.contem(Weekday::Sat));
    }
}
