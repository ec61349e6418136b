//! Every source of the project that attnc itself can read is a tree without an error.

use std::fs;
use std::path::Path;

use tree_sitter::Node;

use crate::{files, here, parse};

/// Where the first error of a tree stands, as line and column.
fn broken(node: Node) -> Option<(usize, usize)> {
    if node.is_error() || node.is_missing() {
        let at = node.start_position();
        return Some((at.row + 1, at.column + 1));
    }
    let mut cursor = node.walk();
    let children: Vec<Node> = node.children(&mut cursor).collect();
    children.into_iter().find_map(broken)
}

/// The code of what attnc cannot read in a golden source, E001 to E005.
fn refused(path: &Path) -> Option<u32> {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let said = here("../../tests/golden/snapshots").join(format!("{name}.snap"));
    let said = fs::read_to_string(said).unwrap_or_default();
    (1..=5).find(|code| said.contains(&format!("error[E00{code}]")))
}

#[test]
fn every_source_is_a_tree_without_an_error() {
    let (mut read, mut caught, mut unread) = (0, 0, 0);
    let mut wrong = Vec::new();
    for path in files(&here("../.."), ".attn") {
        let bytes = fs::read(&path).unwrap();
        let tree = parse(&String::from_utf8_lossy(&bytes));
        match refused(&path) {
            // Something else was expected: that is mostly an error here too.
            Some(3) => {
                unread += 1;
                caught += usize::from(tree.root_node().has_error());
            }
            // Too large or deep, or with characters that editors show as any other.
            Some(_) => {}
            None => {
                read += 1;
                let error = broken(tree.root_node());
                wrong.extend(error.map(|(line, column)| format!("{path:?}:{line}:{column}")));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert!(read > 300, "{read}");
    assert!(3 * caught > 2 * unread, "{caught} of {unread}");
}
