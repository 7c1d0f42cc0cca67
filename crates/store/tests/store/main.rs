//! The store against a real PostgreSQL, a database per test: what the SQL and the grants in `migrations/` promise.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests: what panics fails, also in the helpers around them"
)]

mod apoio;
mod catalogue;
mod fence;
mod keys;
mod migrations;
mod night_engines;
mod night_marks;
mod nights;
mod parada;
mod push_law;
mod pushes;
mod pushes_together;
mod queue;
mod reads;
mod results;
mod status;
mod tenancy;
