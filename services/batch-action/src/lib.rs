//! The service of batch actions: one action for every debtor that a person selects, shown before it is confirmed.
//!
//! It leads through the steps, fixes what was confirmed, and makes an execution of each item; sending is the dispatcher's.

mod api;
mod leitura;
mod processo;
mod worker;

pub use api::{CODIGOS, CODIGOS_DE_CAMPO, Contexto, configure, line_codes, routes};
pub use processo::{INFO, RunError, run};
pub use worker::{CONEXOES, Trabalhador};
