//! Serasa PEFIN, layout `SERASA-CONVEM04`: lines of 600 bytes that end in CR LF, one header, one line per debt, one trailer.
//!
//! A remessa is written by [`header`], [`detail`] and [`trailer`], a line at a time; what comes back is read by
//! [`Retorno::read`], whole or not at all. Letters are ASCII capitals; a retorno may come in ISO-8859-1.

mod codigos;
mod conta;
mod linha;
mod praca;
mod remessa;
mod retorno;

pub use codigos::{Classe, classify, describe};
pub use conta::{Conta, ContaInvalida};
pub use linha::Linha;
pub use praca::respond;
pub use remessa::{check, detail, header, trailer};
pub use retorno::{LinhaRetorno, MAX_RETORNO, Retorno, RetornoInvalido, TipoRetorno};
