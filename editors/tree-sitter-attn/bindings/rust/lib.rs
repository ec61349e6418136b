//! The grammar of attnc programs for tree-sitter, and the queries that editors run on its trees.

use tree_sitter_language::LanguageFn;

extern "C" {
    fn tree_sitter_attn() -> *const ();
}

/// The language, for `tree_sitter::Parser::set_language`.
// SAFETY: the generated parser gives its one static table.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_attn) };

/// The kinds of nodes, as JSON.
pub const NODE_TYPES: &str = include_str!("../../src/node-types.json");

/// What a node is shown as.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");

/// Where names are defined and seen.
pub const LOCALS_QUERY: &str = include_str!("../../queries/locals.scm");
