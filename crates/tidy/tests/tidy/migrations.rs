//! Every migration goes up and comes down.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, assert_none};
use crate::tree;

fn check(paths: &[String]) -> Vec<Finding> {
    let mut migrations = BTreeMap::<&str, BTreeSet<&str>>::new();
    for (folder, file) in paths.iter().filter_map(|path| path.strip_prefix("migrations/")?.split_once('/')) {
        migrations.entry(folder).or_default().insert(file);
    }
    let wanted = migrations
        .iter()
        .flat_map(|(folder, files)| ["up.sql", "down.sql"].map(|name| (folder, files, name)));
    let missing = wanted.filter(|(_, files, name)| !files.contains(name));
    missing.map(|(folder, _, name)| finding(folder, name)).collect()
}

fn finding(folder: &str, name: &str) -> Finding {
    Finding::new(
        &format!("migrations/{folder}"),
        0,
        "migration",
        format!("write `{name}`: a release that goes back needs it"),
    )
}

#[test]
fn every_migration_goes_up_and_down() {
    assert_none(&check(&tree::paths()));
}

#[test]
fn seen_red_for_each_missing_half() {
    let paths = [
        "migrations/1_a/up.sql",
        "migrations/2_b/down.sql",
        "migrations/3_c/up.sql",
        "migrations/3_c/down.sql",
    ];
    assert_eq!(check(&paths.map(str::to_owned)), [finding("1_a", "down.sql"), finding("2_b", "up.sql")]);
}
