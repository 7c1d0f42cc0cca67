//! The services apart: each a process of its own, with nothing between them but the database and the broker.
#![cfg(test)]

mod canario;
#[path = "../falhas/casa.rs"]
mod casa;
mod importar;
mod juntos;
mod recusas;
mod separados;
