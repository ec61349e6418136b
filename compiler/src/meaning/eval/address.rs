//! Where the element of a read lies, worked out beforehand.

use crate::meaning::dims::max_sizes;
use crate::meaning::graph::{ExprKind, Graph, IndexExpr, IndexId, Source};
use crate::meaning::space::{domain_size, Layout};

/// A subscript, `base + sum of factor * index` wherever it is that.
pub(super) enum Subscript {
    Affine {
        base: i64,
        terms: Vec<(IndexId, i64)>,
    },
    Other(IndexExpr),
}

/// Where the element of a read lies in its source's storage.
pub(super) enum Address {
    /// All subscripts are affine and the storage is dense.
    Affine {
        base: i64,
        terms: Vec<(IndexId, i64)>,
    },
    Dense {
        at: Vec<(Subscript, i64)>,
    },
    Ragged {
        at: Vec<Subscript>,
        layout: Layout,
    },
}

/// The addresses of a graph's reads, by `ExprId`.
pub(super) fn addresses(graph: &Graph, layouts: &[Layout]) -> Vec<Option<Address>> {
    let address = |kind: &ExprKind| match kind {
        ExprKind::Read { source, at } => Some(Address::new(graph, layouts, *source, at)),
        _ => None,
    };
    graph.exprs.iter().map(|expr| address(&expr.kind)).collect()
}

/// `None` beyond 64 bits.
fn add_terms(terms: &mut Vec<(IndexId, i64)>, more: &[(IndexId, i64)], factor: i64) -> Option<()> {
    for &(index, coefficient) in more {
        let product = coefficient.checked_mul(factor)?;
        match terms.iter_mut().find(|(known, _)| *known == index) {
            Some((_, sum)) => *sum = sum.checked_add(product)?,
            None => terms.push((index, product)),
        }
    }
    Some(())
}

/// `base + terms`, if the subscript is affine, and its coefficients are of 64 bits.
fn affine(subscript: &IndexExpr) -> Option<(i64, Vec<(IndexId, i64)>)> {
    let combine = |a: &IndexExpr, b: &IndexExpr, factor: i64| {
        let (base, mut terms) = affine(a)?;
        let (more, others) = affine(b)?;
        add_terms(&mut terms, &others, factor)?;
        Some((base.checked_add(more.checked_mul(factor)?)?, terms))
    };
    match subscript {
        IndexExpr::Index(index) => Some((0, vec![(*index, 1)])),
        IndexExpr::Constant(value) => Some((*value, Vec::new())),
        IndexExpr::Add(a, b) => combine(a, b, 1),
        IndexExpr::Sub(a, b) => combine(a, b, -1),
        IndexExpr::Mul(a, b) => {
            let ((a, a_terms), (b, b_terms)) = (affine(a)?, affine(b)?);
            let (factor, base, terms) = match (a_terms.is_empty(), b_terms.is_empty()) {
                (true, _) => (a, b, b_terms),
                (_, true) => (b, a, a_terms),
                _ => return None,
            };
            let mut scaled = Vec::new();
            add_terms(&mut scaled, &terms, factor)?;
            Some((base.checked_mul(factor)?, scaled))
        }
        IndexExpr::Div(..) | IndexExpr::Mod(..) => None,
    }
}

/// Whether `base + terms` can be added up in any order, at every point and one beyond: the terms
/// may be large where the subscript is not.
fn adds_up(graph: &Graph, base: i64, terms: &[(IndexId, i64)]) -> bool {
    let most = |index: IndexId| i128::from(graph.space_sizes(&[index])[0]).max(1);
    let reach = terms
        .iter()
        .try_fold(i128::from(base).abs(), |sum, &(index, factor)| {
            sum.checked_add(i128::from(factor).abs().checked_mul(most(index))?)
        });
    reach.is_some_and(|reach| i64::try_from(reach).is_ok())
}

fn mentions(subscript: &IndexExpr, index: IndexId) -> bool {
    match subscript {
        IndexExpr::Index(other) => *other == index,
        IndexExpr::Constant(_) => false,
        IndexExpr::Add(a, b)
        | IndexExpr::Sub(a, b)
        | IndexExpr::Mul(a, b)
        | IndexExpr::Div(a, b)
        | IndexExpr::Mod(a, b) => mentions(a, index) || mentions(b, index),
    }
}

impl Subscript {
    fn new(graph: &Graph, subscript: &IndexExpr) -> Self {
        let affine = affine(subscript).filter(|(base, terms)| adds_up(graph, *base, terms));
        match affine {
            Some((base, terms)) => Subscript::Affine { base, terms },
            None => Subscript::Other(subscript.clone()),
        }
    }

