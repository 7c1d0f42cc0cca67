//! The service `titulos` as a process of its own.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    runtime::run_process("titulos", titulos::run).await
}
