//! Which points of a space there are: all that its dimensions have, or those at which a condition
//! holds (spec 3.3). Evaluator, checker and layout ask here, and a component's rows are these.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};

use crate::meaning::dims::{dim_size, eval_form, for_each_point, max_sizes, product, Dim};
use crate::meaning::graph::{
    ExprId, Graph, IndexExpr, IndexId, Interval, Known, StaticExpr, StaticId,
};
use crate::meaning::space::Layout;
use crate::meaning::statics::{closed, layouts, Forms, Statics, CHECKED_WORK};
use crate::meaning::walk::for_each_value;

/// A condition is asked at so many points at most.
pub const MOST_POINTS: u64 = 1 << 22;

/// The points of a space that there are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rows {
    pub dims: Vec<Dim>,
    /// `None`: all of them.
    pub filter: Option<Arc<Points>>,
}

/// A set of points, by the positions that it depends on.
#[derive(Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Points {
    /// The positions, in order; with a position that grows stands the one that it grows with.
    over: Vec<usize>,
    /// Their largest sizes.
    sizes: Vec<u64>,
    /// Row-major over the sizes, 64 a word.
    bits: Vec<u64>,
}

impl Points {
    fn number(&self, at: &[i64]) -> usize {
        let each = self.over.iter().zip(&self.sizes);
        each.fold(0, |number, (&position, &size)| {
            number * size as usize + at[position] as usize
        })
    }

    fn has(&self, at: &[i64]) -> bool {
        let number = self.number(at);
        self.bits[number / 64] >> (number % 64) & 1 == 1
    }
}

/// The dimensions, and the set if there is one: what a key binds.
impl Serialize for Rows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.filter {
            None => self.dims.serialize(serializer),
            Some(points) => (&self.dims, &**points).serialize(serializer),
        }
    }
}

impl From<Vec<Dim>> for Rows {
    fn from(dims: Vec<Dim>) -> Self {
        Self { dims, filter: None }
    }
}

impl Rows {
    /// Whether there is a row for a point of the dimensions.
    pub fn has(&self, at: &[i64]) -> bool {
        self.filter.as_ref().is_none_or(|points| points.has(at))
    }

    /// The points in lexicographic order; `visit` gets the number of each.
    pub fn for_each(&self, visit: &mut impl FnMut(usize, &[i64])) {
        let Some(points) = &self.filter else {
            for_each_point(&self.dims, visit);
            return;
        };
        // The condition is asked as soon as all that it depends on is known.
        let known = points.over.last().map_or(0, |last| last + 1);
        self.walk(points, known, &mut Vec::new(), &mut 0, visit);
    }

    /// An index function's value at each point, in order.
    pub fn for_each_value(&self, form: &IndexExpr, visit: &mut impl FnMut(i64)) {
        match &self.filter {
            None => for_each_value(&self.dims, form, visit),
            Some(_) => self.for_each(&mut |_, at| visit(eval_form(form, at))),
        }
    }

    fn walk(
        &self,
        points: &Points,
        known: usize,
        at: &mut Vec<i64>,
        row: &mut usize,
        visit: &mut impl FnMut(usize, &[i64]),
    ) {
        if at.len() == known && !points.has(at) {
            return;
        }
        let Some(dim) = self.dims.get(at.len()) else {
            visit(*row, at);
            *row += 1;
            return;
        };
        for i in 0..dim_size(*dim, at) {
            at.push(i);
            self.walk(points, known, at, row, visit);
            at.pop();
        }
    }

    /// How many points there are; the largest number stands for more.
    pub fn count(&self) -> u64 {
        let Some(points) = &self.filter else {
            return crate::meaning::dims::count_points(&self.dims);
        };
        let free: Vec<usize> = (0..self.dims.len())
            .filter(|position| !points.over.contains(position))
            .collect();
        let mut count = 0u64;
        points.each(&self.dims, &mut |at| {
            if points.has(at) {
                let sizes = free.iter().map(|&p| dim_size(self.dims[p], at) as u64);
                count = count.saturating_add(product(sizes));
            }
        });
        count
    }
}

