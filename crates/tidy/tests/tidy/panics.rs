//! Code answers with an error; only tests unwrap.

use crate::code::{find, tokens};
use crate::finding::Finding;
use crate::tree::{File, assert_clean};

/// A method of our own that takes another number of arguments is not meant.
const FAULTS: [&str; 4] = [". unwrap ( )", ". expect ( !)", ":: unwrap )", ":: expect )"];
const ADVICE: &str = "answer with an error that says what failed and for what, or choose a total function";

fn check(file: &File) -> Vec<Finding> {
    if file.is_in(&["crates/testkit", "crates/tidy"]) {
        return Vec::new();
    }
    let tokens = tokens(file);
    let faults = FAULTS.iter().flat_map(|fault| find(&tokens, fault)).filter(|token| !token.in_test);
    faults.map(|token| Finding::new(&file.path, token.line, "panic", ADVICE)).collect()
}

#[test]
fn only_tests_unwrap() {
    assert_clean(check);
}

#[test]
fn seen_red_for_each_way_to_unwrap() {
    for fault in ["a.unwrap()", "a.expect(\"b\")", "vec![a.unwrap()]", "a.map(Option::unwrap)"] {
        let text = format!("fn f() {{\n    {fault};\n}}\n#[cfg(test)]\nmod tests {{ fn g() {{ {fault} }} }}");
        let found = check(&File::new("crates/domain/src/lib.rs", &text));
        assert_eq!(found, [Finding::new("crates/domain/src/lib.rs", 2, "panic", ADVICE)], "{fault}");
        assert_eq!(check(&File::new("crates/domain/tests/a.rs", &text)), []);
        assert_eq!(check(&File::new("crates/testkit/src/lib.rs", &text)), []);
    }
    assert_eq!(
        check(&File::new("crates/a/src/lib.rs", "#[expect(x)]\nfn f() { a.unwrap_or(1); a.expect() }")),
        []
    );
}
