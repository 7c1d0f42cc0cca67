//! What a rule says when it is broken: where, which rule, and what to do about it.

use std::fmt;

/// One broken rule. Line 0 stands for the whole file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) rule: &'static str,
    pub(crate) advice: String,
}

impl Finding {
    pub(crate) fn new(path: &str, line: usize, rule: &'static str, advice: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, advice: advice.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: [{}] {}", self.path, self.line, self.rule, self.advice)
    }
}

/// # Panics
/// When there is a finding, with all of them, one a line.
pub(crate) fn assert_none(findings: &[Finding]) {
    let lines = findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(findings.is_empty(), "{} broken house rule(s):\n{lines}", findings.len());
}

#[test]
fn a_finding_names_the_place_the_rule_and_the_way_out() {
    let finding = Finding::new("crates/a/src/lib.rs", 7, "clock", "take `agora` as an argument");
    assert_eq!(finding.to_string(), "crates/a/src/lib.rs:7: [clock] take `agora` as an argument");
}

#[test]
#[should_panic(expected = "1 broken house rule(s):\na.rs:1: [r] x")]
fn one_finding_is_enough_to_fail() {
    assert_none(&[Finding::new("a.rs", 1, "r", "x")]);
}
