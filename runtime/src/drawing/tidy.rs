//! Draws a placement together from side to side: the heights and the order stay, the width and
//! the length of the arrows become the least that leaves everything its room.

use std::collections::BTreeMap;

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};
use petgraph::visit::EdgeRef;

use super::place::{Placed, Rect};
use super::{Boundary, Drawing};

/// Room at the sides of a box, between what stands side by side, and beside an arrow.
const INSET: f64 = 12.0;
const GAP: f64 = 18.0;
const LANE: f64 = 9.0;

/// Something with a width, whose middle moves.
struct Item {
    middle: f64,
    half: f64,
    top: f64,
    bottom: f64,
    /// The boxes that it stays in, innermost first; none for a bend of an arrow.
    within: Vec<usize>,
    bend: bool,
    var: Variable,
}

struct Tidy<'a> {
    drawing: &'a Drawing,
    placed: &'a Placed,
    problem: Problem,
    items: Vec<Item>,
    sides: Vec<(Variable, Variable)>,
    titles: Vec<f64>,
}

impl Drawing {
    /// The placement, drawn together; as it is if that cannot be done.
    pub(super) fn tidy(&self, placed: Placed, titles: Vec<f64>) -> Placed {
        let mut problem = Problem::new(OptimizationDirection::Minimize);
        let side =
            |problem: &mut Problem, weight: f64| problem.add_var(weight, (0.0, f64::INFINITY));
        let sides: Vec<(Variable, Variable)> = placed
            .boxes
            .iter()
            .map(|_| (side(&mut problem, -0.9), side(&mut problem, 1.0)))
            .collect();
        let mut tidy = Tidy {
            drawing: self,
            placed: &placed,
            problem,
            items: Vec::new(),
            sides,
            titles,
        };
        tidy.solve().unwrap_or(placed)
    }

    /// A box and those around it, from within.
    fn around(&self, position: usize) -> Vec<usize> {
        let outer = |at: &usize| self.boxes[*at].within;
        std::iter::successors(Some(position), outer).collect()
    }
}

fn meet(a: (f64, f64), b: (f64, f64)) -> bool {
    a.0 < b.1 + 3.0 && b.0 < a.1 + 3.0
}

