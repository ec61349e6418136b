//! `test/corpus`, in the form of tree-sitter's own tests: a title, a source, the tree that it is.

use std::fs;

use crate::{files, here, parse};

/// Title, source and tree of each test of a file.
fn tests(text: &str) -> Vec<(String, String, String)> {
    let rule = |line: &str, sign: char| line.len() >= 3 && line.chars().all(|c| c == sign);
    let lines: Vec<&str> = text.lines().collect();
    let heads: Vec<usize> = (2..lines.len())
        .filter(|&at| rule(lines[at], '=') && rule(lines[at - 2], '='))
        .collect();
    let mut found = Vec::new();
    for (number, &head) in heads.iter().enumerate() {
        let end = heads.get(number + 1).map_or(lines.len(), |next| next - 2);
        let body = &lines[head + 1..end];
        let between = body.iter().position(|line| rule(line, '-')).unwrap();
        found.push((
            lines[head - 1].to_owned(),
            body[..between].join("\n"),
            body[between + 1..].join("\n"),
        ));
    }
    found
}

/// A tree without what only lays it out.
fn plain(tree: &str) -> String {
    let words: Vec<&str> = tree.split_whitespace().collect();
    words.join(" ").replace(" )", ")")
}

#[test]
fn sources_are_the_trees_that_the_corpus_says() {
    let mut times = 0;
    for path in files(&here("test/corpus"), ".txt") {
        for (title, source, expected) in tests(&fs::read_to_string(&path).unwrap()) {
            let found = parse(&source).root_node().to_sexp();
            let place = path.file_name().unwrap().to_str().unwrap();
            assert_eq!(found, plain(&expected), "{place}: {title}");
            times += 1;
        }
    }
    assert!(times >= 20, "{times}");
}
