//! Golden tests: what is said of tests that fail, and that each example's pass.

use std::fs;
use std::path::{Path, PathBuf};

use attnc::Suite;

use super::snapshot::assert_golden;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The programs of a folder, and of those in it.
fn programs(folder: &str) -> Vec<PathBuf> {
    let mut open = vec![root().join(folder)];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(path).unwrap();
            open.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|kind| kind == "attn") {
            found.push(path);
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no programs in {folder}");
    found
}

/// The first line of each source names the code; `holds` and what begins with `as asked` or `with`
/// passes.
#[test]
fn failing_tests() {
    for path in programs("tests/golden/tested") {
        let name = path.file_stem().unwrap().to_str().unwrap();
        let source = fs::read_to_string(&path).unwrap();
        let suite = Suite::parse(&format!("{name}.attn"), &source).unwrap();
        let mut text = source.trim_end().to_string();
        for outcome in suite.run() {
            let Some(failed) = outcome.failed else {
                text += &format!("\n\n{}: passed", outcome.test.name);
                continue;
            };
            let codes: Vec<&str> = failed.errors.diagnostics.iter().map(|it| it.code).collect();
            assert_eq!(codes[0], &name[..4], "{}", outcome.test.name);
            text += &format!(
                "\n\n{}: failed\n{}",
                outcome.test.name,
                failed.errors.rendered()
            );
        }
        assert_golden(name, &text);
    }
}

#[test]
fn every_example_has_tests_and_they_pass() {
    for path in programs("examples") {
        let suite = Suite::read(&path).unwrap_or_else(|error| panic!("{error}"));
        assert!(suite.tests().len() > 0, "{} has no test", path.display());
        suite.check().unwrap_or_else(|error| panic!("{error}"));
        for outcome in suite.run() {
            if let Some(failed) = outcome.failed {
                let name = outcome.test.name;
                panic!("{}: {name}\n{}", path.display(), failed.errors.rendered());
            }
        }
    }
}
