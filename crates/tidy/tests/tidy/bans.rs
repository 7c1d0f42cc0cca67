//! One TLS stack, no OpenSSL: no crate that `deny.toml` bans is locked.

use crate::finding::{Finding, assert_none};
use crate::{cargo, tree};

fn check(lock: &str, banned: &[String]) -> Vec<Finding> {
    let named = |line: &str| banned.iter().find(|name| line == format!("name = \"{name}\""));
    let found = (1..).zip(lock.lines()).filter_map(|(number, line)| Some((number, named(line)?)));
    found.map(|(line, name)| Finding::new("Cargo.lock", line, "banned-crate", advice(name))).collect()
}

fn advice(name: &str) -> String {
    format!("`{name}` is banned in deny.toml: turn off the feature that brings it (`cargo tree -i {name}`)")
}

#[test]
fn no_banned_crate_is_locked() {
    let lock = std::fs::read_to_string(tree::root().join("Cargo.lock")).expect("Cargo.lock");
    assert_none(&check(&lock, &cargo::deny("bans", "deny")));
}

#[test]
fn seen_red_for_a_banned_crate() {
    let lock = "[[package]]\nname = \"openssl-sys\"\nversion = \"1\"\n[[package]]\nname = \"openssl-probe\"";
    let found = check(lock, &["openssl-sys".to_owned()]);
    assert_eq!(found, [Finding::new("Cargo.lock", 2, "banned-crate", advice("openssl-sys"))]);
}
