//! The tree as it lies on the disk, whether git knows it yet or not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::code;
use crate::finding::{Finding, assert_none};

/// Folders at the root of the workspace that are not ours to read.
const SKIPPED: [&str; 3] = [".git", "data", "target"];

/// A file of the tree. Paths are relative to the root, with `/`.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
    /// Under `tests/` or `benches/`, or a module that only `cfg(test)` code declares.
    pub(crate) is_test: bool,
}

impl File {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let is_test =
            ["/tests/", "/benches/"].iter().any(|dir| path.contains(dir)) || path.ends_with("/tests.rs");
        Self { path: path.to_owned(), text: text.to_owned(), is_test }
    }

    pub(crate) fn is_in(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(&format!("{folder}/")))
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every path of the tree.
pub(crate) fn paths() -> Vec<String> {
    let (root, mut found, mut folders) = (root(), Vec::new(), vec![String::new()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root.join(&folder)).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !SKIPPED.contains(&path.as_str()) => folders.push(path),
                Ok(kind) if kind.is_file() => found.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

/// The files with this extension, read.
pub(crate) fn files(extension: &str) -> Vec<File> {
    let wanted =
        paths().into_iter().filter(|path| Path::new(path).extension().is_some_and(|it| it == extension));
    let read = |path: String| Some(File::new(&path, &std::fs::read_to_string(root().join(&path)).ok()?));
    let mut files = wanted.filter_map(read).collect::<Vec<_>>();
    if extension == "rs" {
        let modules = files.iter().flat_map(code::test_modules).collect::<BTreeSet<_>>();
        let below = |path: &str| {
            modules.iter().any(|it| path == format!("{it}.rs") || path.starts_with(&format!("{it}/")))
        };
        for file in &mut files {
            file.is_test |= below(&file.path);
        }
    }
    files
}

/// Runs a rule over every Rust file of the tree.
pub(crate) fn assert_clean(check: fn(&File) -> Vec<Finding>) {
    let files = files("rs");
    assert!(files.len() > 20, "the walk found only {} Rust files: it looks in the wrong place", files.len());
    assert_none(&files.iter().flat_map(check).collect::<Vec<_>>());
}
