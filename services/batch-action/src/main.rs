//! The service `batch-action` as a process of its own.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    runtime::run_process("batch-action", batch_action::run).await
}
