//! The service `regua-engine` as a process of its own.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    runtime::run_process("regua-engine", regua_engine::run).await
}
