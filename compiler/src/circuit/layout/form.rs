//! Index functions of a row: what index variables mean in it, and the addresses that are made of them.

use std::collections::BTreeMap;

use crate::circuit::names::Form;
use crate::meaning::graph::{IndexExpr, IndexId};
pub(crate) use crate::meaning::index::fold;

/// An index variable's meaning in a component's row; `lane` if it differs within the row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Bind {
    pub form: Form,
    pub lane: bool,
}

pub(crate) type Env = BTreeMap<IndexId, Bind>;

/// Subscripts under an environment.
pub(crate) struct Fold<'e>(&'e Env);

impl<'e> Fold<'e> {
    pub fn new(env: &'e Env) -> Self {
        Self(env)
    }

    /// The subscript as a function of the row, constants folded.
    pub fn bind(&self, subscript: &IndexExpr) -> Bind {
        let both = |a: &IndexExpr, b: &IndexExpr, join: fn(Box<Form>, Box<Form>) -> Form| {
            let (a, b) = (self.bind(a), self.bind(b));
            Bind {
                form: fold(join(Box::new(a.form), Box::new(b.form))),
                lane: a.lane || b.lane,
            }
        };
        match subscript {
            IndexExpr::Index(index) => match self.0.get(index) {
                Some(bind) => bind.clone(),
                None => unreachable!("the graph binds every index that it reads"),
            },
            IndexExpr::Constant(value) => Bind {
                form: IndexExpr::Constant(*value),
                lane: false,
            },
            IndexExpr::Add(a, b) => both(a, b, IndexExpr::Add),
            IndexExpr::Sub(a, b) => both(a, b, IndexExpr::Sub),
            IndexExpr::Mul(a, b) => both(a, b, IndexExpr::Mul),
            IndexExpr::Div(a, b) => both(a, b, IndexExpr::Div),
            IndexExpr::Mod(a, b) => both(a, b, IndexExpr::Mod),
            IndexExpr::Pow(a, b) => both(a, b, IndexExpr::Pow),
        }
    }
}

/// The index functions that are a row's own subscripts.
pub(crate) fn positions(rank: usize) -> Vec<Form> {
    (0..rank)
        .map(|i| IndexExpr::Index(IndexId(i as u32)))
        .collect()
}

pub(crate) fn identity(space: &[IndexId]) -> Env {
    space
        .iter()
        .zip(positions(space.len()))
        .map(|(&index, form)| (index, Bind { form, lane: false }))
        .collect()
}

/// The row-major number of a point.
pub(crate) fn flat(at: &[Form], sizes: &[u64]) -> Form {
    let mut address = IndexExpr::Constant(0);
    for (form, &size) in at.iter().zip(sizes) {
        let scaled = IndexExpr::Mul(
            Box::new(address),
            Box::new(IndexExpr::Constant(size as i64)),
        );
        address = fold(IndexExpr::Add(
            Box::new(fold(scaled)),
            Box::new(form.clone()),
        ));
    }
    address
}

/// The subscripts of a vector: 0 at its lanes, the others in order.
pub(crate) fn spread(rank: usize, lanes: &[usize], others: &[Form]) -> Vec<Form> {
    let mut others = others.iter().cloned();
    let zero = IndexExpr::Constant(0);
    (0..rank)
        .map(|i| {
            let other = (!lanes.contains(&i)).then(|| others.next()).flatten();
            other.unwrap_or_else(|| zero.clone())
        })
        .collect()
}
