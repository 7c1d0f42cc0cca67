//! How often a key may ask: a bucket of requests per key, in this process, told in the fields of
//! draft-ietf-httpapi-ratelimit-headers.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use runtime::{Cronometro, cronometro};
use uuid::Uuid;

/// A bucket that is empty is full again after this long.
const JANELA: Duration = Duration::from_mins(1);
/// Keys that are remembered before those whose bucket is full are forgotten.
const MAX_CHAVES: usize = 10_000;
const POLITICA: HeaderName = HeaderName::from_static("ratelimit-policy");
const RESTA: HeaderName = HeaderName::from_static("ratelimit");

/// The buckets of every key that asked lately.
pub(crate) struct Cotas {
    por_minuto: u32,
    /// Time that one request takes from a bucket.
    custo: Duration,
    inicio: Cronometro,
    /// When the bucket of a key will be full again, counted from `inicio`.
    cheios_em: Mutex<HashMap<Uuid, Duration>>,
}

/// What a request left in its bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Saldo {
    por_minuto: u32,
    resta: u128,
    cheio_em_s: u64,
    espera_s: Option<u32>,
}

impl Cotas {
    /// Buckets of `por_minuto` requests; none when there is no limit.
    pub(crate) fn new(por_minuto: u32) -> Option<Self> {
        let custo = JANELA.checked_div(por_minuto)?;
        Some(Self { por_minuto, custo, inicio: cronometro(), cheios_em: Mutex::default() })
    }

    /// Takes a request from the bucket of `chave`, if one is left.
    pub(crate) fn take(&self, chave: Uuid) -> Saldo {
        self.take_at(chave, self.inicio.decorrido())
    }

    fn take_at(&self, chave: Uuid, agora: Duration) -> Saldo {
        // A poisoned map still holds whole instants.
        let mut cheios_em = self.cheios_em.lock().unwrap_or_else(PoisonError::into_inner);
        if cheios_em.len() >= MAX_CHAVES {
            cheios_em.retain(|_, cheio_em| *cheio_em > agora);
        }
        let antes = cheios_em.get(&chave).copied().unwrap_or_default().saturating_sub(agora);
        let depois = antes + self.custo;
        if depois > JANELA {
            return self.saldo(antes, Some(depois.saturating_sub(JANELA)));
        }
        cheios_em.insert(chave, agora + depois);
        self.saldo(depois, None)
    }

    fn saldo(&self, gasto: Duration, espera: Option<Duration>) -> Saldo {
        Saldo {
            por_minuto: self.por_minuto,
            resta: JANELA.saturating_sub(gasto).as_nanos() / self.custo.as_nanos(),
            cheio_em_s: ceil(gasto),
            espera_s: espera.map(|espera| u32::try_from(ceil(espera)).unwrap_or(u32::MAX)),
        }
    }
}

impl Saldo {
    /// The seconds to wait, when nothing was left.
    pub(crate) fn espera_s(self) -> Option<u32> {
        self.espera_s
    }

    /// Tells the caller.
    pub(crate) fn add_to(self, cabecalhos: &mut HeaderMap) {
        let Self { por_minuto, resta, cheio_em_s, .. } = self;
        let janela = JANELA.as_secs();
        for (nome, valor) in [
            (POLITICA, format!("\"chave\";q={por_minuto};w={janela}")),
            (RESTA, format!("\"chave\";r={resta};t={cheio_em_s}")),
        ] {
            if let Ok(valor) = HeaderValue::try_from(valor) {
                cabecalhos.insert(nome, valor);
            }
        }
    }
}

/// Whole seconds, never too few.
fn ceil(tempo: Duration) -> u64 {
    tempo.as_secs() + u64::from(tempo.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAVE: Uuid = Uuid::from_u128(1);

    fn left(cotas: &Cotas, chave: Uuid, s: u64) -> (u128, Option<u32>) {
        let saldo = cotas.take_at(chave, Duration::from_secs(s));
        (saldo.resta, saldo.espera_s())
    }

    #[test]
    fn a_bucket_empties_by_requests_and_fills_with_time_for_each_key_alone() {
        let cotas = Cotas::new(4).unwrap();
        for resta in (0..4).rev() {
            assert_eq!(left(&cotas, CHAVE, 100), (resta, None));
        }
        assert_eq!(left(&cotas, CHAVE, 100), (0, Some(15)), "one of four a minute comes back every 15 s");
        assert_eq!(left(&cotas, CHAVE, 114), (0, Some(1)), "a refused request takes nothing");
        assert_eq!(left(&cotas, CHAVE, 115), (0, None));
        assert_eq!(left(&cotas, Uuid::from_u128(2), 115), (3, None));
        assert_eq!(left(&cotas, CHAVE, 1_000), (3, None), "a full bucket does not grow");
    }

    #[test]
    fn zero_is_no_limit() {
        assert!(Cotas::new(0).is_none());
    }

    #[test]
    fn keys_that_ask_no_more_are_forgotten() {
        let cotas = Cotas::new(60).unwrap();
        for n in 0..3 * MAX_CHAVES {
            let n = u128::try_from(n).unwrap();
            cotas.take_at(Uuid::from_u128(n), Duration::from_secs(u64::try_from(n).unwrap()));
        }
        assert!(cotas.cheios_em.lock().unwrap().len() <= MAX_CHAVES);
    }

    #[test]
    fn the_fields_are_those_of_the_draft() {
        let mut cabecalhos = HeaderMap::new();
        Cotas::new(600).unwrap().take_at(CHAVE, Duration::ZERO).add_to(&mut cabecalhos);
        assert_eq!(cabecalhos.get(POLITICA).unwrap(), "\"chave\";q=600;w=60");
        assert_eq!(cabecalhos.get(RESTA).unwrap(), "\"chave\";r=599;t=1");
    }
}
