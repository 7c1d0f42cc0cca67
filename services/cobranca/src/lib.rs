//! All services in one process, and the command line.
//!
//! [`sistema::Sistema`] holds the same libraries that the services' own binaries run: titulos, regua-engine and
//! dispatcher, on one HTTP server and, unless `AMQP_URL` says otherwise, the in-process bus. In the sandbox it keeps
//! what it would have sent in a mailbox of its own.

pub mod cliente;
pub mod comandos;
pub mod linha;
pub mod progresso;
pub mod relogio;
pub mod replay;
pub mod sistema;
pub mod terminal;

/// What a command answers: an error is one sentence for the person at the terminal.
pub type Resultado<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
