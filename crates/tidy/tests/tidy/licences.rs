//! Permissive licences only: the list of `deny.toml`, over every crate that this machine builds.

use serde_json::Value;

use crate::cargo;
use crate::finding::{Finding, assert_none};

fn check(metadata: &Value, allowed: &[String]) -> Vec<Finding> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let refused = packages.filter(|it| !permits(it["license"].as_str().unwrap_or("none"), allowed));
    refused.map(|it| Finding::new("deny.toml", 0, "licence", advice(it))).collect()
}

fn advice(package: &Value) -> String {
    let (name, licence) = (&package["name"], &package["license"]);
    format!("{name} is under {licence}, which is not on the list: choose another crate")
}

/// An SPDX expression (`/` is the old spelling of OR); AND binds tighter than OR.
fn permits(expression: &str, allowed: &[String]) -> bool {
    let joined = expression.replace(" WITH ", "\u{1}").replace('/', " OR ");
    let spaced = joined.replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().map(|word| word.replace('\u{1}', " WITH "));
    any_of(&mut words, allowed)
}

fn any_of(words: &mut dyn Iterator<Item = String>, allowed: &[String]) -> bool {
    let (mut any, mut all) = (false, true);
    while let Some(word) = words.next() {
        match word.as_str() {
            "(" => all &= any_of(words, allowed),
            ")" => break,
            "AND" => {}
            "OR" => (any, all) = (any || all, true),
            licence => all &= allowed.iter().any(|it| it == licence),
        }
    }
    any || all
}

#[test]
fn every_licence_is_permissive() {
    let metadata = cargo::metadata(&["--offline"]).or_else(|_| cargo::metadata(&[])).expect("cargo metadata");
    assert!(metadata["packages"].as_array().is_some_and(|packages| packages.len() > 100));
    assert_none(&check(&metadata, &cargo::deny("licenses", "allow")));
}

#[test]
fn seen_red_for_each_expression_that_is_not_permissive() {
    let allowed = ["MIT", "Apache-2.0", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
    let plain = ["MIT", "MIT/GPL-3.0", "GPL-3.0 OR MIT", "Apache-2.0 WITH LLVM-exception"];
    for good in plain.into_iter().chain(["(MIT OR GPL-3.0) AND ISC", "GPL-3.0 OR MIT AND ISC"]) {
        assert!(permits(good, &allowed), "{good}");
    }
    for bad in
        ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "none", "MIT AND (GPL-3.0 OR MPL-2.0)"]
    {
        let metadata = serde_json::json!({ "packages": [{ "name": "a", "license": bad }] });
        assert_eq!(check(&metadata, &allowed).len(), 1, "{bad}");
    }
}
