//! Who may depend on whom. `domain` is under everything, adapters do not know each other, `servico` is where `web` and
//! `store` meet, `conteudo` is where `render` and `store` do, services do not know each other, and only `cobranca` knows them all.

use serde_json::Value;

use crate::cargo;
use crate::finding::{Finding, assert_none};

const ADAPTERS: [&str; 6] = ["bus", "letters", "providers", "render", "sheets", "store"];
const SERVICES: [&str; 5] = ["batch-action", "cartas", "dispatcher", "regua-engine", "titulos"];
/// What the pure crate may be built from: values, words about them, and what sums them up.
const PURE: [&str; 9] =
    ["chrono", "chrono-tz", "icu_normalizer", "proptest", "serde", "serde_json", "sha2", "thiserror", "uuid"];

fn check(metadata: &Value) -> Vec<Finding> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages.flat_map(|package| check_package(text(&package["name"]), &package["dependencies"])).collect()
}

fn check_package(name: &str, dependencies: &Value) -> Vec<Finding> {
    let finding = |advice: String| Finding::new(&format!("{name}/Cargo.toml"), 0, "arrow", advice);
    let Some(layer) = layer(name) else {
        return vec![finding(format!("`{name}` has no layer: give it one in tidy's arrows.rs"))];
    };
    let wrong = dependencies.as_array().into_iter().flatten().filter(|it| match text(&it["name"]) {
        "testkit" => text(&it["kind"]) != "dev" && name != "cobranca",
        other if it["path"].is_string() => !layer.contains(&other),
        other => name == "domain" && !PURE.contains(&other),
    });
    wrong.map(|it| finding(format!("`{name}` may not depend on `{}`", text(&it["name"])))).collect()
}

/// The crates of the house that a crate may name.
fn layer(name: &str) -> Option<Vec<&'static str>> {
    let base = || ADAPTERS.into_iter().chain(["conteudo", "domain", "runtime", "servico", "web"]);
    match name {
        "domain" | "tidy" => Some(Vec::new()),
        "testkit" => Some(vec!["domain", "providers", "store"]),
        "web" => Some(vec!["domain", "runtime"]),
        "conteudo" => Some(vec!["domain", "render", "store"]),
        "servico" => Some(vec!["domain", "runtime", "store", "web"]),
        "cobranca" => Some(base().chain(SERVICES).collect()),
        _ if name == "runtime" || ADAPTERS.contains(&name) => Some(vec!["domain"]),
        _ if SERVICES.contains(&name) => Some(base().collect()),
        _ => None,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn every_dependency_follows_the_arrows() {
    let metadata = cargo::metadata(&["--no-deps", "--offline"]).expect("cargo metadata");
    assert!(metadata["packages"].as_array().is_some_and(|packages| packages.len() > 10));
    assert_none(&check(&metadata));
}

#[test]
fn seen_red_for_each_wrong_arrow() {
    let found = |from: &str, to: &str, kind: Option<&str>, path: Option<&str>| {
        check_package(from, &serde_json::json!([{ "name": to, "kind": kind, "path": path }])).len()
    };
    let house = |from: &str, to: &str, kind: Option<&str>| found(from, to, kind, Some("/x"));
    let wrong =
        [("domain", "store"), ("store", "bus"), ("web", "store"), ("runtime", "web"), ("novo", "domain")];
    let across = [("titulos", "dispatcher"), ("store", "testkit"), ("testkit", "bus"), ("store", "cobranca")];
    for (from, to) in wrong.into_iter().chain(across) {
        assert_eq!(house(from, to, None), 1, "{from} -> {to}");
    }
    let right = [("store", "domain"), ("titulos", "store"), ("cobranca", "dispatcher"), ("testkit", "store")];
    for (from, to) in right {
        assert_eq!(house(from, to, None), 0, "{from} -> {to}");
    }
    assert_eq!((house("store", "testkit", Some("dev")), house("store", "bus", Some("dev"))), (0, 1));
    assert_eq!((found("domain", "tokio", None, None), found("store", "tokio", None, None)), (1, 0));
}
