//! What is not written is not there: no `todo!`, no `unimplemented!`.

use crate::code::{find, tokens};
use crate::finding::Finding;
use crate::tree::{File, assert_clean};

const FAULTS: [&str; 2] = ["todo !", "unimplemented !"];
const ADVICE: &str = "write it, or leave the function out until it is wanted";

fn check(file: &File) -> Vec<Finding> {
    let tokens = tokens(file);
    let faults = FAULTS.iter().flat_map(|fault| find(&tokens, fault));
    faults.map(|token| Finding::new(&file.path, token.line, "unfinished", ADVICE)).collect()
}

#[test]
fn nothing_is_left_to_do() {
    assert_clean(check);
}

#[test]
fn seen_red_for_each_placeholder() {
    for fault in ["todo!()", "unimplemented!(\"later\")"] {
        let found = check(&File::new("a.rs", &format!("fn a() {{\n\n{fault}\n}}")));
        assert_eq!(found, [Finding::new("a.rs", 3, "unfinished", ADVICE)], "{fault}");
    }
    assert_eq!(check(&File::new("a.rs", "/// A `todo!()` in prose is prose.\nfn todo() {}")), []);
}
