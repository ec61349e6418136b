//! Expressions as text, with the brackets that they need.

use std::fmt::{self, Display, Formatter, Write};

use super::list::{Bracketed, Commas};
use crate::syntax::ast::{BinaryOp, Condition, ConditionKind, Expr, ExprKind, Relation};

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_expr(
            f,
            self,
            Place {
                binds: SUM,
                ..Place::default()
            },
        )
    }
}

/// An expression where nothing stands beside it: a condition needs no brackets there.
pub struct Alone<'a>(pub &'a Expr);

impl Display for Alone<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            ExprKind::Condition(condition) => condition.fmt(f),
            _ => self.0.fmt(f),
        }
    }
}

/// How tightly an expression must bind to stand without brackets.
const SUM: u8 = 1;
const PRODUCT: u8 = 2;
const PREFIX: u8 = 3;
const PRIMARY: u8 = 5;

/// Where an expression stands.
#[derive(Clone, Copy, Default)]
struct Place {
    binds: u8,
    /// A `*` or `^` follows, which the body of a reduction at the end would swallow.
    followed: bool,
    /// It is the body of a reduction or the left of it, which a `/` or `%` would end.
    in_body: bool,
}

fn write_expr(f: &mut Formatter<'_>, expr: &Expr, place: Place) -> fmt::Result {
    if needs_brackets(&expr.kind, place) {
        return write!(f, "({expr})");
    }
    match &expr.kind {
        ExprKind::Number(digits) => f.write_str(digits),
        ExprKind::Name(name) => name.fmt(f),
        ExprKind::Element { name, at } => write!(f, "{name}{}", Bracketed(at)),
        ExprKind::Call { name, arguments } => {
            let arguments: Vec<_> = arguments.iter().map(Alone).collect();
            write!(f, "{name}({})", Commas(&arguments))
        }
        ExprKind::Condition(condition) => write!(f, "({condition})"),
        ExprKind::Apply(apply) => apply.fmt(f),
        ExprKind::Every => f.write_str(".."),
        ExprKind::Reduce {
            name,
            binders,
            filter,
            body,
        } => {
            write!(
                f,
                "{name}({}{}) ",
                Commas(binders),
                Where(filter.as_deref())
            )?;
            write_expr(
                f,
                body,
                Place {
                    binds: PRODUCT,
                    in_body: true,
                    ..place
                },
            )
        }
        ExprKind::Negate(operand) => {
            f.write_char('-')?;
            write_expr(
                f,
                operand,
                Place {
                    binds: PREFIX,
                    in_body: false,
                    ..place
                },
            )
        }
        ExprKind::Binary { op, left, right } => {
            let (sign, left_binds, right_binds) = match op {
                BinaryOp::Add => ('+', SUM, PRODUCT),
                BinaryOp::Sub => ('-', SUM, PRODUCT),
                BinaryOp::Mul => ('*', PRODUCT, PREFIX),
                BinaryOp::Div => ('/', PRODUCT, PREFIX),
                BinaryOp::Mod => ('%', PRODUCT, PREFIX),
                BinaryOp::Pow => ('^', PRIMARY, PREFIX),
            };
            let on_left = Place {
                binds: left_binds,
                followed: matches!(op, BinaryOp::Mul | BinaryOp::Pow),
                in_body: place.in_body,
            };
            write_expr(f, left, on_left)?;
            write!(f, " {sign} ")?;
            write_expr(
                f,
                right,
                Place {
                    binds: right_binds,
                    in_body: false,
                    ..place
                },
            )
        }
    }
}

fn needs_brackets(kind: &ExprKind, place: Place) -> bool {
    match kind {
        ExprKind::Number(_) | ExprKind::Name(_) | ExprKind::Every => false,
        ExprKind::Element { .. } | ExprKind::Call { .. } | ExprKind::Apply(_) => false,
        // It has its own.
        ExprKind::Condition(_) => false,
        ExprKind::Reduce { .. } => place.followed,
        ExprKind::Negate(_) => place.binds > PREFIX,
        ExprKind::Binary { op, .. } => match op {
            BinaryOp::Add | BinaryOp::Sub => place.binds > SUM,
            BinaryOp::Mul => place.binds > PRODUCT,
            BinaryOp::Div | BinaryOp::Mod => place.binds > PRODUCT || place.in_body,
            BinaryOp::Pow => place.binds == PRIMARY,
        },
    }
}

/// ` where condition`, if there is one.
pub struct Where<'a>(pub Option<&'a Condition>);

impl Display for Where<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(condition) => write!(f, " where {condition}"),
            None => Ok(()),
        }
    }
}

impl Display for Relation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Relation::AtLeast => ">=",
            Relation::AtMost => "<=",
            Relation::More => ">",
            Relation::Less => "<",
            Relation::Equal => "==",
            Relation::Different => "!=",
        })
    }
}

/// How tightly a condition must bind to stand without brackets.
const ANY: u8 = 0;
const ALL: u8 = 1;
const TEST: u8 = 2;

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_condition(f, self, ANY)
    }
}

fn write_condition(f: &mut Formatter<'_>, condition: &Condition, binds: u8) -> fmt::Result {
    let (own, word, sides) = match &condition.kind {
        ConditionKind::Holds(expr) => return expr.fmt(f),
        ConditionKind::Compare {
            left,
            relation,
            right,
        } => return write!(f, "{left} {relation} {right}"),
        ConditionKind::Not(inner) => {
            f.write_str("not ")?;
            return write_condition(f, inner, TEST);
        }
        ConditionKind::And(left, right) => (ALL, "and", (left, right)),
        ConditionKind::Or(left, right) => (ANY, "or", (left, right)),
    };
    if own < binds {
        return write!(f, "({condition})");
    }
    // To the left: what stands on the right must bind more tightly.
    write_condition(f, sides.0, own)?;
    write!(f, " {word} ")?;
    write_condition(f, sides.1, own + 1)
}
