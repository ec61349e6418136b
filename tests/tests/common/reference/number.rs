//! Expressions over integers, and quotients on the way to a rounding.

use attnc_compiler::syntax::ast::{BinaryOp, Expr, ExprKind};

use super::{rounded, Machine, Stop, POLICIES};

impl Machine {
    /// A subscript: `/` and `%` are floored.
    pub(super) fn subscript(&mut self, expr: &Expr) -> Result<i128, Stop> {
        if let ExprKind::Binary { op, left, right } = &expr.kind {
            let (a, b) = (self.subscript(left)?, self.subscript(right)?);
            let value = match op {
                BinaryOp::Add => a.checked_add(b),
                BinaryOp::Sub => a.checked_sub(b),
                BinaryOp::Mul => a.checked_mul(b),
                BinaryOp::Div => a.checked_div_euclid(b),
                BinaryOp::Mod => a.checked_rem_euclid(b),
                BinaryOp::Pow => a.checked_pow(b as u32),
            };
            return value.ok_or_else(|| "a subscript leaves 128 bits".into());
        }
        self.integer(expr)
    }

    pub(super) fn integer(&mut self, expr: &Expr) -> Result<i128, Stop> {
        let (n, d) = self.rational(expr)?;
        assert_eq!(n % d, 0, "{n}/{d} outside of a rounding");
        Ok(n / d)
    }

    /// A numerator and a divisor that is not 0.
    pub(super) fn rational(&mut self, expr: &Expr) -> Result<(i128, i128), Stop> {
        let whole = |value: i128| Ok((value, 1));
        match &expr.kind {
            ExprKind::Number(digits) => match digits.split_once('.') {
                None => whole(digits.parse().unwrap()),
                Some((integer, fraction)) => {
                    let digits: i128 = format!("{integer}{fraction}").parse().unwrap();
                    Ok((digits, 10i128.pow(fraction.len() as u32)))
                }
            },
            ExprKind::Name(name) => whole(self.element(&name.text, &[])),
            ExprKind::Element { name, at } => {
                let at: Result<Vec<i128>, Stop> = at.iter().map(|at| self.subscript(at)).collect();
                whole(self.element(&name.text, &at?))
            }
            ExprKind::Call { name, arguments } => {
                let name = name.text.as_str();
                if POLICIES.contains(&name) {
                    let (n, d) = self.rational(&arguments[0])?;
                    return whole(rounded(name, n, d));
                }
                let given: Result<Vec<i128>, Stop> =
                    arguments.iter().map(|it| self.integer(it)).collect();
                let given = given?;
                whole(match name {
                    "clip" => given[0].max(given[1]).min(given[2]),
                    "abs" => given[0].abs(),
                    "max" => *given.iter().max().unwrap(),
                    "min" => *given.iter().min().unwrap(),
                    table => self.element(table, &given),
                })
            }
            ExprKind::Reduce {
                name,
                binders,
                body,
            } => {
                let mut found: Option<i128> = None;
                let name = name.text.as_str();
                self.each(binders, &mut Vec::new(), &mut |machine, _| {
                    let value = machine.integer(body)?;
                    found = Some(match (name, found) {
                        (_, None) => value,
                        ("sum", Some(sum)) => sum + value,
                        ("max", Some(most)) => most.max(value),
                        ("min", Some(least)) => least.min(value),
                        (other, _) => panic!("no reduction {other}"),
                    });
                    Ok(())
                })?;
                whole(match found {
                    Some(value) => value,
                    None => {
                        assert_eq!(name, "sum", "of nothing");
                        0
                    }
                })
            }
            ExprKind::Negate(inner) => {
                let (n, d) = self.rational(inner)?;
                Ok((-n, d))
            }
            ExprKind::Binary { op, left, right } => {
                let ((a, b), (c, d)) = (self.rational(left)?, self.rational(right)?);
                Ok(match op {
                    BinaryOp::Add => (a * d + c * b, b * d),
                    BinaryOp::Sub => (a * d - c * b, b * d),
                    BinaryOp::Mul => (a * c, b * d),
                    BinaryOp::Div => {
                        assert_ne!(c, 0, "a divisor is 0");
                        (a * d, b * c)
                    }
                    BinaryOp::Mod => {
                        assert_eq!((b, d), (1, 1));
                        (a.rem_euclid(c), 1)
                    }
                    BinaryOp::Pow => {
                        assert_eq!(d, 1);
                        let power = c.unsigned_abs() as u32;
                        match c < 0 {
                            false => (a.pow(power), b.pow(power)),
                            true => (b.pow(power), a.pow(power)),
                        }
                    }
                })
            }
        }
    }
}
