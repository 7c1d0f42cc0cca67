//! A test waits for a fact with a deadline, never for luck.

use crate::code::{find, tokens};
use crate::finding::Finding;
use crate::tree::{File, assert_clean};

const FAULTS: [&str; 3] = ["thread :: sleep", "time :: sleep", "sleep ("];
const ADVICE: &str =
    "poll the fact with a deadline, through testkit; a sleep is slow on a good day and red on a bad one";

fn check(file: &File) -> Vec<Finding> {
    if file.is_in(&["crates/testkit"]) {
        return Vec::new();
    }
    let tokens = tokens(file);
    let mut lines =
        FAULTS.iter().flat_map(|fault| find(&tokens, fault)).filter(|it| it.in_test).collect::<Vec<_>>();
    lines.sort_by_key(|token| token.line);
    lines.dedup_by_key(|token| token.line);
    lines.iter().map(|token| Finding::new(&file.path, token.line, "sleep", ADVICE)).collect()
}

#[test]
fn no_test_sleeps() {
    assert_clean(check);
}

#[test]
fn seen_red_for_each_sleep() {
    for fault in ["std::thread::sleep(a)", "tokio::time::sleep(a).await", "sleep(a).await"] {
        let found = check(&File::new("crates/bus/tests/a.rs", &format!("async fn f() {{\n    {fault};\n}}")));
        assert_eq!(found, [Finding::new("crates/bus/tests/a.rs", 2, "sleep", ADVICE)], "{fault}");
        assert_eq!(check(&File::new("crates/bus/src/a.rs", &format!("async fn f() {{ {fault} }}"))), []);
        assert_eq!(check(&File::new("crates/testkit/src/a.rs", &format!("async fn f() {{ {fault} }}"))), []);
    }
}
