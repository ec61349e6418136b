//! Where everything of a drawing stands: components as cards on shelves, in the order of the
//! dataflow, as many beside each other as make the whole about as high as wide.
//!
//! A card has its members below each other, each under the labels of what comes to it from other
//! cards. Between the columns of cards, and above each shelf, there is room for arrows.

use std::collections::BTreeMap;

use petgraph::visit::EdgeRef;

use super::route::Routes;
use super::{Arrow, Depth, Drawing, Node};

/// Pixels; `x` and `y` are the upper left corner's.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Rect {
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub fn at(&self, x: f64, y: f64) -> Self {
        Self {
            x: self.x + x,
            y: self.y + y,
            ..*self
        }
    }
}

pub type Points = Vec<(f64, f64)>;

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
/// Lines of text are this high.
pub const LINE: f64 = 13.0;
/// A member is this high.
const NODE: f64 = 21.0;
/// Between what stands below each other in a card.
const GAP: f64 = 7.0;
/// Room at the sides of a card, and of a box.
const INSET: f64 = 10.0;
/// A title of two lines, with the room below it.
const TITLE: f64 = 2.0 * LINE + 8.0;
/// Columns of cards, at most.
const COLUMNS: usize = 8;
/// A drawing is better twice as wide as high than a tenth higher than wide.
const BROAD: f64 = 1.3;
/// Pixels that a character takes at most, in text of a pixel's size.
const WIDE: f64 = 0.6;

/// The width of text of so many pixels.
pub fn wide(text: &str, size: f64) -> f64 {
    text.chars().count() as f64 * size * WIDE
}

impl Node {
    /// Where its kind is written, from the left.
    pub(super) fn kind_at(&self) -> f64 {
        8.0 + wide(&self.name, 12.0) + 8.0
    }
}

impl Arrow {
    /// What is written where it arrives, in two lines about as long as each other.
    pub(super) fn lines(&self, from: &str) -> Vec<String> {
        let Some((what, rest)) = self.label.split_first() else {
            return Vec::new();
        };
        let mut words = vec![format!("{what} from {from}")];
        words.extend_from_slice(rest);
        let broken = |at: usize| vec![words[..at].join(", "), words[at..].join(", ")];
        let length = |lines: &Vec<String>| lines.iter().map(|line| line.chars().count()).max();
        let all = (1..words.len()).map(broken);
        all.min_by_key(length).unwrap_or(words.clone())
    }
}

/// A component, or the members of a proof that no component holds.
pub struct Card {
    /// Position among the boxes; none for a proof's other members.
    frame: Option<usize>,
    proof: usize,
    /// From its own corner.
    nodes: BTreeMap<usize, Rect>,
    labels: BTreeMap<usize, Rect>,
    /// Ways within it, by arrow.
    pub inner: BTreeMap<usize, Points>,
    pub width: f64,
    pub height: f64,
}

/// A row of cards of one proof.
pub struct Shelf {
    pub cards: Vec<usize>,
    proof: usize,
    /// Boxes that begin above it, outermost first.
    begins: Vec<usize>,
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

    fn cards(&self) -> (Vec<Card>, Vec<usize>) {
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
            let at = &self.graph[petgraph::graph::NodeIndex::new(node)];
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
        let lanes = super::route::within(&mut card.inner, &card.nodes, &inside, right);
        card.width = card.width.max(right + lanes + INSET);
        card.height = y.max(TITLE) - GAP + INSET;
        card
    }

    fn title_width(&self, frame: usize) -> f64 {
        let frame = &self.boxes[frame];
        wide(&frame.title, 13.0).max(wide(&frame.note, 10.5)) + 2.0 * INSET
    }

    /// Cards by proof, each after those that it takes from, as near to them as that allows.
    fn order(&self, grid: &Grid) -> Vec<usize> {
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

    fn shelve(&self, grid: &mut Grid, order: &[usize], columns: usize) {
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

/// The heights at which arrows leave and arrive, and where cards begin.
pub struct Middles {
    /// Of nodes.
    pub nodes: Vec<f64>,
    /// Of labels, by arrow.
    labels: BTreeMap<usize, f64>,
    pub tops: Vec<f64>,
}

impl Middles {
    fn of(grid: &Grid, tops: &[f64]) -> Self {
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

/// All of them, each after what it reads, and soon after; where they read each other, as they come.
fn after_what_they_read(all: &[usize], reads: impl Fn(usize) -> Vec<usize>) -> Vec<usize> {
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
