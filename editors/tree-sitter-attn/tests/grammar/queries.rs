//! The queries: each fits the grammar, and a program is shown as it should be.

use std::collections::BTreeMap;
use std::fs;

use tree_sitter::{Query, QueryCursor, StreamingIterator};

use crate::{files, here, parse};

#[test]
fn every_query_fits_the_grammar() {
    let queries = files(&here("queries"), ".scm");
    assert!(queries.len() >= 4);
    for path in queries {
        let text = fs::read_to_string(&path).unwrap();
        let query = Query::new(&tree_sitter_attn::LANGUAGE.into(), &text);
        let query = query.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(query.pattern_count() > 0);
    }
}

/// Where a node stands, its text, and all that it is shown as.
type Shown = BTreeMap<(usize, String), Vec<String>>;

fn shown(source: &str) -> Shown {
    let language = tree_sitter_attn::LANGUAGE.into();
    let query = Query::new(&language, tree_sitter_attn::HIGHLIGHTS_QUERY).unwrap();
    let tree = parse(source);
    let mut found = Shown::new();
    let mut cursor = QueryCursor::new();
    let mut captures = cursor.captures(&query, tree.root_node(), source.as_bytes());
    while let Some((matched, number)) = captures.next() {
        let capture = matched.captures()[*number];
        let range = capture.node.byte_range();
        let name = query.capture_names()[capture.index as usize].to_owned();
        let node = (range.start, source[range].to_owned());
        found.entry(node).or_default().push(name);
    }
    found
}

#[test]
fn words_are_shown_as_what_they_are() {
    let source = "circuit c(n = 4) {\n    hint layer = floor(norm(x)[0] / sum(i in n) 2)\n}";
    let shown = shown(source);
    let is = |text: &str, name: &str| {
        let of_text = shown.iter().filter(|(node, _)| node.1 == text);
        let names: Vec<&String> = of_text.flat_map(|(_, names)| names).collect();
        assert_eq!(names, [name], "{text}");
    };
    is("circuit", "keyword");
    is("hint", "keyword.modifier");
    // Of one place alone: here it is a name.
    is("layer", "variable");
    is("floor", "function.builtin");
    is("sum", "function.builtin");
    is("norm", "function");
    is("4", "constant.numeric");
    is("/", "operator");
}

#[test]
fn no_two_patterns_take_the_same_node() {
    for path in files(&here("../../examples"), ".attn") {
        for ((_, text), names) in shown(&fs::read_to_string(&path).unwrap()) {
            assert_eq!(names.len(), 1, "{}: {text}: {names:?}", path.display());
        }
    }
}
