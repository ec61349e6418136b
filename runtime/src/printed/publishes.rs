//! What a plan makes public, in words and as JSON (spec 8.5).

use attnc_compiler::diagnostic::Source;
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::plan::{published, Part, Published};
use serde_json::{json, Value};

use crate::printed::title::shaped;

/// What the statements of some parts of a plan have that the program keeps private.
pub struct Publishes<'a> {
    found: Vec<Published>,
    source: &'a dyn Source,
}

impl<'a> Publishes<'a> {
    pub fn of<'p>(
        graph: &Graph,
        source: &'a dyn Source,
        parts: impl IntoIterator<Item = &'p Part>,
    ) -> Self {
        Self {
            found: published(graph, parts),
            source,
        }
    }

    /// What a plan of several parts makes public, a line for each tensor, indented by `by`.
    pub fn text(&self, plan: &str, by: usize) -> String {
        let lines = self.lines(by + 2);
        match lines.as_str() {
            "" => format!(
                "{:by$}plan {plan} makes nothing public that the program keeps private\n",
                ""
            ),
            _ => format!(
                "{:by$}plan {plan} makes public, though the program keeps it private:\n{lines}",
                ""
            ),
        }
    }

    fn lines(&self, by: usize) -> String {
        let line = |found: &Published| {
            let (line, _) = self.source.place(found.span.start);
            let how_much = match found.elements == found.of {
                true => String::new(),
                false => format!(", {} of {} elements", found.elements, found.of),
            };
            let parts = match found.parts.as_slice() {
                [part] => format!("in part {part}"),
                [a, b] => format!("in parts {a} and {b}"),
                more => format!("in {} parts", more.len()),
            };
            let (what, name) = (found.what.name(), shaped(&found.name, &found.shape));
            format!("{:by$}{what} {name} (line {line}){how_much}, {parts}\n", "")
        };
        self.found.iter().map(line).collect()
    }

    pub fn objects(&self) -> Value {
        let object = |found: &Published| {
            json!({
                "name": found.name,
                "what": found.what.name(),
                "line": self.source.place(found.span.start).0,
                "shape": found.shape,
                "elements": found.elements,
                "of": found.of,
                "parts": found.parts,
            })
        };
        self.found.iter().map(object).collect()
    }
}
