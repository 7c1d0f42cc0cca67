//! The service `dispatcher` as a process of its own.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    runtime::run_process("dispatcher", dispatcher::run).await
}
