//! The service over real HTTP, on a database of its own.
#![cfg(test)]

mod apoio;
mod chaves;
mod classes;
mod empresa;
mod envio;
mod juntos;
mod lista;
mod situacao;
mod suspensao;
