//! What every process needs and no rule of the field knows: the clock, the configuration, the log, an orderly end and
//! loops that come back by themselves.
//!
//! This is the only crate that reads the time of the machine. Everything else is handed an instant.

pub mod config;
mod deposito;
mod encerramento;
mod processo;
mod relogio;
mod supervisao;
mod telemetria;

pub use config::Config;
pub use deposito::{Deposito, Guardado};
pub use encerramento::Encerramento;
pub use processo::run_process;
pub use relogio::{Cronometro, Relogio, RelogioError, cronometro};
pub use supervisao::supervise;
pub use telemetria::{TelemetriaError, iniciar_telemetria, iniciar_telemetria_em};
