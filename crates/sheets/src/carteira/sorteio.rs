//! Chance from a seed: `SplitMix64`, ten lines of our own because the streams and ranges of a library may change with
//! its version or with the width of the machine, and a portfolio must not.

use std::ops::RangeInclusive;

/// A stream of draws. Ranges are small against 2⁶⁴, so taking the remainder is even enough for samples.
pub(super) struct Sorteio(u64);

impl Sorteio {
    pub(super) const fn new(semente: u64) -> Self {
        Self(semente)
    }

    pub(super) fn between(&mut self, faixa: RangeInclusive<i64>) -> i64 {
        let (menor, maior) = faixa.into_inner();
        let largura = maior.abs_diff(menor).saturating_add(1);
        menor.saturating_add_unsigned(self.next() % largura)
    }

    pub(super) fn chance(&mut self, por_cem: i64) -> bool {
        self.between(1..=100) <= por_cem
    }

    /// One of these things; of nothing, the default.
    pub(super) fn one_of<T: Copy + Default>(&mut self, coisas: &[T]) -> T {
        let quantas = u64::try_from(coisas.len()).unwrap_or(u64::MAX).max(1);
        let indice = usize::try_from(self.next() % quantas).unwrap_or_default();
        coisas.get(indice).copied().unwrap_or_default()
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        let mut sorteio = Sorteio::new(1_234_567);
        let primeiros = [sorteio.next(), sorteio.next(), sorteio.next()];
        assert_eq!(
            primeiros,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }

    #[test]
    fn draws_reach_both_ends_and_stay_between() {
        let mut sorteio = Sorteio::new(1);
        let lancados = (0..1_000).map(|_| sorteio.between(-2..=3)).collect::<std::collections::BTreeSet<_>>();
        assert!(lancados.into_iter().eq(-2..=3));
        assert!((0..1_000).filter(|_| sorteio.chance(35)).count().abs_diff(350) < 60);
    }
}
