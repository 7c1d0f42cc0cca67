//! A test runs, and runs beside the others: none is ignored, none is serial.

use crate::code::{find, tokens};
use crate::finding::Finding;
use crate::tree::{File, assert_clean};

const FAULTS: [&str; 4] = ["# [ ignore", ", ignore )", "# [ serial", "serial_test ::"];
const ADVICE: &str =
    "make the test run, beside the others, or delete it; assert today's behaviour if it is wrong";

fn check(file: &File) -> Vec<Finding> {
    let tokens = tokens(file);
    let faults = FAULTS.iter().flat_map(|fault| find(&tokens, fault));
    faults.map(|token| Finding::new(&file.path, token.line, "ignored-test", ADVICE)).collect()
}

#[test]
fn every_test_runs_beside_the_others() {
    assert_clean(check);
}

#[test]
fn seen_red_for_each_way_to_set_a_test_aside() {
    for attribute in [
        "#[ignore]",
        "#[ignore = \"slow\"]",
        "#[cfg_attr(unix, ignore)]",
        "#[serial]",
        "#[serial_test::serial]",
    ] {
        let found = check(&File::new("crates/a/tests/b.rs", &format!("#[test]\n{attribute}\nfn c() {{}}")));
        assert_eq!(found, [Finding::new("crates/a/tests/b.rs", 2, "ignored-test", ADVICE)], "{attribute}");
    }
}