impl Rows {
    /// The least and the largest value of a known expression at the points; `None` if there are none.
    pub fn hull(&self, expr: &StaticExpr, known: &Known) -> Option<Interval> {
        let of = Statics::new(known);
        let (mut hull, mut whole) = (None::<Interval>, true);
        self.for_each(&mut |_, at| match of.value(expr, &mut at.to_vec()) {
            Some(value) => {
                let point = Interval::point(value.into());
                hull = Some(hull.map_or(point, |hull| hull.hull(point)));
            }
            None => whole = false,
        });
        hull.filter(|_| whole)
    }
}

impl Points {
    /// Every point of the positions, 0 at the others.
    fn each(&self, dims: &[Dim], visit: &mut impl FnMut(&[i64])) {
        let place = |position| self.over.iter().position(|&p| p == position);
        let own = self.over.iter().map(|&p| match dims[p] {
            Dim::Growing { base, position } => match place(position) {
                Some(position) => Dim::Growing { base, position },
                None => unreachable!("what a position grows with stands beside it"),
            },
            dim => dim,
        });
        let own: Vec<Dim> = own.collect();
        let mut whole = vec![0; dims.len()];
        for_each_point(&own, &mut |_, at| {
            for (&position, &i) in self.over.iter().zip(at) {
                whole[position] = i;
            }
            visit(&whole);
        });
    }
}

/// The positions that an expression depends on, of so many.
fn mentioned(expr: &StaticExpr, rank: usize, found: &mut BTreeSet<usize>) {
    let mut note = |form: &IndexExpr| {
        form.indices(&mut |position| {
            if position.index() < rank {
                found.insert(position.index());
            }
        });
    };
    match expr {
        StaticExpr::Form(form) => note(form),
        StaticExpr::Read { at, .. } => at.iter().for_each(note),
        StaticExpr::Reduce { extent, .. } => extent.more.iter().for_each(note),
        _ => {}
    }
    for child in expr.children() {
        mentioned(child, rank, found);
    }
}

/// What conditions are evaluated with: all that is known before any input.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    known: Known,
    layouts: Vec<Layout>,
    /// The points that were asked for: a program asks for the same ones again and again.
    found: Arc<Mutex<FxHashMap<Asked, Found>>>,
    /// And what was counted at points, of no more than [`MOST_COUNTED`] values.
    counted: Arc<Mutex<FxHashMap<Counted, Arc<[u32]>>>>,
}

/// Which values, and where.
type Counted = (Rows, IndexExpr);

/// Values of which a count is kept.
const MOST_COUNTED: usize = 1 << 20;

/// Of which dimensions, and under which conditions.
type Asked = (Vec<Dim>, Vec<StaticExpr>);

/// The points, or none if they are everywhere; `None` if they would be too many to ask.
type Found = Option<Option<Arc<Points>>>;

impl Conditions {
    /// Those of a graph, if it has any.
    pub fn of(graph: &Graph) -> Self {
        match graph.is_filtered() {
            true => Self::new(graph),
            false => Self::default(),
        }
    }

    pub fn new(graph: &Graph) -> Self {
        let mut known = Known::of_tables(graph);
        // A table's entries from an input may be there by now: no row depends on them.
        for ((_, entries), table) in known.tables.iter_mut().zip(&graph.tables) {
            if table.from_input {
                *entries = Arc::default();
            }
        }
        let mut left = CHECKED_WORK;
        for (number, fixed) in graph.statics.iter().enumerate() {
            let here = fixed.expr.as_ref().is_some_and(|expr| known.has(expr));
            let given = graph.known.as_ref().filter(|_| here);
            let given = given.and_then(|given| given.elements[number].clone());
            if given.is_some() {
                known.keep(fixed, given);
                continue;
            }
            // What cannot be evaluated is told where it is defined.
            let id = StaticId(number as u32);
            if known.take(&graph.statics, id, &mut left).is_err() {
                break;
            }
        }
        Self {
            layouts: layouts(&known),
            known,
            found: Arc::default(),
            counted: Arc::default(),
        }
    }