impl Tidy<'_> {
    fn item(&mut self, middle: f64, half: f64, y: (f64, f64), within: Vec<usize>, bend: bool) {
        let var = self.problem.add_var(0.0, (0.0, f64::INFINITY));
        self.items.push(Item {
            middle,
            half,
            top: y.0,
            bottom: y.1,
            within,
            bend,
            var,
        });
    }

    /// `a + apart <= b`.
    fn apart(&mut self, a: Variable, b: Variable, apart: f64) {
        let terms = [(b, 1.0), (a, -1.0)];
        self.problem.add_constraint(terms, ComparisonOp::Ge, apart);
    }

    /// Pays `weight` for every pixel between `a` and `b`.
    fn near(&mut self, a: Variable, b: Variable, weight: f64) {
        let distance = self.problem.add_var(weight, (0.0, f64::INFINITY));
        for (x, y) in [(a, b), (b, a)] {
            let terms = [(distance, 1.0), (x, -1.0), (y, 1.0)];
            self.problem.add_constraint(terms, ComparisonOp::Ge, 0.0);
        }
    }

    fn solve(&mut self) -> Option<Placed> {
        let (drawing, placed) = (self.drawing, self.placed);
        for (node, rect) in drawing.graph.node_weights().zip(&placed.nodes) {
            let y = (rect.y, rect.y + rect.height);
            let middle = rect.x + rect.width / 2.0;
            self.item(
                middle,
                rect.width / 2.0,
                y,
                drawing.around(node.within),
                false,
            );
        }
        // By arrow: its items in order, and which is its label.
        let mut routes: Vec<(Vec<usize>, Option<usize>)> = Vec::new();
        for (points, room) in &placed.arrows {
            let mut route = Vec::new();
            let mut label = None;
            let inner = points.get(1..points.len().saturating_sub(1)).unwrap_or(&[]);
            for (x, y) in inner {
                let at = room.filter(|r| (r.y..r.y + r.height).contains(y));
                let position = self.items.len();
                match at {
                    Some(rect) if label.is_none() => {
                        let middle = rect.x + rect.width / 2.0;
                        let y = (rect.y, rect.y + rect.height);
                        self.item(middle, rect.width / 2.0, y, self.holding(middle, y), false);
                        label = Some(position);
                    }
                    // Bends at the label's sides would only kink it.
                    Some(_) => continue,
                    None => self.item(*x, 0.0, (*y, *y), Vec::new(), true),
                }
                route.push(position);
            }
            routes.push((route, label));
        }
        self.keep_boxes();
        self.keep_items();
        for (edge, (route, _)) in drawing.graph.edge_references().zip(&routes) {
            let weight = match edge.weight().boundary {
                Boundary::Inside => 2.0,
                _ => 1.0,
            };
            let ends = (edge.source().index(), edge.target().index());
            let inner = route.iter().copied();
            let path: Vec<usize> = std::iter::once(ends.0)
                .chain(inner)
                .chain([ends.1])
                .collect();
            for step in path.windows(2) {
                let (a, b) = (self.items[step[0]].var, self.items[step[1]].var);
                self.near(a, b, weight);
            }
        }
        let solution = self.problem.solve().ok()?.into_solution().ok()?;
        let solution = |var: Variable| solution.var_value(var);
        let rect = |item: &Item| Rect {
            x: solution(item.var) - item.half,
            y: item.top,
            width: 2.0 * item.half,
            height: item.bottom - item.top,
        };
        let nodes: Vec<Rect> = self.items[..placed.nodes.len()].iter().map(rect).collect();
        let boxes: Vec<(Rect, f64)> = placed
            .boxes
            .iter()
            .zip(&self.sides)
            .map(|((old, title), (left, right))| {
                let (x, right) = (solution(*left), solution(*right));
                let width = right - x;
                (Rect { x, width, ..*old }, *title)
            })
            .collect();
        let arrows = drawing.graph.edge_references().zip(&routes);
        let arrows = arrows.map(|(edge, (route, label))| {
            let middle = |at: &usize| {
                let item = &self.items[*at];
                (solution(item.var), (item.top + item.bottom) / 2.0)
            };
            let inner: Vec<(f64, f64)> = route.iter().map(middle).collect();
            let (a, b) = (&nodes[edge.source().index()], &nodes[edge.target().index()]);
            let ends = (a.middle(), b.middle());
            let points = std::iter::once(ends.0).chain(inner).chain([ends.1]);
            (points.collect(), label.map(|at| rect(&self.items[at])))
        });
        let width = boxes.iter().map(|(r, _)| r.x + r.width).fold(0.0, f64::max);
        Some(Placed {
            width: width + INSET,
            height: placed.height,
            arrows: arrows.collect(),
            nodes,
            boxes,
        })
    }

    /// The boxes that a place is in, innermost first.
    fn holding(&self, x: f64, y: (f64, f64)) -> Vec<usize> {
        let boxes = self.placed.boxes.iter().enumerate();
        let holds = |rect: &Rect| {
            (rect.x..rect.x + rect.width).contains(&x)
                && rect.y <= y.0
                && y.1 <= rect.y + rect.height
        };
        let mut found: Vec<usize> = boxes
            .filter(|(_, (rect, _))| holds(rect))
            .map(|(position, _)| position)
            .collect();
        found.sort_by_key(|position| std::cmp::Reverse(self.drawing.around(*position).len()));
        found
    }

    /// A box is as wide as its title; boxes lie within others and side by side.
    fn keep_boxes(&mut self) {
        for position in 0..self.sides.len() {
            let (left, right) = self.sides[position];
            self.apart(left, right, self.titles[position] + 2.0 * INSET);
            match self.drawing.boxes[position].within {
                Some(outer) => {
                    let (from, to) = self.sides[outer];
                    self.apart(from, left, INSET);
                    self.apart(right, to, INSET);
                }
                None => {
                    let terms = [(left, 1.0)];
                    self.problem.add_constraint(terms, ComparisonOp::Ge, INSET);
                }
            }
            for other in 0..self.sides.len() {
                let (a, b) = (&self.placed.boxes[position].0, &self.placed.boxes[other].0);
                let siblings =
                    self.drawing.boxes[position].within == self.drawing.boxes[other].within;
                let level = meet((a.y, a.y + a.height), (b.y, b.y + b.height));
                if siblings && level && a.x + a.width <= b.x {
                    self.apart(right, self.sides[other].0, GAP);
                }
            }
        }
    }

    fn keep_items(&mut self) {
        let mut found: BTreeMap<(usize, usize), (Variable, Variable, f64)> = BTreeMap::new();
        let mut order: Vec<usize> = (0..self.items.len()).collect();
        order.sort_by(|a, b| self.items[*a].middle.total_cmp(&self.items[*b].middle));
        for (place, &a) in order.iter().enumerate() {
            for &b in &order[place + 1..] {
                let (x, y) = (&self.items[a], &self.items[b]);
                if !meet((x.top, x.bottom), (y.top, y.bottom)) || y.middle - x.middle < 0.01 {
                    continue;
                }
                let gap = match (x.bend, y.bend) {
                    (false, false) => GAP,
                    _ => LANE,
                };
                found.insert((a, b), (x.var, y.var, x.half + y.half + gap));
            }
        }
        for (a, b, apart) in found.into_values() {
            self.apart(a, b, apart);
        }
        for at in 0..self.items.len() {
            let item = &self.items[at];
            let (var, half, middle, bend) = (item.var, item.half, item.middle, item.bend);
            let (y, within) = ((item.top, item.bottom), item.within.clone());
            for position in 0..self.sides.len() {
                let (rect, title) = self.placed.boxes[position];
                let (left, right) = self.sides[position];
                let level = meet(y, (rect.y, rect.y + rect.height));
                if within.first() == Some(&position) {
                    self.apart(left, var, half + INSET);
                    self.apart(var, right, half + INSET);
                    // Beside a title, not on it.
                    if meet(y, (title, title + 2.0 * super::place::LINE)) {
                        self.apart(left, var, half + self.titles[position] + INSET + GAP);
                    }
                } else if bend && meet(y, (title, title + 2.0 * super::place::LINE)) {
                    // No arrow through a title.
                    if middle > rect.x + rect.width {
                        self.apart(right, var, LANE);
                    } else if middle > rect.x {
                        self.apart(left, var, self.titles[position] + INSET + LANE);
                    } else {
                        self.apart(var, left, LANE);
                    }
                } else if !bend && level && !within.contains(&position) {
                    if middle > rect.x + rect.width {
                        self.apart(right, var, half + GAP);
                    } else if middle < rect.x {
                        self.apart(var, left, half + GAP);
                    }
                }
            }
        }
    }
}
