//! Arrows between cards: from a member to the right, along the room between columns and above
//! shelves, to the left side of where they arrive. So none runs through a card that it is not of.
//!
//! All arrows of a member share one line as far as they go together.

use std::collections::BTreeMap;

use petgraph::visit::EdgeRef;

use super::figure::Drawing;
use super::grid::{Grid, Middles};
use super::lane::{assign, widen, Stretch, ASIDE, LANE, OFF};
use super::rect::Points;

/// Which line it is: its member, the room, and the shelf for which it has turned, if it has.
type Down = (usize, usize, Option<usize>);

pub struct Routes {
    /// By member and shelf: the lane above the shelf, and between which rooms.
    across: BTreeMap<(usize, usize), usize>,
    lanes_above: Vec<usize>,
    tops: Vec<f64>,
    down: BTreeMap<Down, usize>,
    /// Where each room begins.
    rooms: Vec<f64>,
}

/// An arrow between cards.
struct Way {
    arrow: usize,
    from: usize,
    to: usize,
    /// The rooms at the source's right and at the target's left.
    rooms: (usize, usize),
    /// Above which it goes to the side, if it does.
    shelf: usize,
}

fn ways(drawing: &Drawing, grid: &Grid) -> Vec<Way> {
    let edges = drawing.graph.edge_references().enumerate();
    let between = edges.filter_map(|(arrow, edge)| {
        let (from, to) = (edge.source().index(), edge.target().index());
        let (a, b) = (grid.card_of[from], grid.card_of[to]);
        (a != b).then(|| Way {
            arrow,
            from,
            to,
            rooms: (grid.stands[a].1 + 1, grid.stands[b].1),
            shelf: grid.stands[b].0,
        })
    });
    between.collect()
}

impl Routes {
    /// Who goes to the side above which shelf.
    pub fn across(drawing: &Drawing, grid: &Grid) -> Self {
        let mut above: Vec<BTreeMap<usize, Stretch>> = vec![BTreeMap::new(); grid.shelves.len()];
        for way in ways(drawing, grid) {
            let (a, b) = way.rooms;
            if a != b {
                widen(&mut above[way.shelf], way.from, [a as f64, b as f64]);
            }
        }
        let mut routes = Self {
            across: BTreeMap::new(),
            lanes_above: Vec::new(),
            tops: vec![0.0; grid.shelves.len()],
            down: BTreeMap::new(),
            rooms: Vec::new(),
        };
        for (shelf, ranges) in above.iter().enumerate() {
            // Two that end in the same room are apart, wherever in it.
            let (lanes, count) = assign(ranges, 0.5);
            routes.lanes_above.push(count);
            let lanes = lanes.into_iter().map(|(node, lane)| ((node, shelf), lane));
            routes.across.extend(lanes);
        }
        routes
    }

    /// Where the cards of a shelf begin, below the lines above it.
    pub fn above(&mut self, shelf: usize, y: f64) -> f64 {
        self.tops[shelf] = y + ASIDE;
        y + 2.0 * ASIDE + LANE * self.lanes_above[shelf].saturating_sub(1) as f64
    }

    fn lane_above(&self, way: &Way) -> f64 {
        let lane = self.across.get(&(way.from, way.shelf)).copied();
        self.tops[way.shelf] + LANE * lane.unwrap_or(0) as f64
    }

    /// Gives all lines between columns their lanes; where the columns begin.
    pub fn down(
        &mut self,
        drawing: &Drawing,
        grid: &Grid,
        middles: &Middles,
        left: f64,
    ) -> Vec<f64> {
        let mut ranges: Vec<BTreeMap<Down, Stretch>> = vec![BTreeMap::new(); grid.columns + 1];
        for way in ways(drawing, grid) {
            let (a, b) = way.rooms;
            let leaves = middles.nodes[way.from] - OFF;
            let arrives = middles.arrives(way.arrow, way.to);
            if a == b {
                widen(&mut ranges[a], (way.from, a, None), [leaves, arrives]);
            } else {
                let turn = self.lane_above(&way);
                widen(&mut ranges[a], (way.from, a, None), [leaves, turn]);
                widen(
                    &mut ranges[b],
                    (way.from, b, Some(way.shelf)),
                    [turn, arrives],
                );
            }
        }
        let (mut x, mut lefts) = (left, Vec::new());
        self.rooms.clear();
        self.down.clear();
        for (room, ranges) in ranges.iter().enumerate() {
            self.rooms.push(x + ASIDE);
            let (lanes, count) = assign(ranges, 4.0);
            x += 2.0 * ASIDE + LANE * count.saturating_sub(1) as f64;
            self.down.extend(lanes);
            lefts.push(x);
            x += grid.widths.get(room).copied().unwrap_or(0.0);
        }
        // The last room is right of all cards.
        lefts.pop();
        lefts
    }

    /// The way of every arrow.
    pub fn ways(
        &self,
        drawing: &Drawing,
        grid: &Grid,
        middles: &Middles,
        lefts: &[f64],
    ) -> Vec<Points> {
        let mut all: Vec<Points> = vec![Vec::new(); drawing.graph.edge_count()];
        for (position, card) in grid.cards.iter().enumerate() {
            let (x, y) = (lefts[grid.stands[position].1], middles.tops[position]);
            for (arrow, points) in &card.inner {
                all[*arrow] = points.iter().map(|(px, py)| (px + x, py + y)).collect();
            }
        }
        for way in ways(drawing, grid) {
            let lane = |room: usize, shelf: Option<usize>| {
                let lane = self.down.get(&(way.from, room, shelf)).copied();
                self.rooms[room] + LANE * lane.unwrap_or(0) as f64
            };
            let (a, b) = way.rooms;
            let source = grid.card_of[way.from];
            let target = grid.card_of[way.to];
            let leaves = lefts[grid.stands[source].1] + grid.cards[source].leaves(way.from);
            let enters = lefts[b] + grid.cards[target].enters();
            let y = (
                middles.nodes[way.from] - OFF,
                middles.arrives(way.arrow, way.to),
            );
            let mut points = vec![(leaves, y.0), (lane(a, None), y.0)];
            if a == b {
                points.push((lane(a, None), y.1));
            } else {
                let turn = self.lane_above(&way);
                let last = lane(b, Some(way.shelf));
                points.extend([(lane(a, None), turn), (last, turn), (last, y.1)]);
            }
            points.push((enters, y.1));
            points.dedup_by(|a, b| (a.0 - b.0).abs() < 0.05 && (a.1 - b.1).abs() < 0.05);
            all[way.arrow] = points;
        }
        all
    }
}
