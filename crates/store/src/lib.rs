//! PostgreSQL, and the only place with SQL.
//!
//! Plain functions named after what they are for. Each takes a [`Tenant`], which exists only inside a transaction that
//! has set `app.empresa`, so that no statement can run without a company; row-level security is the second wall.
//! A [`Banco`] is one service's pool: its connections take the database role of that service and can do no more than
//! the grants in `migrations/` say.
//!
//! SQL is written as SQL (static strings with binds): nearly every statement here is set-based, with `unnest`,
//! `ON CONFLICT … WHERE … IS DISTINCT FROM`, `FOR SHARE` or `SKIP LOCKED`, and is proved by running it on PostgreSQL.

extern crate pq_sys as _; // chooses the bundled libpq; diesel alone would look for the system's

pub mod acontecimentos;
pub mod arquivos;
mod banco;
pub mod cartas;
pub mod chaves;
pub mod coberturas;
pub mod consultas;
pub mod contatos;
pub mod credores;
pub mod devedores;
pub mod disparos;
pub mod empresas;
mod erro;
pub mod execucoes;
pub mod explicacoes;
pub mod fatos;
pub mod filtros;
pub mod idempotencia;
pub mod importacoes;
pub mod indices;
pub mod inscricoes;
pub mod linha;
pub mod lotes;
mod migracao;
pub mod negativacoes;
pub mod negociacoes;
pub mod noites;
pub mod politicas;
mod preparada;
pub mod previas;
mod quem;
pub mod reguas;
pub mod simulacoes;
mod sondagem;
pub mod templates;
pub mod titulos;

pub use banco::{Banco, Papel, Tenant, new_id};
pub use erro::StoreError;
pub use migracao::{EMBEDDED, migrate, recreate};
pub use quem::{Portador, Quem};
