//! Credit bureaus: what is handed over to list a debt and to take it off, and what they answer. Each is sans-I/O.
//!
//! `pefin` writes and reads the files of Serasa PEFIN; `spc` asks SPC Brasil, by SOAP; `generico` any other that was
//! described. What a bureau says of one entry is a [`Resposta`], whoever it is,
//! and [`Resposta::evento`] is what that does to the entry.

pub mod generico;
pub mod pefin;
mod porta;
mod registro;
mod resposta;
pub mod spc;

pub use porta::{BureauChamado, Chamado, unanswered};
pub use registro::{Operacao, Pendencia, RegistroInvalido};
pub use resposta::Resposta;
