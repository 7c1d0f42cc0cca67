//! How many messages a second a provider account takes, however many processes send by it.

use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// Tokens that a process asks for at a time, at most: fifty messages cost the database one question.
const MAIOR_BLOCO: u16 = 50;
/// A block is what this part of a second lets go: nobody waits longer for another's block, and no more leave at once.
const BLOCOS_POR_SEGUNDO: u16 = 4;
/// What is promised further ahead than this was promised by a clock that has been put back since.
const MAIOR_ESPERA: TimeDelta = TimeDelta::minutes(1);

/// The rate of an account: a bucket of as many tokens as a block has, which fills by so many a second. Whoever finds it empty
/// is promised the next ones, in the order in which they ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taxa(u16);

/// Tokens that were promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promessa {
    /// How many.
    pub fichas: u16,
    /// How long they are not there yet.
    pub espera: Duration,
    /// When everything that was promised will have been had: what the next one to ask is judged by.
    pub ate: DateTime<Utc>,
}

impl Taxa {
    /// The highest there is.
    pub const MAIOR: u16 = 10_000;

    /// So many messages a second, 1 to [`Taxa::MAIOR`].
    #[must_use]
    pub fn new(por_segundo: u16) -> Option<Self> {
        (1..=Self::MAIOR).contains(&por_segundo).then_some(Self(por_segundo))
    }

    /// Tokens that are asked for at a time at most, and with them how many messages may leave at once after a silence.
    #[must_use]
    pub fn bloco(self) -> u16 {
        (self.0 / BLOCOS_POR_SEGUNDO).clamp(1, MAIOR_BLOCO)
    }

    /// Promises `quantas` tokens, one at least and no more than a block, of an account of which everything until `ate` is
    /// promised already. In any time no more are there than the rate lets go in it, and a block.
    #[must_use]
    pub fn prometer(self, ate: Option<DateTime<Utc>>, agora: DateTime<Utc>, quantas: usize) -> Promessa {
        let fichas = u16::try_from(quantas).unwrap_or(u16::MAX).clamp(1, self.bloco());
        let posto = ate.filter(|ate| *ate <= agora.checked_add_signed(MAIOR_ESPERA).unwrap_or(agora));
        let ate = posto.unwrap_or(agora).max(agora);
        let ate = ate.checked_add_signed(self.custo(fichas)).unwrap_or(ate);
        let cheio = ate.checked_sub_signed(self.custo(self.bloco())).unwrap_or(ate);
        Promessa { fichas, espera: cheio.signed_duration_since(agora).to_std().unwrap_or_default(), ate }
    }

