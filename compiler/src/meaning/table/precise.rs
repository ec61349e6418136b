//! One entry at one working precision, from its expression.

use std::collections::HashMap;
use std::ops::Range;

use num_bigint::BigInt;
use num_rational::BigRational;

use super::entries::{written, Entries};
use super::weight::weight_alone;
use crate::diagnostic::{suggest, Diagnostic, Span};
use crate::meaning::graph::Rounding;
use crate::meaning::real::{Arithmetic, Number, Ratio, Real, Trouble};
use crate::syntax::ast::{BinaryOp, Binder, Expr, ExprKind, Name, Over};
use crate::syntax::expand::misplaced;

const MAX_DEPTH: usize = 400;
const MAX_WORK: usize = 1_000_000;
const MAX_DIGITS: usize = 1000;
/// An entry is at most this far from zero: 2^31 - 2, the largest element of the field.
pub const MAX_ENTRY: i64 = (1 << 31) - 2;

const FUNCTIONS: [&str; 19] = [
    "floor",
    "ceil",
    "trunc",
    "round",
    "round_half_up",
    "round_half_even",
    "exp",
    "ln",
    "log2",
    "sqrt",
    "sin",
    "cos",
    "tanh",
    "sigmoid",
    "abs",
    "min",
    "max",
    "clip",
    "if",
];

/// Why there is no entry.
pub enum Stop {
    /// The rounding here needs more bits.
    Undecided(Span),
    /// The work that was granted is done.
    Spent,
    Failed(Box<Diagnostic>),
}

impl From<Diagnostic> for Stop {
    fn from(diagnostic: Diagnostic) -> Self {
        Stop::Failed(Box::new(diagnostic))
    }
}

/// Evaluation with ends of one kind.
pub struct Precise<'a, N: Number> {
    /// Parameters, then the arguments, then a reduction's indices: the last one of a name counts.
    names: Vec<(&'a str, Ratio)>,
    /// Constants that are not in words, by where they are written.
    constants: HashMap<*const Expr, Ratio>,
    pub arithmetic: Arithmetic<N>,
    work: usize,
    /// Which of the names are the arguments.
    arguments: Range<usize>,
}

impl<'a, N: Number> Precise<'a, N> {
    pub fn new(table: &Entries<'a>, bits: u64) -> Result<Self, Diagnostic> {
        let arithmetic = Arithmetic::new(bits)
            .map_err(|_| Diagnostic::new("E074", "no memory for the constants of a table"))?;
        let params = table.params.iter();
        let params = params.map(|(name, value)| (name.as_str(), Ratio::int(*value)));
        let arguments = table.arguments.iter();
        let arguments = arguments.map(|(name, _)| (*name, Ratio::int(0)));
        let first = table.params.len();
        Ok(Self {
            names: params.chain(arguments).collect(),
            constants: HashMap::new(),
            arithmetic,
            work: 0,
            arguments: first..first + table.arguments.len(),
        })
    }

    pub fn entry(&mut self, body: &'a Expr, at: &[i64], granted: u64) -> Result<i64, Stop> {
        self.names.truncate(self.arguments.end);
        let arguments = self.names[self.arguments.clone()].iter_mut();
        for ((_, value), at) in arguments.zip(at) {
            *value = Ratio::int(*at);
        }
        self.arithmetic.grant(granted);
        self.work = 0;
        let value = self.expr(body, 0)?;
        self.as_entry(body, &value)
    }

    /// `at gap = 3`.
    pub fn place(&self) -> String {
        let arguments = self.names[self.arguments.clone()].iter();
        let arguments = arguments.map(|(name, value)| (name, value.numer()));
        format!("at {}", written(arguments))
    }

