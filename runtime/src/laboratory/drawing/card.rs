//! A component as a card, with its members below each other, each under the labels of what comes to
//! it from other cards.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::figure::{Depth, Drawing};
use super::lane::within;
use super::rect::{Points, Rect};
use super::text::{wide, LINE};

/// A member is this high.
const NODE: f64 = 21.0;
/// Between what stands below each other in a card.
const GAP: f64 = 7.0;
/// Room at the sides of a card, and of a box.
pub(super) const INSET: f64 = 10.0;
/// A title of two lines, with the room below it.
pub(super) const TITLE: f64 = 2.0 * LINE + 8.0;

/// A component, or the members of a proof that no component holds.
pub struct Card {
    /// Position among the boxes; none for a proof's other members.
    pub(super) frame: Option<usize>,
    pub(super) proof: usize,
    /// From its own corner.
    pub(super) nodes: BTreeMap<usize, Rect>,
    pub(super) labels: BTreeMap<usize, Rect>,
    /// Ways within it, by arrow.
    pub inner: BTreeMap<usize, Points>,
    pub width: f64,
    pub height: f64,
}

impl Card {
    /// Where an arrow leaves to the right.
    pub fn leaves(&self, node: usize) -> f64 {
        self.nodes.get(&node).map_or(0.0, Rect::right)
    }

    /// Where an arrow arrives from the left.
    pub fn enters(&self) -> f64 {
        INSET
    }
}

impl Drawing {
    pub(super) fn cards(&self) -> (Vec<Card>, Vec<usize>) {
        let mut found: BTreeMap<(usize, Option<usize>), Vec<usize>> = BTreeMap::new();
        for (frame, its) in self.boxes.iter().enumerate() {
            if let (Depth::Component, Some(proof)) = (its.depth, its.within) {
                found.insert((proof, Some(frame)), Vec::new());
            }
        }
        for node in self.graph.node_indices() {
            let within = self.graph[node].within;
            let place = match (self.boxes[within].depth, self.boxes[within].within) {
                (Depth::Component, Some(proof)) => (proof, Some(within)),
                _ => (within, None),
            };
            found.entry(place).or_default().push(node.index());
        }
        let mut card_of = vec![0; self.graph.node_count()];
        let mut cards = Vec::new();
        for ((proof, frame), nodes) in found {
            for node in &nodes {
                card_of[*node] = cards.len();
            }
            cards.push(self.card(proof, frame, nodes));
        }
        (cards, card_of)
    }

    /// A card with its members in the order in which they are computed.
    fn card(&self, proof: usize, frame: Option<usize>, nodes: Vec<usize>) -> Card {
        let inside: Vec<(usize, usize, usize)> = self
            .graph
            .edge_references()
            .enumerate()
            .map(|(arrow, edge)| (arrow, edge.source().index(), edge.target().index()))
            .filter(|(_, a, b)| nodes.contains(a) && nodes.contains(b))
            .collect();
        let reads = |node: usize| -> Vec<usize> {
            let its = inside.iter().filter(|(_, _, b)| *b == node);
            its.map(|(_, a, _)| *a).collect()
        };
        let mut card = Card {
            frame,
            proof,
            nodes: BTreeMap::new(),
            labels: BTreeMap::new(),
            inner: BTreeMap::new(),
            width: frame.map_or(0.0, |frame| self.title_width(frame)),
            height: 0.0,
        };
        let mut y = if frame.is_some() { TITLE } else { 0.0 };
        let mut right: f64 = 0.0;
        for node in after_what_they_read(&nodes, reads) {
            for (arrow, edge) in self.graph.edge_references().enumerate() {
                let from = edge.source().index();
                if edge.target().index() != node || nodes.contains(&from) {
                    continue;
                }
                let lines = edge.weight().lines(&self.graph[edge.source()].name);
                if !lines.is_empty() {
                    let width = lines
                        .iter()
                        .map(|line| wide(line, 10.5))
                        .fold(0.0, f64::max);
                    let rect = Rect {
                        x: INSET,
                        y,
                        width: width + 12.0,
                        height: LINE * lines.len() as f64 + 4.0,
                    };
                    y = rect.bottom();
                    right = right.max(rect.right());
                    card.labels.insert(arrow, rect);
                }
            }
            let at = &self.graph[NodeIndex::new(node)];
            let rect = Rect {
                x: INSET,
                y,
                width: at.kind_at() + wide(&at.note, 10.5) + 8.0,
                height: NODE,
            };
            y = rect.bottom() + GAP;
            right = right.max(rect.right());
            card.nodes.insert(node, rect);
        }
        let lanes = within(&mut card.inner, &card.nodes, &inside, right);
        card.width = card.width.max(right + lanes + INSET);
        card.height = y.max(TITLE) - GAP + INSET;
        card
    }

    pub(super) fn title_width(&self, frame: usize) -> f64 {
        let frame = &self.boxes[frame];
        wide(&frame.title, 13.0).max(wide(&frame.note, 10.5)) + 2.0 * INSET
    }
}

/// All of them, each after what it reads, and soon after; where they read each other, as they come.
pub(super) fn after_what_they_read(
    all: &[usize],
    reads: impl Fn(usize) -> Vec<usize>,
) -> Vec<usize> {
    fn visit(
        at: usize,
        reads: &impl Fn(usize) -> Vec<usize>,
        seen: &mut Vec<usize>,
        order: &mut Vec<usize>,
    ) {
        if seen.contains(&at) {
            return;
        }
        seen.push(at);
        for read in reads(at) {
            visit(read, reads, seen, order);
        }
        order.push(at);
    }
    let (mut seen, mut order) = (Vec::new(), Vec::new());
    for at in all {
        visit(*at, &reads, &mut seen, &mut order);
    }
    order
}
