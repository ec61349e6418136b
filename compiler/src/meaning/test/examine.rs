//! What came of what a test expects: where it is not so, and the tensors on both sides.

use super::expect::{Compared, Expected};
use crate::diagnostic::{Diagnostic, Span};
use crate::meaning::dims::for_each_point as each_of_dims;
use crate::meaning::eval::Evaluation;
use crate::meaning::graph::{StaticId, ValueId};
use crate::meaning::space::for_each_point;
use crate::meaning::tensor::Tensor;
use crate::syntax::ast::{Expr, ExprKind, Relation};

/// Places of which more is kept than how many there are.
const MOST_PLACES: usize = 64;
/// Places that a message names.
const NAMED: usize = 3;
/// The most elements of tensors that are kept side by side.
const MOST_ELEMENTS: usize = 4096;

/// A place at which something is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// `y[1, 2]`, or `y[i] + 1 at i = 3`.
    pub place: String,
    pub got: i128,
    /// None: a condition that is no comparison, which does not hold.
    pub expected: Option<i128>,
}

/// What is expected and is not so.
#[derive(Clone, Debug)]
pub struct Unmet {
    pub span: Span,
    pub relation: Relation,
    /// How many places were looked at, and at how many it is not so: at least one.
    pub places: usize,
    pub wrong: usize,
    /// The first of these.
    pub mismatches: Vec<Mismatch>,
    /// The left side and the right one, where whole tensors are compared that are not too large.
    pub tensors: Option<(Tensor, Tensor)>,
}

impl Expected {
    /// What is not so in a run; nothing if all is.
    pub fn examine(&self, run: &Evaluation<'_>) -> Option<Unmet> {
        let (left, relation) = match &self.claim {
            Compared::Holds(holds) => (self.side(run, holds), Relation::Equal),
            Compared::Sides { left, relation, .. } => (self.side(run, left), *relation),
            Compared::Listed { left, .. } => (self.side(run, left), Relation::Equal),
        };
        let right: Vec<i128> = match &self.claim {
            Compared::Holds(_) => vec![1; left.len()],
            Compared::Sides { right, .. } => {
                let right = self.side(run, right).into_iter();
                right.map(|(_, element)| element).collect()
            }
            Compared::Listed { right, .. } => {
                // The elements of a list are those of the last indices, once more for the others.
                let right = right.iter().map(|&element| i128::from(element));
                right.cycle().take(left.len()).collect()
            }
        };
        debug_assert_eq!(
            left.len(),
            right.len(),
            "both sides are over the same points"
        );
        let is_comparison = !matches!(self.claim, Compared::Holds(_));
        let (mut mismatches, mut wrong) = (Vec::new(), 0);
        for ((at, got), &expected) in left.iter().zip(&right) {
            if holds(*got, relation, expected) {
                continue;
            }
            wrong += 1;
            if mismatches.len() < MOST_PLACES {
                mismatches.push(Mismatch {
                    place: self.place(at),
                    got: *got,
                    expected: is_comparison.then_some(expected),
                });
            }
        }
        (wrong > 0).then(|| Unmet {
            span: self.span,
            relation,
            places: left.len(),
            wrong,
            mismatches,
            tensors: self.tensors(&left, &right),
        })
    }

    /// The elements of a side with the indices at which they are, in lexicographic order.
    fn side(&self, run: &Evaluation<'_>, name: &str) -> Vec<(Vec<i64>, i128)> {
        let graph = run.graph();
        let mut found = Vec::new();
        if let Some(number) = graph.values.iter().position(|value| value.name == name) {
            let value = &graph.values[number];
            let elements = run.value(ValueId(number as u32)).exact();
            let rows = run.rows(&value.space, value.filter);
            let mut elements = elements.into_iter();
            for_each_point(graph, &value.space, |at| {
                let Some(element) = elements.next().filter(|_| rows.has(at)) else {
                    return;
                };
                let indices = value.space.iter().zip(at);
                let at = indices.map(|(&index, at)| graph.index(index).first + at);
                found.push((at.collect(), element));
            });
        } else if let Some(number) = graph.statics.iter().position(|it| it.name == name) {
            let elements = run.statics().elements(StaticId(number as u32));
            each_of_dims(&graph.statics[number].dims, &mut |row, at| {
                let indices = self.indices.iter().zip(at);
                let at = indices.map(|((_, first), at)| first + at);
                found.push((at.collect(), elements[row].into()));
            });
        } else {
            unreachable!("a side of an expectation is a value of the program");
        }
        found
    }

