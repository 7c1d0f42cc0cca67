//! The process's log: one event per outcome, dotted fields, never a person.

use std::io::{self, IsTerminal as _};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Formato, Log};

/// Why the log could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetriaError {
    /// `log.filtro` is not an env-filter expression.
    #[error("log.filtro `{filtro}` não é um filtro válido")]
    Filtro {
        /// What was configured.
        filtro: String,
        /// What the parser says.
        #[source]
        causa: tracing_subscriber::filter::ParseError,
    },
}

/// Starts the log on standard error (standard output belongs to the command line). A second call in one process keeps
/// the first log.
///
/// # Errors
/// When the filter cannot be parsed.
pub fn iniciar_telemetria(log: &Log) -> Result<(), TelemetriaError> {
    iniciar_telemetria_em(log, io::stderr, io::stderr().is_terminal())
}

/// As [`iniciar_telemetria`], written to `onde`, in colours or not.
///
/// # Errors
/// As [`iniciar_telemetria`].
pub fn iniciar_telemetria_em(
    log: &Log,
    onde: impl for<'a> MakeWriter<'a> + Send + Sync + 'static,
    cores: bool,
) -> Result<(), TelemetriaError> {
    let filtro = EnvFilter::try_new(&log.filtro)
        .map_err(|causa| TelemetriaError::Filtro { filtro: log.filtro.clone(), causa })?;
    let base = tracing_subscriber::registry().with(filtro);
    let camada = tracing_subscriber::fmt::layer().with_writer(onde).with_ansi(cores);
    // `try_init` fails only when a log is already running, which is what idempotent means here.
    match log.formato {
        Formato::Json => base.with(camada.json().flatten_event(true)).try_init().ok(),
        Formato::Texto => base.with(camada).try_init().ok(),
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starting_twice_is_starting_once() {
        let log = Log { formato: Formato::Json, filtro: "info".to_owned() };
        iniciar_telemetria(&log).unwrap();
        iniciar_telemetria(&Log { formato: Formato::Texto, ..log }).unwrap();
        assert!(tracing::dispatcher::has_been_set());
    }

    #[test]
    fn a_filter_that_is_none_is_refused_by_name() {
        let log = Log { formato: Formato::Texto, filtro: "info,web=muito".to_owned() };
        let erro = iniciar_telemetria(&log).unwrap_err();
        assert!(erro.to_string().contains("info,web=muito"), "{erro}");
    }
}