    fn as_entry(&self, body: &Expr, value: &Real<N>) -> Result<i64, Stop> {
        let exact = match value {
            Real::Exact(value) if value.is_integer() => value,
            _ => {
                let about = value.approximate();
                let place = self.place();
                return Err(Diagnostic::new("E070", format!("a table's entry must be an integer; {place} this is {about}"))
                    .at(body.span, "not an integer")
                    .hint("put it inside one of floor, ceil, trunc, round, round_half_up, round_half_even")
                    .into());
            }
        };
        match exact.to_i64() {
            Some(entry) if entry.unsigned_abs() <= MAX_ENTRY as u64 => Ok(entry),
            _ => Err(Diagnostic::new(
                "E071",
                format!(
                    "a table's entry must lie in -{MAX_ENTRY}..={MAX_ENTRY}; {} this is {}",
                    self.place(),
                    value.approximate()
                ),
            )
            .at(body.span, "too large for an entry")
            .hint("scale the table down, or clip it")
            .into()),
        }
    }

    pub(super) fn settle<T>(&self, span: Span, result: Result<T, Trouble>) -> Result<T, Stop> {
        result.map_err(|trouble| match trouble {
            Trouble::Undecided => Stop::Undecided(span),
            Trouble::Undefined(what) => self.undefined(span, what),
            Trouble::TooLarge => self.too_large(span),
            Trouble::Spent => Stop::Spent,
        })
    }

    fn undefined(&self, span: Span, what: &str) -> Stop {
        Diagnostic::new(
            "E072",
            format!("{} the table asks for {what}", self.place()),
        )
        .at(span, "undefined here")
        .hint("narrow the table's domain, or clip the argument")
        .into()
    }

    fn too_large(&self, span: Span) -> Stop {
        Diagnostic::new(
            "E074",
            format!("{} this number or computation is too large", self.place()),
        )
        .at(span, "too large to evaluate")
        .hint("entries have at most 31 bits; keep what they are made of within reason")
        .into()
    }

    pub(super) fn expr(&mut self, expr: &'a Expr, depth: usize) -> Result<Real<N>, Stop> {
        self.work += 1;
        if depth > MAX_DEPTH || self.work > MAX_WORK {
            return Err(self.too_large(expr.span));
        }
        let paid = self.arithmetic.pay(weight_alone(&expr.kind));
        self.settle(expr.span, paid)?;
        match &expr.kind {
            ExprKind::Number(text) => self.number(expr, text),
            ExprKind::Name(name) => self.name(name),
            ExprKind::Negate(inner) => {
                let inner = self.expr(inner, depth + 1)?;
                Ok(self.arithmetic.neg(&inner))
            }
            ExprKind::Binary { op, left, right } => {
                let x = self.expr(left, depth + 1)?;
                let y = self.expr(right, depth + 1)?;
                let result = match op {
                    BinaryOp::Add => self.arithmetic.add(&x, &y),
                    BinaryOp::Sub => self.arithmetic.sub(&x, &y),
                    BinaryOp::Mul => self.arithmetic.mul(&x, &y),
                    BinaryOp::Div => self.arithmetic.div(&x, &y),
                    BinaryOp::Mod => self.arithmetic.modulo(&x, &y),
                    BinaryOp::Pow => self.arithmetic.pow(&x, &y),
                };
                self.settle(expr.span, result)
            }
            ExprKind::Condition(condition) => self.holds(condition, depth + 1).map(Self::truth),
            ExprKind::Call { name, arguments } if name.text == "if" => {
                self.choice(arguments, depth, expr.span)
            }
            ExprKind::Call { name, arguments } => {
                let values: Result<Vec<Real<N>>, Stop> = arguments
                    .iter()
                    .map(|argument| self.expr(argument, depth + 1))
                    .collect();
                self.call(name, &values?, expr.span)
            }
            ExprKind::Reduce {
                name,
                binders,
                filter,
                body,
            } => {
                if let "argmax" | "argmin" = name.text.as_str() {
                    return Err(
                        Diagnostic::new("E077", format!("a table has no `{}`", name.text))
                            .at(name.span, "in a table")
                            .hint("a table reduces by `sum`, `max` and `min`: take this of values, outside of it")
                            .into(),
                    );
                }
                if let Some(filter) = filter {
                    return Err(
                        Diagnostic::new("E077", "a table's reductions have no `where`")
                            .at(filter.span, "in a table")
                            .hint("reach fewer terms by the bounds: `sum(k in lo..hi)`")
                            .into(),
                    );
                }
                let mut total = None;
                self.reduce(name, binders, body, depth + 1, &mut total)?;
                match total {
                    Some(total) => Ok(total),
                    None if name.text == "sum" => Ok(Real::Exact(Ratio::int(0))),
                    None => Err(self.undefined(expr.span, "the extreme of no numbers at all")),
                }
            }
            ExprKind::Apply(_) | ExprKind::Every => Err(misplaced(expr).into()),
            ExprKind::Element { name, .. } => Err(Diagnostic::new(
                "E077",
                format!(
                    "a table cannot read `{}`: its entries are computed before any input is known",
                    name.text
                ),
            )
            .at(name.span, "not a constant")
            .hint("use numbers, parameters and the table's arguments")
            .into()),
        }
    }

