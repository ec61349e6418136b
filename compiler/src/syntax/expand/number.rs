//! Sizes as numbers, as far as they are known before anything is checked.

use std::collections::BTreeMap;

use super::view::Dim;
use crate::syntax::ast::{Ast, BinaryOp, Expr, ExprKind, Over};

/// What the parameters are; those of which that is not known here are left out.
pub fn parameters(ast: &Ast, overrides: &[(String, i64)]) -> BTreeMap<String, i128> {
    let mut known = BTreeMap::new();
    for param in &ast.params {
        let set = overrides.iter().find(|(name, _)| *name == param.name.text);
        let value = match set {
            Some((_, value)) => Some(i128::from(*value)),
            None => integer(&param.default, &known),
        };
        if let Some(value) = value {
            known.insert(param.name.text.clone(), value);
        }
    }
    known
}

/// How many points a domain has.
pub fn points(over: &Over, known: &BTreeMap<String, i128>) -> Option<i128> {
    match over {
        Over::Size(size) => integer(size, known),
        Over::Range(range) => {
            let (lo, hi) = (integer(&range.lo, known)?, integer(&range.hi, known)?);
            hi.checked_sub(lo)?.checked_add(i128::from(range.inclusive))
        }
    }
}

/// The position after the last one of a domain.
pub fn end(over: &Over, known: &BTreeMap<String, i128>) -> Option<i128> {
    match over {
        Over::Size(size) => integer(size, known),
        Over::Range(range) => integer(&range.hi, known)?.checked_add(i128::from(range.inclusive)),
    }
}

/// Whether two domains may have the same points: what is not known here is seen when it is checked.
pub fn agree(a: &Over, b: &Over, known: &BTreeMap<String, i128>) -> bool {
    match (points(a, known), points(b, known)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// Of two parts of one dimension, the one that goes further.
pub fn further(a: &Dim, b: &Dim, known: &BTreeMap<String, i128>) -> Dim {
    match (end(&a.over, known), end(&b.over, known)) {
        (Some(first), Some(second)) if first >= second => a.clone(),
        _ => b.clone(),
    }
}

fn integer(expr: &Expr, known: &BTreeMap<String, i128>) -> Option<i128> {
    let (num, den) = rational(expr, known)?;
    (num % den == 0).then(|| num / den)
}

/// A fraction whose denominator is positive.
fn rational(expr: &Expr, known: &BTreeMap<String, i128>) -> Option<(i128, i128)> {
    match &expr.kind {
        ExprKind::Number(digits) => Some((digits.parse().ok()?, 1)),
        ExprKind::Name(name) => Some((*known.get(&name.text)?, 1)),
        ExprKind::Negate(inner) => {
            let (num, den) = rational(inner, known)?;
            Some((num.checked_neg()?, den))
        }
        ExprKind::Binary { op, left, right } => {
            let ((a, b), (c, d)) = (rational(left, known)?, rational(right, known)?);
            match op {
                BinaryOp::Add => Some((
                    a.checked_mul(d)?.checked_add(c.checked_mul(b)?)?,
                    b.checked_mul(d)?,
                )),
                BinaryOp::Sub => Some((
                    a.checked_mul(d)?.checked_sub(c.checked_mul(b)?)?,
                    b.checked_mul(d)?,
                )),
                BinaryOp::Mul => Some((a.checked_mul(c)?, b.checked_mul(d)?)),
                BinaryOp::Div => match c {
                    0 => None,
                    1.. => Some((a.checked_mul(d)?, b.checked_mul(c)?)),
                    _ => Some((
                        a.checked_mul(d)?.checked_neg()?,
                        b.checked_mul(c)?.checked_neg()?,
                    )),
                },
                BinaryOp::Mod if b == 1 && d == 1 && c > 0 => Some((a.rem_euclid(c), 1)),
                BinaryOp::Pow if b == 1 && d == 1 => Some((a.checked_pow(c.try_into().ok()?)?, 1)),
                _ => None,
            }
        }
        ExprKind::Call { name, arguments } => {
            let each = arguments.iter().map(|argument| rational(argument, known));
            let each = each.collect::<Option<Vec<_>>>()?;
            match (name.text.as_str(), each.as_slice()) {
                ("floor", [(a, b)]) => Some((a.div_euclid(*b), 1)),
                ("ceil", [(a, b)]) => Some((a.checked_neg()?.div_euclid(*b).checked_neg()?, 1)),
                ("max", [(a, 1), (b, 1)]) => Some((*a.max(b), 1)),
                ("min", [(a, 1), (b, 1)]) => Some((*a.min(b), 1)),
                _ => None,
            }
        }
        _ => None,
    }
}
