//! Where everything of a drawing stands: components as cards on shelves, in the order of the
//! dataflow, as many beside each other as make the whole about as high as wide.
//!
//! A card has its members below each other, each under the labels of what comes to it from other
//! cards. Between the columns of cards, and above each shelf, there is room for arrows.

use std::collections::BTreeMap;

use super::card::{INSET, TITLE};
use super::figure::{Depth, Drawing};
use super::grid::{Grid, Middles};
use super::rect::{Points, Rect};
use super::route::Routes;

pub struct Placed {
    pub width: f64,
    pub height: f64,
    /// With the corner at which its title begins.
    pub boxes: Vec<(Rect, (f64, f64))>,
    pub nodes: Vec<Rect>,
    /// Corners to turn at, and the label's room.
    pub arrows: Vec<(Points, Option<Rect>)>,
}

pub const MARGIN: f64 = 12.0;
/// Columns of cards, at most.
const COLUMNS: usize = 8;
/// A drawing is better twice as wide as high than a tenth higher than wide.
const BROAD: f64 = 1.3;

impl Drawing {
    pub(super) fn place(&self) -> Placed {
        let (cards, card_of) = self.cards();
        let mut grid = Grid {
            widths: Vec::new(),
            stands: vec![(0, 0); cards.len()],
            cards,
            shelves: Vec::new(),
            columns: 1,
            card_of,
        };
        let order = self.order(&grid);
        let mut best: Option<(f64, Placed)> = None;
        for columns in 1..=COLUMNS.min(grid.cards.len().max(1)) {
            self.shelve(&mut grid, &order, columns);
            let placed = self.stand(&grid);
            let size = placed.width.max(placed.height * BROAD);
            if best.as_ref().is_none_or(|(least, _)| size < *least) {
                best = Some((size, placed));
            }
        }
        match best {
            Some((_, placed)) => placed,
            None => self.stand(&grid),
        }
    }

    /// Gives every card its place, and every arrow its way.
    fn stand(&self, grid: &Grid) -> Placed {
        let mut routes = Routes::across(self, grid);
        let mut boxes = vec![(Rect::default(), (0.0, 0.0)); self.boxes.len()];
        let deepest = grid.shelves.iter().map(|shelf| shelf.begins.len());
        let deepest = deepest.max().unwrap_or(0) as f64;
        // From above to below: titles, room for arrows, cards.
        let mut y = MARGIN;
        let mut open: Vec<usize> = Vec::new();
        let mut tops = vec![0.0; grid.cards.len()];
        for (number, shelf) in grid.shelves.iter().enumerate() {
            let stays = |frame: &usize| self.holds(*frame, shelf.proof);
            while let Some(last) = open.pop_if(|frame| !stays(frame)) {
                y += INSET;
                boxes[last].0.height = y - boxes[last].0.y;
            }
            for frame in &shelf.begins {
                y += INSET;
                boxes[*frame] = (
                    Rect {
                        y,
                        ..Rect::default()
                    },
                    (0.0, y + 4.0),
                );
                y += TITLE;
                open.push(*frame);
            }
            y = routes.above(number, y);
            for card in &shelf.cards {
                tops[*card] = y;
            }
            let heights = shelf.cards.iter().map(|card| grid.cards[*card].height);
            y += heights.fold(0.0, f64::max);
        }
        while let Some(last) = open.pop() {
            y += INSET;
            boxes[last].0.height = y - boxes[last].0.y;
        }
        let middles = Middles::of(grid, &tops);
        let lefts = routes.down(self, grid, &middles, MARGIN + INSET * deepest);
        let ends = lefts
            .iter()
            .zip(&grid.widths)
            .map(|(left, width)| left + width);
        let widest = ends.fold(MARGIN, f64::max);
        for (frame, (rect, title)) in boxes.iter_mut().enumerate() {
            if self.boxes[frame].depth == Depth::Component {
                continue;
            }
            let inner = match (self.boxes[frame].depth, self.boxes[frame].within) {
                (Depth::Proof, Some(_)) => 1.0,
                _ => 0.0,
            };
            rect.x = MARGIN + INSET * inner;
            rect.width = widest + INSET * (deepest - inner) - rect.x;
            title.0 = lefts.first().copied().unwrap_or(MARGIN);
        }
        let mut nodes = vec![Rect::default(); self.graph.node_count()];
        let mut labels: BTreeMap<usize, Rect> = BTreeMap::new();
        for (position, card) in grid.cards.iter().enumerate() {
            let (x, y) = (lefts[grid.stands[position].1], tops[position]);
            if let Some(frame) = card.frame {
                let rect = Rect {
                    x,
                    y,
                    width: card.width,
                    height: card.height,
                };
                boxes[frame] = (rect, (x + INSET, y + 2.0));
            }
            let at = |rect: &Rect| rect.at(x, y);
            for (node, rect) in &card.nodes {
                nodes[*node] = at(rect);
            }
            labels.extend(card.labels.iter().map(|(arrow, rect)| (*arrow, at(rect))));
        }
        let ways = routes.ways(self, grid, &middles, &lefts);
        let arrows = ways.into_iter().enumerate();
        Placed {
            width: widest + INSET * deepest + MARGIN,
            height: y + MARGIN,
            boxes,
            nodes,
            arrows: arrows
                .map(|(n, way)| (way, labels.get(&n).copied()))
                .collect(),
        }
    }

    /// Whether a box is around another, or is it.
    fn holds(&self, outer: usize, inner: usize) -> bool {
        let around = |at: &usize| self.boxes[*at].within;
        std::iter::successors(Some(inner), around).any(|at| at == outer)
    }
}
