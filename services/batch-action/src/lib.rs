//! The service of batch actions: one action for every debtor that a person selects, shown before it is confirmed.
//!
//! It leads through the steps, fixes what was confirmed, makes an execution of each item, and writes lists down that are to be kept; sending
//! is the dispatcher's.

mod api;
mod arquivista;
mod folhas;
mod leitura;
mod processo;
mod worker;

pub use api::{CODIGOS, CODIGOS_DE_CAMPO, Contexto, configure, line_codes, routes};
pub use arquivista::{Arquivista, CONEXOES_DO_ARQUIVISTA};
pub use processo::{INFO, RunError, run};
pub use worker::{CONEXOES, Trabalhador};
