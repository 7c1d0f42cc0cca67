//! A relative link in a document leads somewhere.

use std::path::Path;

use crate::finding::{Finding, assert_none};
use crate::tree::{self, File};

fn check(file: &File, exists: &dyn Fn(&Path) -> bool) -> Vec<Finding> {
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    let dead = links(&file.text).into_iter().filter(|(_, target)| !exists(&folder.join(target)));
    dead.map(|(line, target)| finding(&file.path, line, &target)).collect()
}

/// Relative targets, without their anchors; code is not prose.
fn links(text: &str) -> Vec<(usize, String)> {
    let (mut found, mut in_code) = (Vec::new(), false);
    for (number, line) in (1..).zip(text.lines()) {
        in_code ^= line.trim_start().starts_with("```");
        let prose = line.split('`').step_by(2).filter(|_| !in_code).collect::<Vec<_>>().join("code");
        for target in prose.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()) {
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !path.contains("://") && !path.starts_with("mailto:") {
                found.push((number, path.to_owned()));
            }
        }
    }
    found
}

fn finding(path: &str, line: usize, target: &str) -> Finding {
    Finding::new(path, line, "link", format!("`{target}` is not there: mend the link or write the document"))
}

#[test]
fn every_relative_link_leads_somewhere() {
    let exists = |path: &Path| tree::root().join(path).exists();
    assert_none(&tree::files("md").iter().flat_map(|file| check(file, &exists)).collect::<Vec<_>>());
}

#[test]
fn seen_red_for_a_dead_link_only() {
    let text = "[a](there.md) [b](gone.md#x)\n[c](https://example.com) [d](#here)\n```\n[e](gone.md)\n```\n`[f](gone.md)`\n[`g`](lost/)";
    let found = check(&File::new("docs/a.md", text), &|path| path == Path::new("docs/there.md"));
    assert_eq!(found, [finding("docs/a.md", 1, "gone.md"), finding("docs/a.md", 7, "lost/")]);
}
