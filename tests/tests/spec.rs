//! The specification and the code agree: every section that is cited exists, every code is explained.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The text of every source file of the compiler, the runtime and the grammar.
fn sources() -> Vec<(PathBuf, String)> {
    let mut open = ["compiler", "runtime"]
        .map(|folder| root().join(folder))
        .to_vec();
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path
            .extension()
            .is_some_and(|kind| kind == "rs" || kind == "pest")
        {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    assert!(found.len() > 20);
    found
}

fn spec() -> String {
    fs::read_to_string(root().join("spec.md")).unwrap()
}

#[test]
fn every_cited_section_exists() {
    let spec = spec();
    let sections: BTreeSet<&str> = spec
        .lines()
        .filter(|line| line.starts_with('#'))
        .filter_map(|line| line.trim_start_matches('#').split_whitespace().next())
        .map(|number| number.trim_end_matches('.'))
        .collect();
    assert!(sections.contains("5.4"));
    let mut cited = 0;
    for (path, text) in sources() {
        for part in text.split("spec ").skip(1) {
            let end = part.find(|c: char| !c.is_ascii_digit() && c != '.');
            let number = part[..end.unwrap_or(part.len())].trim_end_matches('.');
            if !number.is_empty() {
                assert!(
                    sections.contains(number),
                    "{}: spec {number}",
                    path.display()
                );
                cited += 1;
            }
        }
    }
    assert!(cited > 20);
}

#[test]
fn every_code_is_explained() {
    let spec = spec();
    let explained: BTreeSet<&str> = spec
        .split("**")
        .filter(|part| part.len() == 4 && part.starts_with('E'))
        .collect();
    let sources = sources();
    let used: BTreeSet<&str> = sources
        .iter()
        .flat_map(|(_, text)| text.split('"'))
        .filter(|part| {
            part.len() == 4
                && part.starts_with('E')
                && part[1..].bytes().all(|b| b.is_ascii_digit())
        })
        .collect();
    assert!(!used.is_empty());
    assert_eq!(explained, used);
}
