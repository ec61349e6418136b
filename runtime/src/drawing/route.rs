//! Rows as close as they can be, and arrows that turn only between them.
//!
//! Everything stands in rows. An arrow goes straight through a row, and to the side in a lane of
//! its own between two rows, so that it never runs through a node or a label.

use petgraph::visit::EdgeRef;

use super::place::{Placed, Rect, LINE, MARGIN};
use super::Drawing;

/// Between two rows, and more for each lane and each edge of a box in between.
const BETWEEN: f64 = 14.0;
const LANE: f64 = 8.0;
const EDGE: f64 = 10.0;

/// A way to the side between rows `gap` and `gap + 1`.
struct Turn {
    gap: usize,
    from: f64,
    to: f64,
    lane: usize,
}

impl Drawing {
    pub(super) fn routed(&self, mut placed: Placed) -> Placed {
        let rows = placed.rows();
        let row = |y: f64| {
            rows.iter()
                .position(|row| row.0 <= y + 0.5 && y <= row.1 + 0.5)
        };
        // Each arrow's places, one a row.
        let ways: Vec<Vec<(usize, f64)>> = placed
            .arrows
            .iter()
            .map(|(points, _)| {
                let mut way: Vec<(usize, f64)> = Vec::new();
                for (x, y) in points {
                    let Some(row) = row(*y) else { continue };
                    if way.last().is_none_or(|(last, _)| *last != row) {
                        way.push((row, *x));
                    }
                }
                way
            })
            .collect();
        let mut turns: Vec<Turn> = Vec::new();
        for way in &ways {
            for step in way.windows(2) {
                let ((a, from), (b, to)) = (step[0], step[1]);
                turns.push(Turn {
                    gap: a.min(b),
                    from,
                    to,
                    lane: 0,
                });
            }
        }
        let lanes = assign(&mut turns, rows.len());
        let heights = Heights::of(&placed, &rows, &lanes);
        let mut turns = turns.iter();
        let mut arrows = Vec::new();
        for ((edge, way), (_, room)) in self.graph.edge_references().zip(&ways).zip(&placed.arrows)
        {
            let ends = [edge.source(), edge.target()].map(|node| placed.nodes[node.index()]);
            let down = way.first() < way.last();
            let port = |rect: &Rect, below: bool| {
                let y = if below { rect.bottom() } else { rect.y };
                (rect.middle().0, heights.to(y))
            };
            let mut points = vec![port(&ends[0], down)];
            for _ in way.windows(2) {
                let Some(turn) = turns.next() else { continue };
                let y = heights.lane(turn.gap, turn.lane, lanes[turn.gap]);
                if (turn.from - turn.to).abs() > 0.5 {
                    points.extend([(turn.from, y), (turn.to, y)]);
                }
            }
            points.push(port(&ends[1], !down));
            arrows.push((points, *room));
        }
        placed.arrows = arrows;
        let shift = |rect: &mut Rect| {
            let (from, until) = (heights.to(rect.y), heights.to(rect.bottom()));
            (rect.y, rect.height) = (from, until - from);
        };
        for (rect, title) in &mut placed.boxes {
            shift(rect);
            *title = heights.to(*title);
        }
        placed.nodes.iter_mut().for_each(shift);
        for (_, room) in &mut placed.arrows {
            room.iter_mut().for_each(shift);
        }
        placed.height = heights.total;
        placed
    }
}

