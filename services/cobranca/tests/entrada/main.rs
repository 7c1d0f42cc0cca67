//! Whatever comes in at the doors of the whole system: good, bad, and not meant to be here.
//!
//! The tests read the OpenAPI document and try every operation of it, so an operation that is added is tried too.
#![cfg(test)]

mod casa;
mod casos;
mod corpos;
mod cursores;
mod documento;
mod geracao;
mod leis;
mod matriz;
mod mobilia;
mod mudancas;
mod mutacao;
mod pedido;
mod propriedade;
mod simular;