    fn value(&self, env: &[i64]) -> i64 {
        match self {
            Subscript::Affine { base, terms } => linear(*base, terms, env),
            Subscript::Other(subscript) => subscript.value(&|index| env[index.index()]),
        }
    }

    /// Whether each step of the index moves the subscript equally far.
    fn is_affine_in(&self, index: IndexId) -> bool {
        match self {
            Subscript::Affine { .. } => true,
            Subscript::Other(subscript) => !mentions(subscript, index),
        }
    }

    fn is_free_of(&self, index: IndexId) -> bool {
        match self {
            Subscript::Affine { terms, .. } => terms
                .iter()
                .all(|&(other, factor)| other != index || factor == 0),
            Subscript::Other(subscript) => !mentions(subscript, index),
        }
    }
}

fn linear(base: i64, terms: &[(IndexId, i64)], env: &[i64]) -> i64 {
    terms.iter().fold(base, |sum, &(index, factor)| {
        sum + factor * env[index.index()]
    })
}

impl Address {
    fn new(graph: &Graph, layouts: &[Layout], source: Source, at: &[IndexExpr]) -> Self {
        let at: Vec<Subscript> = at.iter().map(|at| Subscript::new(graph, at)).collect();
        let sizes =
            |sizes: &mut dyn Iterator<Item = u64>| sizes.map(|s| s as usize).collect::<Vec<_>>();
        let sizes = match source {
            Source::Input(id) => sizes(&mut graph.input(id).shape.iter().copied()),
            Source::State(id) => {
                sizes(&mut std::iter::once(0).chain(graph.state(id).element.iter().copied()))
            }
            Source::Static(id) => {
                let dims = &graph.fixed(id).dims;
                let layout = Layout::of(dims);
                if layout.step().is_some() {
                    return Address::Ragged { at, layout };
                }
                sizes(&mut max_sizes(dims).into_iter())
            }
            Source::Value(id) => {
                let layout = &layouts[id.index()];
                if layout.step().is_some() {
                    return Address::Ragged {
                        at,
                        layout: layout.clone(),
                    };
                }
                let space = graph.value(id).space.iter();
                space
                    .map(|&index| domain_size(graph, index, |_| 0) as usize)
                    .collect()
            }
        };
        let strides = crate::meaning::tensor::Tensor::strides(&sizes);
        match Address::affine(graph, &at, &strides) {
            Some((base, terms)) => Address::Affine { base, terms },
            None => {
                let strides = strides.iter().map(|&stride| stride as i64);
                Address::Dense {
                    at: at.into_iter().zip(strides).collect(),
                }
            }
        }
    }

    /// The address as one form, if it can be added up in any order.
    fn affine(
        graph: &Graph,
        at: &[Subscript],
        strides: &[usize],
    ) -> Option<(i64, Vec<(IndexId, i64)>)> {
        let (mut base, mut terms) = (0i64, Vec::new());
        for (subscript, &stride) in at.iter().zip(strides) {
            let Subscript::Affine {
                base: more,
                terms: others,
            } = subscript
            else {
                return None;
            };
            let stride = i64::try_from(stride).ok()?;
            base = base.checked_add(more.checked_mul(stride)?)?;
            add_terms(&mut terms, others, stride)?;
        }
        adds_up(graph, base, &terms).then_some((base, terms))
    }

    pub(super) fn offset(&self, env: &[i64]) -> usize {
        match self {
            Address::Affine { base, terms } => linear(*base, terms, env) as usize,
            Address::Dense { at } => at
                .iter()
                .map(|(subscript, stride)| subscript.value(env) * stride)
                .sum::<i64>() as usize,
            Address::Ragged { at, layout } => layout.offset(|k| at[k].value(env)),
        }
    }

    /// The offset where `index` is 0, and how far each step of it moves; `None` if not equally
    /// far.
    pub(super) fn line(&self, index: IndexId, env: &mut [i64]) -> Option<(usize, isize)> {
        let even = match self {
            Address::Affine { .. } => true,
            Address::Dense { at } => at
                .iter()
                .all(|(subscript, _)| subscript.is_affine_in(index)),
            Address::Ragged { at, layout } => {
                let step = layout.step().is_none_or(|step| at[step].is_free_of(index));
                step && at.iter().all(|subscript| subscript.is_affine_in(index))
            }
        };
        if !even {
            return None;
        }
        env[index.index()] = 0;
        let start = self.offset(env);
        env[index.index()] = 1;
        let next = self.offset(env);
        Some((start, next as isize - start as isize))
    }
}