/// Gives ways that overlap lanes of their own; how many there are in each gap.
fn assign(turns: &mut [Turn], gaps: usize) -> Vec<usize> {
    let mut lanes = vec![0; gaps];
    for (gap, count) in lanes.iter_mut().enumerate() {
        let of_gap = |turn: &&mut Turn| turn.gap == gap && (turn.from - turn.to).abs() > 0.5;
        let mut its: Vec<&mut Turn> = turns.iter_mut().filter(of_gap).collect();
        its.sort_by(|a, b| a.from.min(a.to).total_cmp(&b.from.min(b.to)));
        let mut ends: Vec<f64> = Vec::new();
        for turn in its {
            let (from, to) = (turn.from.min(turn.to), turn.from.max(turn.to));
            let free = ends.iter().position(|end| *end + 6.0 < from);
            turn.lane = free.unwrap_or(ends.len());
            match free {
                Some(lane) => ends[lane] = to,
                None => ends.push(to),
            }
        }
        *count = ends.len();
    }
    lanes
}

/// Old heights with where they go.
struct Heights {
    moved: Vec<(f64, f64)>,
    /// Of every gap below a row: from and to.
    gaps: Vec<(f64, f64)>,
    total: f64,
}

impl Heights {
    fn of(placed: &Placed, rows: &[(f64, f64)], lanes: &[usize]) -> Self {
        let edges = placed.boxes.iter();
        let mut edges: Vec<f64> = edges
            .flat_map(|(rect, _)| [rect.y, rect.bottom()])
            .collect();
        edges.sort_by(f64::total_cmp);
        edges.dedup_by(|a, b| (*a - *b).abs() < 1.0);
        let (mut moved, mut gaps) = (Vec::new(), Vec::new());
        let (mut above, mut y) = (f64::NEG_INFINITY, MARGIN - EDGE);
        let last = (f64::INFINITY, 0.0);
        for (position, (from, to)) in rows.iter().chain([&last]).enumerate() {
            let between = edges.iter().copied().filter(|e| *e > above && e < from);
            let between: Vec<f64> = between.collect();
            let start = y;
            let room = match position {
                0 => 0.0,
                _ if from.is_infinite() => 0.0,
                _ => BETWEEN + LANE * lanes[position - 1] as f64,
            };
            let step = EDGE + room / (between.len() as f64 + 1.0);
            for edge in between {
                y += step;
                moved.push((edge, y));
            }
            if from.is_finite() {
                y += step;
                moved.push((*from, y));
                if position > 0 {
                    gaps.push((start, y));
                }
                y += to - from;
                moved.push((*to, y));
                above = *to;
            }
        }
        Self {
            moved,
            gaps,
            total: y + MARGIN,
        }
    }

    fn to(&self, y: f64) -> f64 {
        let next = self.moved.partition_point(|(old, _)| *old < y - 0.5);
        match (
            next.checked_sub(1).map(|at| self.moved[at]),
            self.moved.get(next),
        ) {
            (_, Some((old, new))) if (old - y).abs() <= 0.5 => *new,
            (Some((from, a)), Some((to, b))) => a + (y - from) / (to - from) * (b - a),
            (Some((_, a)), None) => a,
            (None, Some((_, b))) => *b,
            (None, None) => y,
        }
    }

    fn lane(&self, gap: usize, lane: usize, lanes: usize) -> f64 {
        let Some((from, to)) = self.gaps.get(gap) else {
            return self.total;
        };
        from + (to - from) * (lane as f64 + 1.0) / (lanes as f64 + 1.0)
    }
}

impl Placed {
    /// The rows that nodes, titles and labels stand in: from and to.
    fn rows(&self) -> Vec<(f64, f64)> {
        let titles = self.boxes.iter().map(|(_, y)| (*y, y + 2.0 * LINE));
        let labels = self.arrows.iter().filter_map(|(_, room)| *room);
        let rects = self.nodes.iter().copied().chain(labels);
        let rects = rects.map(|rect| (rect.y, rect.bottom()));
        let mut all: Vec<(f64, f64)> = titles.chain(rects).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut rows: Vec<(f64, f64)> = Vec::new();
        for (from, to) in all {
            match rows.last_mut() {
                Some(row) if from < row.1 + 1.0 => row.1 = row.1.max(to),
                _ => rows.push((from, to)),
            }
        }
        rows
    }
}
