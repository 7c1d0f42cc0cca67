//! What a test needs and must not share: a database, a vhost, a whole broker of its own, a service as a process; a way
//! to wait for a fact instead of sleeping; a client that talks to a service as an integrator would.
//!
//! The engines themselves are started once per run by `make test` (`deploy/engines with teste …`), which puts their
//! addresses in the environment. Everything made here disappears when it is dropped, so tests run in parallel.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::panic,
    reason = "test code: a test kit that cannot do its part has to stop the test, and says why"
)]

mod ambiente;
mod banco;
mod gestao;
mod http;
mod leitura;
mod motores;
mod portas;
mod privado;
mod processo;
mod sql;
mod tunel;
mod vhost;
mod wait;

pub use ambiente::{asked, cases};
pub use banco::{Banco, Observador, Tabela};
pub use http::{Http, Resposta};
pub use leitura::Leitura;
pub use portas::{Porta, assert_whole, portas};
pub use privado::{PostgresPrivado, RabbitPrivado};
pub use processo::Processo;
pub use sql::{Gasto, Sql};
pub use tunel::Tunel;
pub use vhost::Vhost;
pub use wait::{block_until, wait_at_most, wait_for, wait_until};