    fn number(&mut self, expr: &Expr, text: &str) -> Result<Real<N>, Stop> {
        let (whole, places) = text.split_once('.').unwrap_or((text, ""));
        if places.is_empty() && whole.len() < 18 {
            if let Ok(value) = whole.parse() {
                return Ok(Real::Exact(Ratio::int(value)));
            }
        }
        if let Some(known) = self.constants.get(&std::ptr::from_ref(expr)) {
            return Ok(Real::Exact(known.clone()));
        }
        if text.len() > MAX_DIGITS {
            return Err(self.too_large(expr.span));
        }
        let digits = format!("{whole}{places}");
        let Some(digits) = BigInt::parse_bytes(digits.as_bytes(), 10) else {
            return Err(Diagnostic::new("E077", format!("`{text}` is not a number"))
                .at(expr.span, "here")
                .into());
        };
        let scale = BigInt::from(10).pow(places.len() as u32);
        let value = Ratio::from(BigRational::new(digits, scale));
        self.constants.insert(expr, value.clone());
        Ok(Real::Exact(value))
    }

    fn name(&mut self, name: &Name) -> Result<Real<N>, Stop> {
        if let Some((_, value)) = self
            .names
            .iter()
            .rev()
            .find(|(known, _)| *known == name.text)
        {
            return Ok(Real::Exact(value.clone()));
        }
        match name.text.as_str() {
            "pi" => Ok(self.arithmetic.pi()),
            "e" => {
                let e = self.arithmetic.e();
                self.settle(name.span, e)
            }
            _ => {
                let known = self
                    .names
                    .iter()
                    .map(|(known, _)| *known)
                    .chain(["pi", "e"]);
                let error =
                    Diagnostic::new("E075", format!("unknown name `{}` in a table", name.text))
                        .at(name.span, "not a number here");
                let error = match suggest(&name.text, known) {
                    Some(known) => error.meant(name.span, known),
                    None => {
                        error.hint("a table knows numbers, parameters, its arguments, pi and e")
                    }
                };
                Err(error.into())
            }
        }
    }

