//! The service as a process: files of letters, whatever happens to whoever makes them.
#![cfg(test)]

mod casa;
mod empresas;
mod impossiveis;
mod mortes;
mod rodadas;