    /// In how much time so many tokens come; never less, and to the precision of the database's clock.
    fn custo(self, fichas: u16) -> TimeDelta {
        TimeDelta::microseconds((i64::from(fichas) * 1_000_000 + i64::from(self.0) - 1) / i64::from(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INICIO: DateTime<Utc> = DateTime::UNIX_EPOCH;

    /// When each request that comes `pausa` microseconds after the one before gets its tokens, and how many.
    fn servidos(taxa: Taxa, pedidos: &[(i64, usize)]) -> Vec<(i64, i64, u16)> {
        let (mut agora, mut ate) = (INICIO, None);
        let servir = |(pausa, quantas): &(i64, usize)| {
            agora += TimeDelta::microseconds(*pausa);
            let promessa = taxa.prometer(ate, agora, *quantas);
            ate = Some(promessa.ate);
            let pediu = agora.timestamp_micros();
            (pediu, pediu + i64::try_from(promessa.espera.as_micros()).unwrap(), promessa.fichas)
        };
        pedidos.iter().map(servir).collect()
    }

    fn pedidos() -> impl Strategy<Value = (u16, Vec<(i64, usize)>)> {
        let por_segundo = prop_oneof![1..60_u16, 1..=Taxa::MAIOR];
        let pausa = prop_oneof![3 => Just(0), 3 => 0..50_000_i64, 1 => 0..5_000_000_i64];
        (por_segundo, prop::collection::vec((pausa, 0..120_usize), 1..40))
    }

    proptest! {
        #[test]
        fn in_no_time_are_there_more_than_the_rate_lets_go_in_it_and_a_block((por_segundo, pedidos) in pedidos()) {
            let taxa = Taxa::new(por_segundo).unwrap();
            let servidos = servidos(taxa, &pedidos);
            for (i, (_, de, _)) in servidos.iter().enumerate() {
                let mut fichas = 0;
                for (_, ate, quantas) in &servidos[i..] {
                    prop_assert!(de <= ate, "in the order in which they asked");
                    fichas += i64::from(*quantas);
                    let cabem = (ate - de) * i64::from(por_segundo) + i64::from(taxa.bloco()) * 1_000_000;
                    prop_assert!(fichas * 1_000_000 <= cabem + i64::from(por_segundo), "{fichas} in {} us", ate - de);
                }
            }
        }

        /// Whoever asks waits for those before, and for nothing else.
        #[test]
        fn nobody_starves_and_no_token_is_lost((por_segundo, mut pedidos) in pedidos()) {
            let taxa = Taxa::new(por_segundo).unwrap();
            // No more than a minute is promised ahead.
            pedidos.truncate(usize::from(por_segundo).max(4));
            let servidos = servidos(taxa, &pedidos);
            for (i, (pediu, ate, _)) in servidos.iter().enumerate() {
                // From the last time at which the bucket was full, everything that was asked for since.
                let mais_tarde = (0..=i).map(|de| {
                    let desde: i64 = servidos[de..=i].iter().map(|(_, _, quantas)| i64::from(*quantas)).sum();
                    let faltam = (desde - i64::from(taxa.bloco())).max(0);
                    servidos[de].0 + faltam * 1_000_000 / i64::from(por_segundo)
                });
                let ultimo = mais_tarde.max().unwrap().max(*pediu);
                let arredondado = i64::try_from(i).unwrap() + 2;
                prop_assert!(*ate <= ultimo + arredondado, "{ate} after {ultimo}");
            }
        }

        #[test]
        fn one_token_at_least_and_a_block_at_most_are_promised((por_segundo, pedidos) in pedidos()) {
            let taxa = Taxa::new(por_segundo).unwrap();
            for ((_, quantas), (_, _, fichas)) in pedidos.iter().zip(servidos(taxa, &pedidos)) {
                prop_assert_eq!(usize::from(fichas), (*quantas).clamp(1, taxa.bloco().into()));
            }
        }
    }

    #[test]
    fn a_slow_account_goes_one_by_one_and_a_fast_one_by_the_fifty() {
        for (por_segundo, bloco) in [(1, 1), (3, 1), (8, 2), (20, 5), (200, 50), (10_000, 50)] {
            assert_eq!(Taxa::new(por_segundo).unwrap().bloco(), bloco, "{por_segundo}");
        }
        assert_eq!((Taxa::new(0), Taxa::new(10_001)), (None, None));
        let uma = servidos(Taxa::new(1).unwrap(), &[(0, 100), (0, 1), (500_000, 1), (9_000_000, 1)]);
        let quando: Vec<_> = uma.iter().map(|(_, ate, fichas)| (*ate, *fichas)).collect();
        assert_eq!(quando, [(0, 1), (1_000_000, 1), (2_000_000, 1), (9_500_000, 1)]);
    }

    #[test]
    fn a_clock_that_was_put_back_keeps_nobody_waiting() {
        let taxa = Taxa::new(20).unwrap();
        let adiante = INICIO + TimeDelta::hours(1);
        let promessa = taxa.prometer(Some(adiante), INICIO, 5);
        assert_eq!((promessa.espera, promessa.ate), (Duration::ZERO, INICIO + TimeDelta::milliseconds(250)));
    }
}
