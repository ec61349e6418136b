//! What is written for people is so: links lead somewhere, every page is reached, the files, tests and
//! programs that are named exist.

#[path = "common/texts.rs"]
mod texts;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use texts::{anchors, below, headings, pages, read, root, sources, unfenced, writings, Text};

/// What stands outside of backquotes, and what inside, paragraph by paragraph.
fn prose_and_code(text: &str) -> (String, Vec<String>) {
    let mut prose = String::new();
    let mut code = Vec::new();
    for paragraph in unfenced(text).split("\n\n") {
        for (place, part) in paragraph.split('`').enumerate() {
            if place % 2 == 0 {
                prose.push_str(part);
            } else {
                code.push(part.to_owned());
            }
        }
        prose.push_str("\n\n");
    }
    (prose, code)
}

/// The targets of a Markdown text's links.
fn links(text: &str) -> Vec<String> {
    let (prose, _) = prose_and_code(text);
    let targets = prose.split("](").skip(1);
    targets
        .map(|part| part.split([')', ' ']).next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let writings = writings();
    let mut reached = BTreeSet::new();
    let mut times = 0;
    for Text { path, text } in &writings {
        let folder = Path::new(path).parent().unwrap();
        for link in links(text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => root().join(path),
                file => root().join(folder).join(file),
            };
            assert!(target.exists(), "{path}: {link} does not exist");
            if !anchor.is_empty() {
                let there = headings(&fs::read_to_string(&target).unwrap());
                assert!(
                    anchors(&there).iter().any(|known| known == anchor),
                    "{path}: {link}: there is no such heading"
                );
            }
            if path == "README.md" || path == "spec.md" {
                reached.insert(target.canonicalize().unwrap());
            }
            times += 1;
        }
    }
    assert!(times > 60, "{times}");
    for page in pages() {
        let place = root().join(&page.path).canonicalize().unwrap();
        assert!(
            reached.contains(&place),
            "neither README.md nor spec.md leads to {}",
            page.path
        );
    }
}

/// What a text names in backquotes: files of Rust, and tests as `file::test`.
#[test]
fn every_file_and_test_that_is_named_exists() {
    let sources = sources();
    let (mut files, mut tests) = (0, 0);
    let mut missing = Vec::new();
    for Text { path, text } in writings() {
        // What the changelog tells of a version was so then.
        if path == "CHANGELOG.md" {
            continue;
        }
        for code in prose_and_code(&text).1 {
            if code.ends_with(".rs") && !code.contains([' ', '*']) {
                let end = format!("/{code}");
                let stands = sources
                    .iter()
                    .any(|s| format!("/{}", s.path).ends_with(&end));
                if !stands {
                    missing.push(format!("{path}: {code}"));
                }
                files += 1;
            }
            let Some((file, test)) = code.split_once("::") else {
                continue;
            };
            let file = format!("/{file}.rs");
            let is_of_tests = |path: &str| path.contains("tests/") && path.ends_with(&file);
            let named: Vec<&Text> = sources.iter().filter(|s| is_of_tests(&s.path)).collect();
            if !named.is_empty() {
                let declared = format!("fn {test}(");
                let stands = named.iter().any(|source| source.text.contains(&declared));
                if !stands {
                    missing.push(format!("{path}: the test {code}"));
                }
                tests += 1;
            }
        }
    }
    assert_eq!(missing, [""; 0]);
    assert!(files > 40 && tests > 20, "{files} {tests}");
}

/// A program that README.md shows has the lines of one of `examples/`, which are checked, run and proved.
#[test]
fn the_programs_of_the_readme_are_the_examples() {
    let examples = below("examples", &[".attn"]);
    let readme = read("README.md").text;
    let shown: Vec<&str> = readme.split("```attn\n").skip(1).collect();
    assert!(shown.len() >= 2);
    for program in shown {
        let program = program.split("```").next().unwrap();
        let stands = examples.iter().any(|example| {
            let mut lines = example.text.lines();
            let mut shown = program.lines().filter(|line| !line.is_empty());
            shown.all(|line| lines.any(|known| known == line))
        });
        assert!(stands, "README.md: no example has these lines:\n{program}");
    }
}

/// The README's table has every verb of the command line, and no other.
#[test]
fn the_commands_of_the_readme_are_the_verbs() {
    let sources = below("runtime/src", &[".rs"]);
    let verbs = sources
        .iter()
        .find_map(|source| source.text.split("\nenum Verb {\n").nth(1))
        .unwrap();
    let verbs = verbs.split("\n}\n").next().unwrap().lines();
    let verbs: BTreeSet<String> = verbs
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
        .map(|line| line.split(['(', ' ', ',']).next().unwrap().to_lowercase())
        .collect();
    let readme = read("README.md").text;
    let table = readme.split("\n## Commands\n").nth(1).unwrap();
    let table = table.split("\n## ").next().unwrap().lines();
    let rows = table.filter(|line| line.starts_with("| `"));
    let shown: BTreeSet<String> = rows
        .flat_map(|row| row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2))
        .map(|code| code.split(' ').next().unwrap().to_owned())
        .filter(|word| !word.starts_with('-'))
        .collect();
    assert!(shown.len() > 10);
    assert_eq!(shown, verbs);
}
