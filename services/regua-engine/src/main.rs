//! The service `regua-engine` as a process of its own.

use std::process::ExitCode;

use runtime::{Config, Encerramento, iniciar_telemetria};

#[tokio::main]
async fn main() -> ExitCode {
    match start().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(erro) => {
            // Not the log: it may be what could not be started.
            eprintln!("regua-engine não pôde continuar: {erro}");
            ExitCode::FAILURE
        }
    }
}

async fn start() -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::load()?;
    iniciar_telemetria(&config.log)?;
    let fim = Encerramento::new();
    fim.ouvir_sinais()?;
    Ok(regua_engine::run(&config, &fim).await?)
}
