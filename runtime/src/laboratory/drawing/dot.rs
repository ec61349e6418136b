//! A drawing as a graph of Graphviz.

use std::fmt::Write;

use attnc_compiler::diagnostic::visible::lines;
use petgraph::visit::EdgeRef;

use super::figure::{Boundary, Depth, Drawing, NodeKind};

impl Drawing {
    /// Text for `dot`: clusters for parts, proofs and components.
    pub fn dot(&self) -> String {
        let mut out = String::from("digraph attnc {\n");
        out += &format!(
            "  label={}; labelloc=t; compound=true;\n",
            quoted(&self.title)
        );
        out += "  graph [fontname=\"sans-serif\", ranksep=0.6];\n";
        out += "  node [fontname=\"sans-serif\", fontsize=11, shape=box];\n";
        out += "  edge [fontname=\"sans-serif\", fontsize=9];\n";
        for (position, frame) in self.boxes.iter().enumerate() {
            if frame.within.is_none() {
                self.cluster(&mut out, position, 1);
            }
        }
        for edge in self.graph.edge_references() {
            let style = match edge.weight().boundary {
                Boundary::Inside => "color=gray50, arrowsize=0.6",
                Boundary::Component => "color=gray20",
                Boundary::Linked => {
                    "color=\"#b34700\", fontcolor=\"#b34700\", style=dashed, penwidth=3"
                }
                Boundary::Open => {
                    "color=\"#6a3d9a\", fontcolor=\"#6a3d9a\", style=dotted, penwidth=4"
                }
            };
            let (a, b) = (edge.source().index(), edge.target().index());
            let label = quoted(&edge.weight().label.join("\n"));
            let _ = writeln!(out, "  n{a} -> n{b} [label={label}, {style}];");
        }
        out += "}\n";
        out
    }

    fn cluster(&self, out: &mut String, position: usize, depth: usize) {
        let frame = &self.boxes[position];
        let indent = "  ".repeat(depth);
        let style = match frame.depth {
            Depth::Part => "style=dotted, penwidth=3",
            Depth::Proof => "style=solid, penwidth=2",
            Depth::Component => "style=rounded, color=gray60",
        };
        let label = quoted(&format!("{}\n{}", frame.title, frame.note));
        let _ = writeln!(out, "{indent}subgraph cluster_{position} {{");
        let _ = writeln!(out, "{indent}  label={label}; labeljust=l; {style};");
        for inner in 0..self.boxes.len() {
            if self.boxes[inner].within == Some(position) {
                self.cluster(out, inner, depth + 1);
            }
        }
        for node in self.graph.node_indices() {
            let at = &self.graph[node];
            if at.within == position {
                let shape = match at.kind {
                    NodeKind::Input => "shape=box, style=filled, fillcolor=gray92",
                    NodeKind::Output => "shape=box, style=\"filled,bold\", fillcolor=gray85",
                    NodeKind::State => "shape=cylinder",
                    NodeKind::Table => "shape=note",
                    NodeKind::Value => "shape=box, style=rounded",
                    NodeKind::Terms => "shape=box, style=\"rounded,dashed\"",
                };
                let label = quoted(&format!("{}\n{}", at.name, at.note));
                let _ = writeln!(out, "{indent}  n{} [label={label}, {shape}];", node.index());
            }
        }
        let _ = writeln!(out, "{indent}}}");
    }
}

/// A string of DOT.
fn quoted(text: &str) -> String {
    let text = lines(text);
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('\n', "\\n"))
}
