//! When a definite failure is tried again.

use std::time::Duration;

/// Attempts in all; the eighth failure is the last.
pub const MAX_TENTATIVAS: u32 = 8;

/// Ceiling of the first wait.
const BASE_MS: u64 = 30_000;

/// Ceiling of any wait.
const TETO_MS: u64 = 2 * 60 * 60 * 1000;

/// How long to wait after attempt number `tentativa` (from 1) failed; `None` when it was the last.
///
/// Full jitter: anywhere between nothing and a ceiling that doubles from 30 s up to 2 h, so that a thousand
/// messages that failed together do not come back together. The same `semente` gives the same wait; the id of
/// the execution is a good one.
#[must_use]
pub fn proxima_tentativa(tentativa: u32, semente: u64) -> Option<Duration> {
    if tentativa >= MAX_TENTATIVAS {
        return None;
    }
    let dobras = tentativa.saturating_sub(1);
    let teto = BASE_MS.saturating_mul(2_u64.saturating_pow(dobras)).min(TETO_MS);
    Some(Duration::from_millis(misturar(semente ^ u64::from(tentativa)) % (teto + 1)))
}

/// `SplitMix64`: spreads neighbouring seeds over the whole range.
fn misturar(semente: u64) -> u64 {
    let z = semente.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_wait_stays_under_its_ceiling_and_depends_only_on_the_seed(tentativa in 0..MAX_TENTATIVAS, semente: u64) {
            let espera = proxima_tentativa(tentativa, semente).unwrap();
            let teto = Duration::from_secs(30) * 2_u32.pow(tentativa.saturating_sub(1));
            prop_assert!(espera <= teto.min(Duration::from_hours(2)));
            prop_assert_eq!(proxima_tentativa(tentativa, semente), Some(espera));
        }

        #[test]
        fn nothing_is_tried_after_the_last_attempt(tentativa in MAX_TENTATIVAS.., semente: u64) {
            prop_assert_eq!(proxima_tentativa(tentativa, semente), None);
        }
    }

    #[test]
    fn the_seventh_failure_is_tried_again_and_the_eighth_is_not() {
        assert!(proxima_tentativa(7, 0).is_some());
        assert_eq!(proxima_tentativa(8, 0), None);
    }

    #[test]
    fn neighbours_do_not_come_back_together() {
        let mut esperas: Vec<_> = (0..1000).map(|semente| proxima_tentativa(7, semente).unwrap()).collect();
        esperas.sort_unstable();
        assert!(esperas[100] < Duration::from_mins(6), "{:?}", esperas[100]);
        assert!(esperas[900] > Duration::from_mins(26), "{:?}", esperas[900]);
        esperas.dedup();
        assert!(esperas.len() > 990);
    }
}
