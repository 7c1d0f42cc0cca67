//! The service over real HTTP, on a database of its own.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics is a test that fails"
)]

mod acesso;
mod apoio;
mod avisos;
mod coringas;
mod descadastro;
mod enriquecimento;
mod envio;
mod execucoes;
mod intervencoes;
mod linha_do_tempo;
mod negativacao;
mod numeros;
mod previas;
mod processo;
mod ritmo;
mod sms;
mod templates;
