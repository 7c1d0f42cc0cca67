//! The service `cartas` as a process of its own.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    runtime::run_process("cartas", cartas::run).await
}
