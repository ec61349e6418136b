//! Where everything of a drawing stands, by dagre's layered placement in clusters.

use dagre::graph::{Graph, GraphOptions};
use dagre::layout::types::LabelPos;
use dagre::{layout, EdgeLabel, LayoutOptions, NodeLabel};
use petgraph::visit::EdgeRef;
use petgraph::Direction;

use super::{Boundary, Drawing};

/// Pixels; `x` and `y` are the upper left corner's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn middle(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }
}

pub type Points = Vec<(f64, f64)>;

pub struct Placed {
    pub width: f64,
    pub height: f64,
    /// With the height at which its title stands.
    pub boxes: Vec<(Rect, f64)>,
    pub nodes: Vec<Rect>,
    /// Points to go along from one middle to the other, or corners to turn at; and the label's
    /// room.
    pub arrows: Vec<(Points, Option<Rect>)>,
}

pub const MARGIN: f64 = 12.0;
/// Lines of text are this high.
pub const LINE: f64 = 14.0;
/// Pixels that a character takes at most, in text of a pixel's size.
const WIDE: f64 = 0.6;

/// The width of text of so many pixels.
fn wide(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * WIDE
}

impl Drawing {
    pub(super) fn place(&self) -> Placed {
        let mut graph: Graph<NodeLabel, EdgeLabel> = Graph::with_options(GraphOptions {
            directed: true,
            multigraph: true,
            compound: true,
        });
        let sized = |width: f64, height: f64| NodeLabel {
            width,
            height,
            ..NodeLabel::default()
        };
        for (position, frame) in self.boxes.iter().enumerate() {
            let (name, title) = (boxed(position), titled(position));
            graph.set_node(name.clone(), Some(NodeLabel::default()));
            // A title is a node above all others of its box.
            let width = wide(&frame.title, 13.0).max(wide(&frame.note, 10.5));
            graph.set_node(title.clone(), Some(sized(width, 2.0 * LINE)));
            graph.set_parent(&title, Some(&name));
            if let Some(outer) = frame.within {
                graph.set_parent(&name, Some(&boxed(outer)));
            }
        }
        let below =
            |graph: &mut Graph<NodeLabel, EdgeLabel>, title: String, other: String, weight| {
                let label = EdgeLabel {
                    weight,
                    ..EdgeLabel::default()
                };
                graph.set_edge(title, other, Some(label), None);
            };
        for (position, frame) in self.boxes.iter().enumerate() {
            if let Some(outer) = frame.within {
                // What nothing reaches stands at the top.
                let mut ends = self.graph.edge_references();
                let reached = ends.any(|edge| self.graph[edge.target()].within == position);
                below(
                    &mut graph,
                    titled(outer),
                    titled(position),
                    i32::from(!reached),
                );
            }
        }
        for node in self.graph.node_indices() {
            let at = &self.graph[node];
            let width = wide(&at.name, 12.5).max(wide(&at.note, 10.5)) + 20.0;
            graph.set_node(noded(node.index()), Some(sized(width, 2.0 * LINE + 10.0)));
            graph.set_parent(&noded(node.index()), Some(&boxed(at.within)));
            let above = self.graph.neighbors_directed(node, Direction::Incoming);
            let mut above = above.map(|other| self.graph[other].within);
            if !above.any(|within| within == at.within) {
                below(&mut graph, titled(at.within), noded(node.index()), 1);
            }
        }
        for (number, edge) in self.graph.edge_references().enumerate() {
            let lines = &edge.weight().label;
            let width = lines
                .iter()
                .map(|line| wide(line, 10.5))
                .fold(0.0, f64::max);
            let label = EdgeLabel {
                weight: if edge.weight().boundary == Boundary::Inside {
                    3
                } else {
                    1
                },
                width: if lines.is_empty() { 0.0 } else { width + 12.0 },
                height: if lines.is_empty() {
                    0.0
                } else {
                    lines.len() as f64 * LINE + 6.0
                },
                labelpos: LabelPos::Center,
                ..EdgeLabel::default()
            };
            let (a, b) = (noded(edge.source().index()), noded(edge.target().index()));
            graph.set_edge(a, b, Some(label), Some(&number.to_string()));
        }
        let options = LayoutOptions {
            nodesep: 24.0,
            edgesep: 16.0,
            ranksep: 26.0,
            marginx: MARGIN,
            marginy: MARGIN,
            ..LayoutOptions::default()
        };
        layout(&mut graph, Some(options));
        let titles = self.boxes.iter();
        let titles = titles.map(|f| wide(&f.title, 13.0).max(wide(&f.note, 10.5)));
        let placed = self.tidy(self.read(&graph), titles.collect());
        self.routed(placed)
    }

    fn read(&self, graph: &Graph<NodeLabel, EdgeLabel>) -> Placed {
        let rect = |name: &str| {
            let node = graph.node(name).cloned().unwrap_or_default();
            let (x, y) = (node.x.unwrap_or(0.0), node.y.unwrap_or(0.0));
            Rect {
                x: x - node.width / 2.0,
                y: y - node.height / 2.0,
                width: node.width,
                height: node.height,
            }
        };
        let boxes: Vec<(Rect, f64)> = (0..self.boxes.len())
            .map(|position| (rect(&boxed(position)), rect(&titled(position)).y))
            .collect();
        let nodes = self.graph.node_indices();
        let arrows = self
            .graph
            .edge_references()
            .enumerate()
            .map(|(number, edge)| {
                let (a, b) = (noded(edge.source().index()), noded(edge.target().index()));
                let placed = graph.edge(&a, &b, Some(&number.to_string()));
                let placed = placed.cloned().unwrap_or_default();
                let points = placed.points.iter().map(|point| (point.x, point.y));
                let label = placed.x.zip(placed.y).filter(|_| placed.width > 0.0);
                let room = label.map(|(x, y)| Rect {
                    x: x - placed.width / 2.0,
                    y: y - placed.height / 2.0,
                    width: placed.width,
                    height: placed.height,
                });
                (points.collect(), room)
            });
        let (width, height) = boxes
            .iter()
            .fold((0.0, 0.0), |(w, h): (f64, f64), (rect, _)| {
                (w.max(rect.x + rect.width), h.max(rect.bottom()))
            });
        Placed {
            width: width + MARGIN,
            height: height + MARGIN,
            nodes: nodes.map(|node| rect(&noded(node.index()))).collect(),
            arrows: arrows.collect(),
            boxes,
        }
    }
}

fn boxed(position: usize) -> String {
    format!("box {position:06}")
}

fn titled(position: usize) -> String {
    format!("title {position:06}")
}

fn noded(index: usize) -> String {
    format!("node {index:06}")
}
