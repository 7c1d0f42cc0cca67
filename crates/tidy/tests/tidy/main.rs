//! The house rules, run over the real tree by plain `cargo test`.
//!
//! To add one: a file with a `check` over a [`tree::File`], the run over the tree, and a small deliberate
//! fault that it must name.

#![cfg(test)]

mod cargo;
mod code;
mod finding;
mod tree;

mod arrows;
mod bans;
mod clock;
mod file_sizes;
mod function_sizes;
mod ignored_tests;
mod licences;
mod links;
mod migrations;
mod modules;
mod panics;
mod sleeps;
mod sql;
mod unfinished;
