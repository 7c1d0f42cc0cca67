//! Time is an argument. The one clock is runtime's.

use crate::code::{find, tokens};
use crate::finding::Finding;
use crate::tree::{File, assert_clean};

const READS: [&str; 4] = ["Utc :: now", "Local :: now", "SystemTime :: now", "Instant :: now"];
const ADVICE: &str = "take `agora` or `hoje` as an argument, read from runtime's clock at the edge";

fn check(file: &File) -> Vec<Finding> {
    if file.is_in(&["crates/runtime", "crates/testkit"]) {
        return Vec::new();
    }
    let tokens = tokens(file);
    let reads = READS.iter().flat_map(|read| find(&tokens, read)).filter(|token| !token.in_test);
    reads.map(|token| Finding::new(&file.path, token.line, "clock", ADVICE)).collect()
}

#[test]
fn only_runtime_reads_the_clock() {
    assert_clean(check);
}

#[test]
fn seen_red_for_each_clock() {
    for read in ["Utc::now()", "chrono::Local::now()", "std::time::SystemTime::now()", "Instant::now()"] {
        let text = format!("fn a() {{\n    let t = {read};\n}}");
        let found = check(&File::new("crates/store/src/lib.rs", &text));
        assert_eq!(found, [Finding::new("crates/store/src/lib.rs", 2, "clock", ADVICE)], "{read}");
        assert_eq!(check(&File::new("crates/runtime/src/clock.rs", &text)), []);
        assert_eq!(check(&File::new("crates/store/tests/a.rs", &text)), []);
    }
}
