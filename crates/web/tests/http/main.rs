//! The kit as its callers see it: a real server on a real socket.
#![cfg(test)]

mod apoio;
mod chaves;
mod corpos;
mod cotas;
mod documentos;
mod operacao;
mod portas;
mod propriedades;
