//! Entries of tables: real numbers as doubles, far from where a rounding turns.

use attnc_compiler::syntax::ast::{BinaryOp, Expr, ExprKind};

use super::{rounded, Machine, Stop, POLICIES};

impl Machine {
    /// An entry of a table. Real numbers are doubles, and far from where a rounding turns.
    pub(super) fn entry(&mut self, body: &Expr) -> Result<i128, Stop> {
        if !is_real(body) {
            return self.integer(body);
        }
        match &body.kind {
            ExprKind::Call { name, arguments } if POLICIES.contains(&name.text.as_str()) => {
                let x = self.real(&arguments[0])?;
                let (twice, scale) = ((x * 2.0).round(), x.abs().max(1.0));
                // Exactly on an integer or a half only if the arithmetic is exact there.
                let (n, d) = if x * 2.0 == twice {
                    (twice as i128, 2)
                } else {
                    assert!(
                        (x * 2.0 - twice).abs() > 1e-9 * scale,
                        "{x} is too near a turn"
                    );
                    ((x * 1024.0).floor() as i128 * 2 + 1, 2048)
                };
                Ok(rounded(&name.text, n, d))
            }
            ExprKind::Call { name, arguments } => {
                let given: Result<Vec<i128>, Stop> =
                    arguments.iter().map(|it| self.entry(it)).collect();
                let given = given?;
                Ok(match name.text.as_str() {
                    "clip" => given[0].max(given[1]).min(given[2]),
                    "abs" => given[0].abs(),
                    "max" => *given.iter().max().unwrap(),
                    "min" => *given.iter().min().unwrap(),
                    other => panic!("{other} of reals"),
                })
            }
            ExprKind::Negate(inner) => Ok(-self.entry(inner)?),
            ExprKind::Binary { op, left, right } => {
                let (a, b) = (self.entry(left)?, self.entry(right)?);
                Ok(match op {
                    BinaryOp::Add => a + b,
                    BinaryOp::Sub => a - b,
                    BinaryOp::Mul => a * b,
                    other => panic!("{other:?} of entries"),
                })
            }
            other => panic!("{other:?}"),
        }
    }

    fn real(&mut self, expr: &Expr) -> Result<f64, Stop> {
        Ok(match &expr.kind {
            ExprKind::Number(digits) => digits.parse().unwrap(),
            ExprKind::Name(name) if name.text == "pi" => std::f64::consts::PI,
            ExprKind::Call { name, arguments } if is_function(&name.text) => {
                let x = self.real(&arguments[0])?;
                match name.text.as_str() {
                    "exp" => x.exp(),
                    "ln" => x.ln(),
                    "log2" => x.log2(),
                    "sqrt" => x.sqrt(),
                    "sin" => x.sin(),
                    "cos" => x.cos(),
                    "tanh" => x.tanh(),
                    _ => 1.0 / (1.0 + (-x).exp()),
                }
            }
            ExprKind::Negate(inner) => -self.real(inner)?,
            ExprKind::Binary { op, left, right } if *op != BinaryOp::Mod => {
                let (a, b) = (self.real(left)?, self.real(right)?);
                match op {
                    BinaryOp::Add => a + b,
                    BinaryOp::Sub => a - b,
                    BinaryOp::Mul => a * b,
                    BinaryOp::Div => a / b,
                    _ => a.powf(b),
                }
            }
            _ if is_real(expr) => self.entry(expr)? as f64,
            _ => {
                let (n, d) = self.rational(expr)?;
                n as f64 / d as f64
            }
        })
    }
}

fn is_function(name: &str) -> bool {
    ["exp", "ln", "log2", "sqrt", "sin", "cos", "tanh", "sigmoid"].contains(&name)
}

/// Whether an expression has what only a table's body may have. A power of constants with an exponent
/// that is no plain number counts.
fn is_real(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Element { .. } | ExprKind::Reduce { .. } => false,
        ExprKind::Apply(_) | ExprKind::Every => panic!("calls are expanded"),
        ExprKind::Name(name) => name.text == "pi",
        ExprKind::Call { name, arguments } => {
            is_function(&name.text) || arguments.iter().any(is_real)
        }
        ExprKind::Negate(inner) => is_real(inner),
        ExprKind::Binary { op, left, right } => {
            let plain = matches!(right.kind, ExprKind::Number(_));
            (*op == BinaryOp::Pow && !plain) || is_real(left) || is_real(right)
        }
        // Conditions of numbers alone: a table that compares real ones is not for this evaluator.
        ExprKind::Condition(_) => false,
    }
}
