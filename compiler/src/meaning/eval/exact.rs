//! What is written but does not fit, in integers of 128 bits: the reference meaning of what is proved
//! by its limbs (spec 3.5). What does not leave 64 bits is evaluated as everywhere else.

use super::expr::Fault;
use super::Evaluation;
use crate::meaning::graph::{ExprId, ExprKind, Interval, Place, Reduction, Source, ValueId};
use crate::meaning::index::WORD;
use crate::meaning::rounding::divide;
use crate::meaning::space::domain_size;

/// Whether elements of this interval are kept in 64 bits.
pub(super) fn is_word(interval: Interval) -> bool {
    WORD.meet(interval) == Some(interval)
}

impl Evaluation<'_> {
    /// The expression at `env`. The indices of reductions in it are overwritten.
    pub(super) fn exact(&self, id: ExprId, env: &mut [i64]) -> Result<i128, Fault> {
        let overflow = Fault::Overflow(id);
        match &self.graph.expr(id).kind {
            ExprKind::Constant(value) => Ok(*value),
            ExprKind::Neg(a) => self.exact(*a, env)?.checked_neg().ok_or(overflow),
            ExprKind::Abs(a) => self.exact(*a, env)?.checked_abs().ok_or(overflow),
            ExprKind::Zero(a) => Ok(i128::from(self.exact(*a, env)? == 0)),
            ExprKind::Add(a, b) => {
                let (a, b) = (self.exact(*a, env)?, self.exact(*b, env)?);
                a.checked_add(b).ok_or(overflow)
            }
            ExprKind::Sub(a, b) => {
                let (a, b) = (self.exact(*a, env)?, self.exact(*b, env)?);
                a.checked_sub(b).ok_or(overflow)
            }
            ExprKind::Mul(a, b) => {
                let (a, b) = (self.exact(*a, env)?, self.exact(*b, env)?);
                a.checked_mul(b).ok_or(overflow)
            }
            ExprKind::Max(a, b) => Ok(self.exact(*a, env)?.max(self.exact(*b, env)?)),
            ExprKind::Min(a, b) => Ok(self.exact(*a, env)?.min(self.exact(*b, env)?)),
            ExprKind::Clip { arg, lo, hi } => Ok(self.exact(*arg, env)?.min(*hi).max(*lo)),
            ExprKind::Divide { policy, num, den } => {
                let (num, den) = (self.exact(*num, env)?, self.exact(*den, env)?);
                match den {
                    1.. => Ok(divide(*policy, num, den)),
                    _ => Err(Fault::Divisor(id, den)),
                }
            }
            ExprKind::Reduce {
                op,
                index,
                body,
                filter,
            } => {
                let size = domain_size(self.graph, *index, |step| env[step.index()]);
                let mut total: Option<i128> = None;
                self.each_term((*index, size), *filter, env, &mut |env| {
                    let term = self.exact(*body, env)?;
                    total = match (total, op) {
                        (None, _) => Some(term),
                        (Some(known), Reduction::Max) => Some(known.max(term)),
                        (Some(known), Reduction::Min) => Some(known.min(term)),
                        (Some(known), Reduction::Sum) => {
                            Some(known.checked_add(term).ok_or(overflow)?)
                        }
                    };
                    Ok(())
                })?;
                match (total, op, filter.gate) {
                    (Some(total), ..) => Ok(total),
                    (None, Reduction::Sum, _) => Ok(0),
                    (None, _, Some(_)) => Err(Fault::NoTerm(id)),
                    (None, _, None) => Err(Fault::Empty(id)),
                }
            }
            ExprKind::Read {
                source: Source::Value(value),
                ..
            } if self.is_beyond(*value) => match &self.addresses[id.index()] {
                Some(address) => Ok(self.values[value.index()].wide[address.offset(env)]),
                None => unreachable!("every read has an address"),
            },
            ExprKind::Pick {
                source: Source::Value(value),
                at,
            } if self.is_beyond(*value) => self.picked_wide(*value, at, env),
            ExprKind::Hint(whole) | ExprKind::Limbs { whole, .. } => self.exact(*whole, env),
            ExprKind::Index(_)
            | ExprKind::Read { .. }
            | ExprKind::Pick { .. }
            | ExprKind::Lookup { .. }
            | ExprKind::Root { .. } => self.eval(id, env).map(i128::from),
        }
    }

    fn picked_wide(&self, value: ValueId, at: &[Place], env: &mut [i64]) -> Result<i128, Fault> {
        let point = self.picked(at, env)?;
        let elements = &self.values[value.index()];
        Ok(elements.wide[elements.layout.offset(|k| point[k])])
    }

    pub(super) fn is_beyond(&self, value: ValueId) -> bool {
        !is_word(self.graph.value(value).interval)
    }

    /// Whether limbs come to what they are of. They do; an evaluation for tests asks.
    pub(super) fn limbs_agree(&self, id: ExprId, exact: Option<i64>, env: &mut [i64]) -> bool {
        match self.graph.expr(id).kind {
            ExprKind::Limbs { limbs, .. } => self.eval(limbs, env).ok() == exact,
            _ => true,
        }
    }
}
