//! A module is `name.rs` beside `name/`.

use crate::finding::Finding;
use crate::tree::{File, assert_clean};

const ADVICE: &str = "call it `name.rs`, beside the folder `name/`";

fn check(file: &File) -> Vec<Finding> {
    let is_mod = file.path.ends_with("/mod.rs");
    is_mod.then(|| Finding::new(&file.path, 0, "module-file", ADVICE)).into_iter().collect()
}

#[test]
fn there_is_no_mod_rs() {
    assert_clean(check);
}

#[test]
fn seen_red_for_a_mod_rs() {
    let found = check(&File::new("crates/a/src/b/mod.rs", ""));
    assert_eq!(found, [Finding::new("crates/a/src/b/mod.rs", 0, "module-file", ADVICE)]);
    assert_eq!(check(&File::new("crates/a/src/b.rs", "")), []);
}
