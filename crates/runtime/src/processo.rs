//! A service as a process of its own.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use crate::config::Config;
use crate::encerramento::Encerramento;
use crate::telemetria::iniciar_telemetria;

/// The whole life of a service's process: reads the configuration, starts the log, listens for signals, and runs
/// `service` until it ends. Whatever stops it is one sentence on standard error and a failing exit status.
pub async fn run_process<E>(
    nome: &str,
    service: impl AsyncFnOnce(&Config, &Encerramento) -> Result<(), E>,
) -> ExitCode
where
    E: Error + 'static,
{
    match start(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(erro) => {
            // Not the log: it may be what could not be started.
            writeln!(std::io::stderr(), "{nome} não pôde continuar: {erro}").ok();
            ExitCode::FAILURE
        }
    }
}

async fn start<E: Error + 'static>(
    service: impl AsyncFnOnce(&Config, &Encerramento) -> Result<(), E>,
) -> Result<(), Box<dyn Error>> {
    let config = Config::load()?;
    iniciar_telemetria(&config.log)?;
    let fim = Encerramento::new();
    fim.ouvir_sinais()?;
    Ok(service(&config, &fim).await?)
}
