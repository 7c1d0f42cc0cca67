//! The clock as a value: the system's, or one that stands still until somebody moves it.
//!
//! A sandbox clock lets an integrator, or a test, walk a régua through 90 days in seconds.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

/// Where the present comes from. Clones of a sandbox clock share one instant.
#[derive(Clone, Debug)]
pub enum Relogio {
    /// The machine's clock.
    Sistema,
    /// An instant that moves only by [`Relogio::avancar_para`].
    Sandbox(Arc<RwLock<DateTime<Utc>>>),
}

/// Why a clock could not be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelogioError {
    /// Only a sandbox may choose its own time.
    #[error("o relógio só pode ser movido no modo sandbox")]
    NaoEhSandbox,
    /// Going back would undo nights that already happened.
    #[error("o relógio está em {atual} e não volta para {pedido}")]
    Recuo {
        /// Where the clock stands.
        atual: DateTime<Utc>,
        /// What was asked for.
        pedido: DateTime<Utc>,
    },
}

impl Relogio {
    /// A clock that stands at `inicio` until it is moved.
    #[must_use]
    pub fn sandbox(inicio: DateTime<Utc>) -> Self {
        Self::Sandbox(Arc::new(RwLock::new(inicio)))
    }

    /// Whether this clock can be moved.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        matches!(self, Self::Sandbox(_))
    }

    /// The present instant.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one clock that others are handed")]
    pub fn agora(&self) -> DateTime<Utc> {
        match self {
            Self::Sistema => Utc::now(),
            // A poisoned lock still holds a whole instant: writing one cannot stop half way.
            Self::Sandbox(instante) => *instante.read().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The present day as people of `fuso` write it.
    #[must_use]
    pub fn hoje(&self, fuso: Tz) -> NaiveDate {
        self.agora().with_timezone(&fuso).date_naive()
    }

    /// Moves a sandbox clock forward. Moving it to where it stands changes nothing.
    ///
    /// # Errors
    /// The system clock cannot be moved, and no clock goes back.
    pub fn avancar_para(&self, pedido: DateTime<Utc>) -> Result<(), RelogioError> {
        let Self::Sandbox(instante) = self else {
            return Err(RelogioError::NaoEhSandbox);
        };
        let mut atual = instante.write().unwrap_or_else(PoisonError::into_inner);
        if pedido < *atual {
            return Err(RelogioError::Recuo { atual: *atual, pedido });
        }
        *atual = pedido;
        Ok(())
    }
}

/// A stopwatch: elapsed time that no change of the machine's clock can bend.
#[derive(Clone, Copy, Debug)]
pub struct Cronometro(Instant);

impl Cronometro {
    /// Time since [`cronometro`] started it.
    #[must_use]
    pub fn decorrido(&self) -> Duration {
        self.0.elapsed()
    }

    /// The same in whole milliseconds, for logs.
    #[must_use]
    pub fn decorrido_ms(&self) -> u64 {
        u64::try_from(self.decorrido().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Starts a stopwatch.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one stopwatch that others use")]
pub fn cronometro() -> Cronometro {
    Cronometro(Instant::now())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use chrono_tz::America::{Manaus, Noronha, Sao_Paulo};

    use super::*;

    fn instante(dia: u32, hora: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, dia, hora, 0, 0).unwrap()
    }

    #[test]
    fn a_sandbox_clock_stands_still_and_its_clones_move_together() {
        let relogio = Relogio::sandbox(instante(10, 12));
        let clone = relogio.clone();
        assert_eq!(relogio.agora(), instante(10, 12));
        clone.avancar_para(instante(26, 3)).unwrap();
        assert_eq!(relogio.agora(), instante(26, 3));
        assert!(relogio.is_sandbox());
    }

    #[test]
    fn a_clock_never_goes_back_and_says_where_it_stands() {
        let relogio = Relogio::sandbox(instante(10, 12));
        let erro = relogio.avancar_para(instante(10, 11)).unwrap_err();
        assert_eq!(erro, RelogioError::Recuo { atual: instante(10, 12), pedido: instante(10, 11) });
        assert_eq!(relogio.agora(), instante(10, 12));
        assert_eq!(relogio.avancar_para(instante(10, 12)), Ok(()));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the clock under test is compared with the machine's")]
    fn the_system_clock_moves_by_itself_and_by_nobody_else() {
        let antes = Utc::now();
        let agora = Relogio::Sistema.agora();
        assert!(antes <= agora && agora <= Utc::now());
        assert_eq!(Relogio::Sistema.avancar_para(instante(10, 12)), Err(RelogioError::NaoEhSandbox));
    }

    #[test]
    fn the_day_belongs_to_the_zone_of_the_company() {
        let relogio = Relogio::sandbox(instante(10, 2));
        let dia = |d| NaiveDate::from_ymd_opt(2026, 3, d).unwrap();
        assert_eq!(relogio.hoje(Sao_Paulo), dia(9));
        assert_eq!(relogio.hoje(Noronha), dia(10));
        relogio.avancar_para(instante(10, 3)).unwrap();
        assert_eq!(relogio.hoje(Sao_Paulo), dia(10));
        assert_eq!(relogio.hoje(Manaus), dia(9));
    }

    #[test]
    fn a_stopwatch_only_grows() {
        let medida = cronometro();
        let primeiro = medida.decorrido();
        assert!(medida.decorrido() >= primeiro);
        assert!(medida.decorrido_ms() < 60_000);
    }
}