    fn reduce(
        &mut self,
        name: &Name,
        binders: &'a [Binder],
        body: &'a Expr,
        depth: usize,
        total: &mut Option<Real<N>>,
    ) -> Result<(), Stop> {
        let Some((binder, rest)) = binders.split_first() else {
            let value = self.expr(body, depth)?;
            let joined = match total.take() {
                None => value,
                Some(sum) => {
                    let joined = match name.text.as_str() {
                        "max" => self.arithmetic.max(&sum, &value),
                        "min" => self.arithmetic.min(&sum, &value),
                        "sum" => self.arithmetic.add(&sum, &value),
                        name => unreachable!("a table has no reduction `{name}`"),
                    };
                    self.settle(body.span, joined)?
                }
            };
            *total = Some(joined);
            return Ok(());
        };
        let (mut at, end) = match &binder.domain {
            Over::Size(size) => (Ratio::int(0), self.bound(size, depth)?),
            Over::Range(range) => {
                let (lo, hi) = (self.bound(&range.lo, depth)?, self.bound(&range.hi, depth)?);
                (lo, &hi + &Ratio::int(range.inclusive.into()))
            }
        };
        while at < end {
            self.names.push((&binder.index.text, at.clone()));
            let result = self.reduce(name, rest, body, depth + 1, total);
            self.names.pop();
            result?;
            at = &at + &Ratio::int(1);
        }
        Ok(())
    }

    /// A size or a bound of a domain.
    fn bound(&mut self, expr: &'a Expr, depth: usize) -> Result<Ratio, Stop> {
        match self.expr(expr, depth)? {
            Real::Exact(bound) if bound.is_integer() => Ok(bound),
            _ => Err(
                Diagnostic::new("E077", "the size of a domain must be an integer")
                    .at(expr.span, "not an integer")
                    .into(),
            ),
        }
    }

    fn call(&mut self, name: &Name, values: &[Real<N>], span: Span) -> Result<Real<N>, Stop> {
        let a = &mut self.arithmetic;
        let result = match (name.text.as_str(), values) {
            ("floor", [x]) => a.round(Rounding::Floor, x),
            ("ceil", [x]) => a.round(Rounding::Ceil, x),
            ("trunc", [x]) => a.round(Rounding::Trunc, x),
            ("round", [x]) => a.round(Rounding::Round, x),
            ("round_half_up", [x]) => a.round(Rounding::RoundHalfUp, x),
            ("round_half_even", [x]) => a.round(Rounding::RoundHalfEven, x),
            ("exp", [x]) => a.exp(x),
            ("ln", [x]) => a.ln(x),
            ("log2", [x]) => a.log2(x),
            ("sqrt", [x]) => a.sqrt(x),
            ("sin", [x]) => a.sin(x),
            ("cos", [x]) => a.cos(x),
            ("tanh", [x]) => a.tanh(x),
            ("sigmoid", [x]) => a.sigmoid(x),
            ("abs", [x]) => Ok(a.abs(x)),
            ("min", [first, rest @ ..]) if !rest.is_empty() => rest
                .iter()
                .try_fold(first.clone(), |least, x| a.min(&least, x)),
            ("max", [first, rest @ ..]) if !rest.is_empty() => rest
                .iter()
                .try_fold(first.clone(), |most, x| a.max(&most, x)),
            ("clip", [x, lo, hi]) => match (lo, hi) {
                (Real::Exact(lo), Real::Exact(hi)) if lo > hi => Err(Trouble::Undefined(
                    "a clip whose lower end is above its upper",
                )),
                _ => a.min(x, hi).and_then(|x| a.max(&x, lo)),
            },
            (known, _) if FUNCTIONS.contains(&known) => {
                let wanted = match known {
                    "clip" => "3 arguments: the number, the lower end, the upper end",
                    "min" | "max" => "2 arguments or more",
                    _ => "1 argument",
                };
                return Err(Diagnostic::new(
                    "E076",
                    format!("`{known}` takes {wanted}; here are {}", values.len()),
                )
                .at(span, "wrong number of arguments")
                .into());
            }
            (unknown, _) => {
                let error =
                    Diagnostic::new("E075", format!("unknown function `{unknown}` in a table"))
                        .at(name.span, "not a function here");
                let error = match suggest(unknown, FUNCTIONS.into_iter()) {
                    Some(known) => error.meant(name.span, known),
                    None => error.hint(format!("a table knows {}", FUNCTIONS.join(", "))),
                };
                return Err(error.into());
            }
        };
        self.settle(span, result)
    }
}
