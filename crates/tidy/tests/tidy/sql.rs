//! SQL stands in `store` alone, and diesel with it.

use crate::code::{find, tokens};
use crate::finding::Finding;
use crate::tree::{File, assert_clean};

const FAULTS: [&str; 5] = ["diesel ::", "diesel_migrations ::", "sql_query (", "sql :: <", "batch_execute ("];
const ADVICE: &str = "give `store` a function named after what this is for, and call that";

fn check(file: &File) -> Vec<Finding> {
    if file.is_in(&["crates/store", "crates/testkit"]) {
        return Vec::new();
    }
    let tokens = tokens(file);
    let faults = FAULTS.iter().flat_map(|fault| find(&tokens, fault));
    faults.map(|token| Finding::new(&file.path, token.line, "sql", ADVICE)).collect()
}

#[test]
fn only_store_speaks_sql() {
    assert_clean(check);
}

#[test]
fn seen_red_for_each_way_in() {
    for fault in [
        "use diesel::prelude::*;",
        "use diesel_migrations::embed_migrations;",
        "fn f() { sql_query(\"SELECT 1\") }",
    ] {
        let found = check(&File::new("services/titulos/src/lib.rs", &format!("\n{fault}")));
        assert_eq!(found, [Finding::new("services/titulos/src/lib.rs", 2, "sql", ADVICE)], "{fault}");
        assert_eq!(check(&File::new("crates/store/src/lib.rs", fault)), []);
    }
}