    fn statics(&self) -> Statics<'_> {
        Statics::with(&self.known, &self.layouts)
    }

    /// A condition by itself, where `forms` says what its free indices stand for; `None` if it
    /// depends on an input.
    pub fn closed(
        &self,
        graph: &Graph,
        condition: ExprId,
        forms: &Forms,
        rank: usize,
    ) -> Option<StaticExpr> {
        closed(graph, condition, forms, rank).filter(|expr| self.known.has(expr))
    }

    /// Whether a condition holds at a point.
    pub fn holds(&self, condition: &StaticExpr, at: &mut Vec<i64>) -> bool {
        match self.statics().value(condition, at) {
            Some(value) => value != 0,
            None => unreachable!("a condition leaves 64 bits: {condition:?} at {at:?}"),
        }
    }

    /// The points of a space at which all the conditions hold; `None` if they would have to be
    /// asked at too many, or depend on an input.
    pub fn rows(
        &self,
        graph: &Graph,
        space: &[IndexId],
        conditions: impl IntoIterator<Item = ExprId>,
    ) -> Option<Rows> {
        let forms = (0..).zip(space);
        let forms = forms.map(|(k, &index)| (index, IndexExpr::Index(IndexId(k))));
        let forms: Forms = forms.collect();
        let conditions = conditions.into_iter();
        let conditions = conditions.map(|it| self.closed(graph, it, &forms, space.len()));
        let conditions: Vec<StaticExpr> = conditions.collect::<Option<_>>()?;
        let dims = graph.dims(space);
        let filter = match conditions.is_empty() {
            true => None,
            false => self.found(&dims, conditions)?,
        };
        Some(Rows { dims, filter })
    }

    /// How often an index function has each value of 0..`size` at the points of `rows`; it has no other.
    pub fn counts(&self, rows: &Rows, form: &IndexExpr, size: usize) -> Arc<[u32]> {
        let asked = (rows.clone(), form.clone());
        let known = || self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known().get(&asked).cloned();
        if let Some(counts) = before.filter(|counts| counts.len() == size) {
            return counts;
        }
        let mut counts = vec![0; size];
        rows.for_each_value(form, &mut |value| counts[value as usize] += 1);
        let counts: Arc<[u32]> = counts.into();
        if size <= MOST_COUNTED {
            known().insert(asked, counts.clone());
        }
        counts
    }

    #[allow(clippy::option_option)]
    fn found(&self, dims: &[Dim], conditions: Vec<StaticExpr>) -> Found {
        let asked = (dims.to_vec(), conditions);
        let known = || self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(&asked) {
            return found.clone();
        }
        let found = self.points(&asked.0, &asked.1);
        known().insert(asked, found.clone());
        found
    }

    /// The points at which all the conditions hold; none in it if that is everywhere.
    #[allow(clippy::option_option)]
    fn points(&self, dims: &[Dim], conditions: &[StaticExpr]) -> Found {
        let mut over = BTreeSet::new();
        for condition in conditions {
            mentioned(condition, dims.len(), &mut over);
        }
        // A count goes over what depends on a step by steps.
        over.extend(dims.iter().filter_map(|dim| match dim {
            Dim::Growing { position, .. } => Some(*position),
            Dim::Static(_) => None,
        }));
        let over: Vec<usize> = over.into_iter().collect();
        let largest = max_sizes(dims);
        let sizes: Vec<u64> = over.iter().map(|&position| largest[position]).collect();
        let most = product(sizes.iter().copied());
        if most > MOST_POINTS {
            return None;
        }
        let mut points = Points {
            over,
            sizes,
            bits: Vec::new(),
        };
        let mut bits = vec![0u64; (most as usize).div_ceil(64)];
        let statics = self.statics();
        let (mut here, mut everywhere) = (Vec::new(), true);
        points.each(dims, &mut |at| {
            let all = conditions.iter().all(|condition| {
                here.clear();
                here.extend_from_slice(at);
                match statics.value(condition, &mut here) {
                    Some(value) => value != 0,
                    None => unreachable!("a condition leaves 64 bits: {condition:?} at {at:?}"),
                }
            });
            everywhere &= all;
            let number = points.number(at);
            bits[number / 64] |= u64::from(all) << (number % 64);
        });
        points.bits = bits;
        Some((!everywhere).then(|| Arc::new(points)))
    }
}
