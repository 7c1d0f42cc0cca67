//! The service over real HTTP, on a database of its own.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod acesso;
mod apoio;
mod cobertura;
mod conferencia;
mod criterios;
mod edicoes;
mod explicacao;
mod idempotencia;
mod inscricoes;
mod lacos;
mod noites;
mod processo;
mod recusas;
mod reguas;
mod simulacoes;
mod templates;
mod versoes;
