//! The tree of filters as data: read with every fault at once, written back, and said in Portuguese.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests: what panics fails, also in the helpers around them"
)]

mod faltas;
mod leis;
mod palavras;
