//! Cards on shelves, in the order of the dataflow.

use std::collections::BTreeMap;

use petgraph::visit::EdgeRef;

use super::card::{after_what_they_read, Card};
use super::figure::{Depth, Drawing};
use super::rect::Rect;

/// A row of cards of one proof.
pub struct Shelf {
    pub cards: Vec<usize>,
    pub(super) proof: usize,
    /// Boxes that begin above it, outermost first.
    pub(super) begins: Vec<usize>,
}

/// Where cards stand: shelf and column.
pub struct Grid {
    pub cards: Vec<Card>,
    pub shelves: Vec<Shelf>,
    pub columns: usize,
    /// Of every node, its card.
    pub card_of: Vec<usize>,
    /// Of every card, its shelf and column.
    pub stands: Vec<(usize, usize)>,
    /// Of every column, the widest card's.
    pub widths: Vec<f64>,
}

impl Drawing {
    /// Cards by proof, each after those that it takes from, as near to them as that allows.
    pub(super) fn order(&self, grid: &Grid) -> Vec<usize> {
        let mut takes: Vec<Vec<usize>> = vec![Vec::new(); grid.cards.len()];
        for edge in self.graph.edge_references() {
            let ends = [edge.source(), edge.target()].map(|node| grid.card_of[node.index()]);
            if grid.cards[ends[0]].proof == grid.cards[ends[1]].proof {
                takes[ends[1]].push(ends[0]);
            }
        }
        let all: Vec<usize> = (0..grid.cards.len()).collect();
        let mut order = after_what_they_read(&all, |card| takes[card].clone());
        order.sort_by_key(|card| grid.cards[*card].proof);
        order
    }

    pub(super) fn shelve(&self, grid: &mut Grid, order: &[usize], columns: usize) {
        grid.columns = columns;
        grid.shelves.clear();
        let around = |frame: usize| {
            let outer = |at: &usize| self.boxes[*at].within;
            let mut all: Vec<usize> = std::iter::successors(Some(frame), outer).collect();
            all.reverse();
            all
        };
        // Titles stand in the first column.
        let boxes =
            (0..self.boxes.len()).filter(|frame| self.boxes[*frame].depth != Depth::Component);
        let titles = boxes.map(|frame| self.title_width(frame));
        grid.widths = vec![0.0; columns];
        grid.widths[0] = titles.fold(0.0, f64::max);
        let mut begun: Vec<usize> = Vec::new();
        for of_proof in order.chunk_by(|a, b| grid.cards[*a].proof == grid.cards[*b].proof) {
            for cards in of_proof.chunks(columns) {
                let proof = grid.cards[cards[0]].proof;
                let mut begins = around(proof);
                begins.retain(|frame| !begun.contains(frame));
                begun.extend(&begins);
                for (column, card) in cards.iter().enumerate() {
                    grid.stands[*card] = (grid.shelves.len(), column);
                    grid.widths[column] = grid.widths[column].max(grid.cards[*card].width);
                }
                grid.shelves.push(Shelf {
                    cards: cards.to_vec(),
                    proof,
                    begins,
                });
            }
        }
    }
}

/// The heights at which arrows leave and arrive, and where cards begin.
pub struct Middles {
    /// Of nodes.
    pub nodes: Vec<f64>,
    /// Of labels, by arrow.
    labels: BTreeMap<usize, f64>,
    pub tops: Vec<f64>,
}

impl Middles {
    pub(super) fn of(grid: &Grid, tops: &[f64]) -> Self {
        let mut nodes = vec![0.0; grid.card_of.len()];
        let mut labels = BTreeMap::new();
        for (card, top) in grid.cards.iter().zip(tops) {
            let middle = |rect: &Rect| top + rect.y + rect.height / 2.0;
            for (node, rect) in &card.nodes {
                nodes[*node] = middle(rect);
            }
            labels.extend(
                card.labels
                    .iter()
                    .map(|(arrow, rect)| (*arrow, middle(rect))),
            );
        }
        Self {
            nodes,
            labels,
            tops: tops.to_vec(),
        }
    }

    /// Where an arrow arrives: at its label, or at the node itself.
    pub fn arrives(&self, arrow: usize, target: usize) -> f64 {
        let label = self.labels.get(&arrow).copied();
        label.unwrap_or(self.nodes[target])
    }
}
