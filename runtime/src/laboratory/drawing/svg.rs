//! A drawing as SVG: readable in light, in dark and in print, alone or within a page.

use std::fmt::Write;

use attnc_compiler::diagnostic::visible;
use petgraph::visit::EdgeRef;

use super::figure::{Boundary, Depth, Drawing, NodeKind};
use super::place::{Placed, MARGIN};
use super::rect::Rect;
use super::text::LINE;

const STYLE: &str = include_str!("style.css");
const LEGEND: f64 = 34.0;

impl Drawing {
    /// One SVG element. `id` must be its own within the page: all ids begin with it.
    pub fn svg(&self, id: &str) -> String {
        let placed = self.place();
        let legend = self.legend();
        let wide = legend
            .iter()
            .map(|(_, text)| 62.0 + 6.0 * text.len() as f64);
        let points = placed.arrows.iter().flat_map(|(points, _)| points);
        let far = points.map(|(x, _)| x + MARGIN).fold(placed.width, f64::max);
        let width = far.max(24.0 + wide.sum::<f64>());
        let height = placed.height + LEGEND;
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"attnc-graph\" role=\"img\" \
             width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" \
             aria-labelledby=\"{id}-title {id}-desc\">\n"
        );
        let _ = writeln!(
            out,
            "<title id=\"{id}-title\">{}</title>",
            text(&self.title)
        );
        let _ = writeln!(out, "<desc id=\"{id}-desc\">{}</desc>", text(&self.told()));
        let _ = writeln!(out, "<style>\n{STYLE}</style>\n<defs>");
        for class in ["inside", "component", "linked", "open"] {
            let _ = writeln!(
                out,
                "<marker id=\"{id}-{class}\" class=\"attnc-head attnc-{class}\" viewBox=\"0 0 8 8\" \
                 refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" \
                 markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 Z\"/></marker>"
            );
        }
        out += "</defs>\n<rect class=\"attnc-paper\" width=\"100%\" height=\"100%\"/>\n";
        self.frames(&mut out, &placed);
        self.arrows(&mut out, &placed, id);
        self.nodes(&mut out, &placed);
        self.labels(&mut out, &placed);
        let mut x = 12.0;
        for (class, words) in legend {
            let y = placed.height + LEGEND / 2.0;
            let _ = writeln!(
                out,
                "<path class=\"attnc-arrow attnc-{class}\" d=\"M{x:.1} {y:.1} h34\" \
                 marker-end=\"url(#{id}-{class})\"/>\n\
                 <text class=\"attnc-note\" x=\"{:.1}\" y=\"{:.1}\">{words}</text>",
                x + 42.0,
                y + 4.0
            );
            x += 62.0 + 6.0 * words.len() as f64;
        }
        out += "</svg>\n";
        visible::lines(&out).into_owned()
    }

    /// The kinds of arrows that there are.
    fn legend(&self) -> Vec<(&'static str, &'static str)> {
        let all = [
            (Boundary::Inside, "read in the same row"),
            (Boundary::Component, "between components"),
            (Boundary::Linked, "between linked proofs, hidden"),
            (Boundary::Open, "open, in the statement"),
        ];
        let drawn = |boundary| self.graph.edge_weights().any(|a| a.boundary == boundary);
        let there = all.into_iter().filter(|(boundary, _)| drawn(*boundary));
        there
            .map(|(boundary, words)| (class(boundary), words))
            .collect()
    }

    /// The drawing in words, for who cannot see it.
    fn told(&self) -> String {
        let mut told = String::new();
        for frame in self.boxes.iter().filter(|f| f.depth != Depth::Component) {
            let _ = write!(told, "{}: {}. ", frame.title, frame.note);
        }
        for edge in self.graph.edge_references() {
            let between = edge.weight().boundary;
            if matches!(between, Boundary::Linked | Boundary::Open) {
                let (a, b) = (&self.graph[edge.source()], &self.graph[edge.target()]);
                let label = edge.weight().label.join(", ");
                let _ = write!(told, "From {} to {}, {label}. ", a.name, b.name);
            }
        }
        told.trim_end().to_string()
    }

    fn frames(&self, out: &mut String, placed: &Placed) {
        for (frame, (rect, title)) in self.boxes.iter().zip(&placed.boxes) {
            let class = match frame.depth {
                Depth::Part => "part",
                Depth::Proof => "proof",
                Depth::Component => "box",
            };
            let _ = writeln!(
                out,
                "<rect class=\"attnc-{class}\" {}/>",
                corners(rect, 8.0)
            );
            let (x, y) = (title.0, title.1 + LINE);
            let _ = writeln!(
                out,
                "<text class=\"attnc-{class}-title\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>\n\
                 <text class=\"attnc-note\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>",
                text(&frame.title),
                y + LINE,
                text(&frame.note)
            );
        }
    }

    fn arrows(&self, out: &mut String, placed: &Placed, id: &str) {
        for (edge, (points, _)) in self.graph.edge_references().zip(&placed.arrows) {
            let class = class(edge.weight().boundary);
            let _ = writeln!(
                out,
                "<path class=\"attnc-arrow attnc-{class}\" d=\"{}\" marker-end=\"url(#{id}-{class})\"/>",
                path(points)
            );
        }
    }

    fn nodes(&self, out: &mut String, placed: &Placed) {
        for (node, rect) in self.graph.node_weights().zip(&placed.nodes) {
            let (class, radius) = match node.kind {
                NodeKind::Input => ("input", 2.0),
                NodeKind::State => ("state", 12.0),
                NodeKind::Table => ("table", 0.0),
                NodeKind::Value => ("value", 6.0),
                NodeKind::Output => ("output", 2.0),
                NodeKind::Terms => ("terms", 6.0),
            };
            let (x, y) = (rect.x + 8.0, rect.y + rect.height / 2.0 + 4.0);
            let _ = writeln!(
                out,
                "<rect class=\"attnc-node attnc-{class}\" {}/>\n\
                 <text class=\"attnc-name\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>\n\
                 <text class=\"attnc-kind\" x=\"{:.1}\" y=\"{y:.1}\">{}</text>",
                corners(rect, radius),
                text(&node.name),
                rect.x + node.kind_at(),
                text(&node.note)
            );
        }
    }

    fn labels(&self, out: &mut String, placed: &Placed) {
        for (edge, (_, room)) in self.graph.edge_references().zip(&placed.arrows) {
            let Some(room) = room else { continue };
            let class = class(edge.weight().boundary);
            let shape = corners(room, 2.0);
            let _ = writeln!(out, "<rect class=\"attnc-label attnc-{class}\" {shape}/>");
            let x = room.x + 6.0;
            let lines = edge.weight().lines(&self.graph[edge.source()].name);
            for (line, words) in lines.iter().enumerate() {
                let y = room.y + LINE * (line as f64 + 1.0) - 2.0;
                let _ = writeln!(
                    out,
                    "<text class=\"attnc-words attnc-{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>",
                    text(words)
                );
            }
        }
    }
}

