//! One HTTP caller for every provider: HTTP/1.1 over kept connections, with the phase of a broken call known.
//!
//! It is hyper's connection (the engine of reqwest) without the layers above it, for two reasons. A client that keeps
//! its connections to itself cannot say whether a request had begun to leave when a call failed; here the request comes
//! back when it had not. And there is one place where a socket is opened, so the addresses that are refused are refused
//! for names and for literal addresses alike, after the name was resolved and before anything is connected.
//!
//! | what happened | answer |
//! |---|---|
//! | a status line | [`Resposta`]; `inteira` says whether its body came whole, was read within limits and is not compressed |
//! | refused URL or address, no name, no connection, no TLS, no turn in time | [`Falha::NaoSaiu`]: nothing was received |
//! | anything after the first byte could have left | [`Falha::SemResposta`] |
//!
//! No redirect is followed, no proxy is asked, nothing is expanded, nothing is sent twice.

mod chamada;
mod cliente;
mod conexao;
mod destino;
mod endereco;

#[cfg(test)]
mod tests;

pub use chamada::{Falha, Metodo, Quebra, Requisicao, Resposta};
pub use cliente::{Cliente, Config, ConfigError, MAX_CORPO, MAX_DESTINOS};
