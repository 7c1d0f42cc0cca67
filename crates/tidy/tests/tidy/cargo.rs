//! What cargo and `deny.toml` say about the workspace.

use std::process::Command;

use serde_json::Value;

use crate::tree;

/// What `cargo metadata` says, for this machine's platform.
///
/// # Errors
/// What cargo wrote when it refused.
pub(crate) fn metadata(options: &[&str]) -> Result<Value, String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(tree::root()).args(["metadata", "--format-version", "1"]).args(options);
    if !options.contains(&"--no-deps") {
        cargo.args(["--filter-platform", &host()?]);
    }
    let output = cargo.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

/// A list of `deny.toml`, by name.
pub(crate) fn deny(section: &str, key: &str) -> Vec<String> {
    let text = std::fs::read_to_string(tree::root().join("deny.toml")).expect("deny.toml");
    let rules = text.parse::<toml::Table>().expect("deny.toml is TOML");
    let entries = rules[section][key].as_array().expect("a list").iter();
    entries.map(|it| it.get("name").unwrap_or(it).as_str().expect("a name").to_owned()).collect()
}

fn host() -> Result<String, String> {
    let output = Command::new("rustc").arg("-vV").output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned).ok_or(text)
}
