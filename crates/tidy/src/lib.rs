//! The house rules that can be measured. There is nothing to call here: each rule is one file of
//! `tests/tidy/`, a pure function over a path and its text, with a test that has seen it red.