    /// The place with these indices, as one would write it.
    fn place(&self, at: &[i64]) -> String {
        let value = |name: &str| {
            let found = self.indices.iter().position(|(index, _)| index == name);
            found.map(|k| (k, at[k]))
        };
        let mut named = vec![false; at.len()];
        let left = match &self.shown.kind {
            ExprKind::Element {
                name,
                at: subscripts,
            } => {
                let mut subscript = |expr: &Expr| match &expr.kind {
                    ExprKind::Name(index) => match value(&index.text) {
                        Some((k, value)) => {
                            named[k] = true;
                            value.to_string()
                        }
                        None => expr.to_string(),
                    },
                    _ => expr.to_string(),
                };
                let each: Vec<String> = subscripts.iter().map(&mut subscript).collect();
                format!("{name}[{}]", each.join(", "))
            }
            _ => self.shown.to_string(),
        };
        let rest = self.indices.iter().zip(at).zip(named);
        let rest = rest.filter(|(_, named)| !named);
        let rest: Vec<String> = rest
            .map(|(((name, _), at), _)| format!("{name} = {at}"))
            .collect();
        match rest.is_empty() {
            true => left,
            false => format!("{left} at {}", rest.join(", ")),
        }
    }

    /// Both sides, if they are tensors and all of them.
    fn tensors(&self, left: &[(Vec<i64>, i128)], right: &[i128]) -> Option<(Tensor, Tensor)> {
        if self.whole == 0 || self.whole < self.indices.len() || left.len() > MOST_ELEMENTS {
            return None;
        }
        let (last, _) = left.last()?;
        let sizes = self
            .indices
            .iter()
            .zip(last)
            .map(|((_, first), last)| last - first + 1);
        let shape: Vec<usize> = sizes.map(|size| size as usize).collect();
        let narrow = |elements: Vec<i128>| -> Option<Tensor> {
            let data: Result<Vec<i64>, _> = elements.into_iter().map(i64::try_from).collect();
            Some(Tensor {
                shape: shape.clone(),
                data: data.ok()?,
            })
        };
        let left = left.iter().map(|(_, element)| *element).collect();
        Some((narrow(left)?, narrow(right.to_vec())?))
    }
}

fn holds(left: i128, relation: Relation, right: i128) -> bool {
    match relation {
        Relation::AtLeast => left >= right,
        Relation::AtMost => left <= right,
        Relation::More => left > right,
        Relation::Less => left < right,
        Relation::Equal => left == right,
        Relation::Different => left != right,
    }
}

impl Mismatch {
    fn shown(&self, relation: Relation) -> String {
        let Self { place, got, .. } = self;
        match (self.expected, relation) {
            (None, _) => format!("`{place}` does not hold"),
            (Some(expected), Relation::Equal) => format!("`{place}` is {got}, not {expected}"),
            (Some(expected), _) => {
                format!("`{place}` is {got}, which is not {relation} {expected}")
            }
        }
    }
}

impl From<&Unmet> for Diagnostic {
    fn from(unmet: &Unmet) -> Self {
        let named = unmet.mismatches.iter().take(NAMED);
        let named: Vec<String> = named.map(|it| it.shown(unmet.relation)).collect();
        let (wrong, places) = (unmet.wrong, unmet.places);
        let more = match wrong - named.len() {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        let what = match places {
            1 => "this is not so".to_string(),
            _ => format!("this is not so at {wrong} of {places} places"),
        };
        Diagnostic::new("E121", what).at(unmet.span, named.join("; ") + &more)
    }
}
