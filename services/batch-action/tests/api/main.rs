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
mod avulsos;
mod baixa;
mod confirmacao;
mod consulta;
mod guardadas;
mod importada;
mod listas;
mod mensagem;
mod modelos;
mod planilha;
mod previa;
mod processo;
mod selecao;
