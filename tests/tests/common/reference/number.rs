//! Expressions over integers, and quotients on the way to a rounding.

use attnc_compiler::syntax::ast::{BinaryOp, Condition, ConditionKind, Expr, ExprKind, Relation};

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

    /// Whether a condition holds.
    pub(super) fn holds(&mut self, condition: &Condition) -> Result<bool, Stop> {
        Ok(match &condition.kind {
            ConditionKind::Holds(expr) => match self.integer(expr)? {
                0 => false,
                1 => true,
                other => panic!("{other} is no condition"),
            },
            ConditionKind::Compare {
                left,
                relation,
                right,
            } => {
                let (a, b) = (self.integer(left)?, self.integer(right)?);
                match relation {
                    Relation::AtLeast => a >= b,
                    Relation::AtMost => a <= b,
                    Relation::More => a > b,
                    Relation::Less => a < b,
                    Relation::Equal => a == b,
                    Relation::Different => a != b,
                }
            }
            ConditionKind::Not(inner) => !self.holds(inner)?,
            ConditionKind::And(a, b) => self.holds(a)? && self.holds(b)?,
            ConditionKind::Or(a, b) => self.holds(a)? || self.holds(b)?,
        })
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
                if name == "if" {
                    return match self.integer(&arguments[0])? {
                        0 => self.rational(&arguments[2]),
                        1 => self.rational(&arguments[1]),
                        other => panic!("{other} is no condition"),
                    };
                }
                if POLICIES.contains(&name) {
                    if let ExprKind::Call {
                        name: root,
                        arguments,
                    } = &arguments[0].kind
                    {
                        if root.text == "sqrt" {
                            let (n, d) = self.rational(&arguments[0])?;
                            return whole(root_of(name, n, d));
                        }
                    }
                    if let Some((above, below)) = over_root(&arguments[0]) {
                        let ((a, b), n) = (self.rational(above)?, self.integer(below)?);
                        return whole(over_root_of(name, a * b.signum(), b * b * n));
                    }
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
                filter,
                body,
            } => {
                let mut found: Option<i128> = None;
                let mut place = None;
                let name = name.text.as_str();
                let filter = filter.as_deref();
                self.each((binders, filter), &mut Vec::new(), &mut |machine, at| {
                    let value = machine.integer(body)?;
                    if found.is_none_or(|best| match name {
                        "argmin" => value < best,
                        _ => value > best,
                    }) {
                        place = Some(at[0]);
                    }
                    found = Some(match (name, found) {
                        (_, None) => value,
                        ("sum", Some(sum)) => sum + value,
                        ("max" | "argmax", Some(most)) => most.max(value),
                        ("min" | "argmin", Some(least)) => least.min(value),
                        (other, _) => panic!("no reduction {other}"),
                    });
                    Ok(())
                })?;
                whole(match found {
                    Some(_) if name.starts_with("arg") => place.unwrap(),
                    Some(value) => value,
                    None if name == "sum" => 0,
                    None => return Err(format!("the {name} of nothing")),
                })
            }
            ExprKind::Apply(_) | ExprKind::Every => panic!("a program that is not expanded"),
            ExprKind::Condition(condition) => whole(self.holds(condition)?.into()),
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

/// The rounded root of n / d: by squares alone.
fn root_of(policy: &str, n: i128, d: i128) -> i128 {
    let (n, d) = if d < 0 { (-n, -d) } else { (n, d) };
    assert!(n >= 0, "the root of a negative number");
    let mut r = 0;
    while (r + 1) * (r + 1) * d <= n {
        r += 1;
    }
    let half = (2 * r + 1) * (2 * r + 1) * d;
    let up = match policy {
        "floor" | "trunc" => false,
        "ceil" => r * r * d < n,
        "round_half_even" => 4 * n > half || 4 * n == half && r % 2 == 1,
        _ => 4 * n >= half,
    };
    r + i128::from(up)
}

/// Of `a / sqrt(n)`: a and n.
fn over_root(expr: &Expr) -> Option<(&Expr, &Expr)> {
    match &expr.kind {
        ExprKind::Binary {
            op: BinaryOp::Div,
            left,
            right,
        } => match &right.kind {
            ExprKind::Call { name, arguments } if name.text == "sqrt" => {
                Some((left, &arguments[0]))
            }
            _ => None,
        },
        _ => None,
    }
}

/// a / sqrt(n), rounded: its magnitude lies in k..k+1.
fn over_root_of(policy: &str, a: i128, n: i128) -> i128 {
    assert!(n > 0, "the root of {n} divides");
    let mut k = 0;
    while (k + 1) * (k + 1) * n <= a * a {
        k += 1;
    }
    let (sign, exact) = (a.signum(), k * k * n == a * a);
    let half = (2 * k + 1) * (2 * k + 1) * n - 4 * a * a;
    let up = match policy {
        "trunc" => false,
        "floor" => sign < 0 && !exact,
        "ceil" => sign > 0 && !exact,
        "round" => half <= 0,
        "round_half_up" => half < 0 || (half == 0 && sign > 0),
        "round_half_even" => half < 0 || (half == 0 && k % 2 == 1),
        other => panic!("no policy {other}"),
    };
    sign * (k + i128::from(up))
}