fn class(boundary: Boundary) -> &'static str {
    match boundary {
        Boundary::Inside => "inside",
        Boundary::Component => "component",
        Boundary::Linked => "linked",
        Boundary::Open => "open",
    }
}

fn corners(rect: &Rect, radius: f64) -> String {
    format!(
        "x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"{radius}\"",
        rect.x, rect.y, rect.width, rect.height
    )
}

/// Straight lines with round corners.
fn path(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (position, (x, y)) in points.iter().enumerate() {
        let before = position.checked_sub(1).map(|at| points[at]);
        let _ = match (before, points.get(position + 1)) {
            (None, _) => write!(path, "M{x:.1} {y:.1}"),
            (_, None) => write!(path, " L{x:.1} {y:.1}"),
            (Some(before), Some(next)) => {
                let towards = |other: (f64, f64)| {
                    let (dx, dy) = (other.0 - x, other.1 - y);
                    let length = dx.hypot(dy).max(0.1);
                    let part = (length / 2.0).min(6.0) / length;
                    (x + dx * part, y + dy * part)
                };
                let (a, b) = (towards(before), towards(*next));
                write!(
                    path,
                    " L{:.1} {:.1} Q{x:.1} {y:.1} {:.1} {:.1}",
                    a.0, a.1, b.0, b.1
                )
            }
        };
    }
    path
}

/// Text of XML.
fn text(plain: &str) -> String {
    let escaped = plain.replace('&', "&amp;").replace('<', "&lt;");
    escaped.replace('>', "&gt;").replace('"', "&quot;")
}
