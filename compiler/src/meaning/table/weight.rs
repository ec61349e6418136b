//! What the operations of a table weigh.

use crate::syntax::ast::{BinaryOp, Expr, ExprKind};

/// What an operation weighs alone, in units with 62 bits.
pub(super) fn weight_alone(kind: &ExprKind) -> u64 {
    match kind {
        ExprKind::Number(_) | ExprKind::Name(_) | ExprKind::Element { .. } => 60,
        ExprKind::Apply(_) | ExprKind::Every => 60,
        ExprKind::Negate(_) => 40,
        ExprKind::Binary { op, .. } => match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul => 120,
            BinaryOp::Div => 250,
            BinaryOp::Mod => 600,
            BinaryOp::Pow => 1500,
        },
        ExprKind::Call { name, .. } => match name.text.as_str() {
            "abs" | "min" | "max" | "clip" => 100,
            "exp" | "ln" | "log2" | "sin" | "cos" | "sqrt" => 600,
            "tanh" | "sigmoid" => 1200,
            _ => 200,
        },
        ExprKind::Reduce { .. } | ExprKind::Condition(_) => 100,
    }
}

/// What an entry weighs at least: every operation once, those of a reduction never.
pub fn weight(body: &Expr) -> u64 {
    let inner = match &body.kind {
        ExprKind::Negate(inner) => weight(inner),
        ExprKind::Binary { left, right, .. } => weight(left) + weight(right),
        ExprKind::Call { arguments, .. } => arguments.iter().map(weight).sum(),
        _ => 0,
    };
    weight_alone(&body.kind) + inner
}
