//! Compile-time evaluation of table entries, exactly (spec 4.7).
//!
//! An entry is an integer expression, or a real one inside a rounding policy. It is evaluated with
//! enclosures in machine words, then with 128 bits, then with twice as many, until every rounding
//! is decided (Ziv's strategy), so that an entry never depends on the platform or on luck. The
//! work is counted, and a program has so much of it for all its tables.

mod budget;

use std::collections::HashMap;
use std::ops::RangeInclusive;

use num_bigint::BigInt;
use num_rational::BigRational;

use crate::diagnostic::{suggest, Diagnostic, Span};
use crate::meaning::graph::Rounding;
use crate::meaning::real::{Arithmetic, Dyadic, Number, Ratio, Real, Short, Trouble};
use crate::syntax::ast::{BinaryOp, Binder, Expr, ExprKind, Name};
pub use budget::{entries, too_much, weight, Budget};

const FIRST_BITS: u64 = 128;
const LAST_BITS: u64 = 4096;
const MAX_DEPTH: usize = 400;
const MAX_WORK: usize = 1_000_000;
const MAX_DIGITS: usize = 1000;
/// An entry is at most this far from zero: 2^31 - 2, the largest element of the field.
const MAX_ENTRY: i64 = (1 << 31) - 2;

const FUNCTIONS: [&str; 18] = [
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
];

enum Stop {
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

/// A table's entries before they are evaluated.
#[derive(Clone)]
pub struct Entries<'a> {
    pub body: &'a Expr,
    pub argument: &'a str,
    pub params: &'a [(String, i64)],
    pub points: RangeInclusive<i64>,
}

/// Evaluates the entries of one table, one after the other.
struct Evaluator<'a> {
    short: Precise<'a, Short>,
    /// From the first entry on that needs it.
    long: Option<Precise<'a, Dyadic>>,
}

impl<'a> Evaluator<'a> {
    fn new(table: &Entries<'a>) -> Result<Self, Diagnostic> {
        Ok(Self {
            short: Precise::new(table)?,
            long: None,
        })
    }

    /// The entry at `at`, with as many bits as it takes, and the units of work done for it; no entry
    /// if that would be more than `granted`.
    fn entry(
        &mut self,
        table: &Entries<'a>,
        at: i64,
        granted: u64,
    ) -> (Option<Result<i64, Diagnostic>>, u64) {
        let quick = self.short.entry(table.body, at, granted);
        let spent = self.short.arithmetic.spent();
        match quick {
            Ok(entry) => (Some(Ok(entry)), spent),
            Err(Stop::Spent) => (None, spent),
            // What fails with few bits may only seem to.
            Err(Stop::Undecided(_) | Stop::Failed(_)) => {
                let (entry, more) = self.long_entry(table, at, granted - spent);
                (entry, spent + more)
            }
        }
    }

    /// The same, with 128 bits or more.
    fn long_entry(
        &mut self,
        table: &Entries<'a>,
        at: i64,
        granted: u64,
    ) -> (Option<Result<i64, Diagnostic>>, u64) {
        let long = match &mut self.long {
            Some(long) => long,
            none => match Precise::new(table) {
                Ok(long) => none.insert(long),
                Err(diagnostic) => return (Some(Err(diagnostic)), 0),
            },
        };
        let (mut bits, mut spent) = (FIRST_BITS, 0);
        loop {
            long.arithmetic.set_bits(bits);
            let entry = long.entry(table.body, at, granted - spent);
            spent += long.arithmetic.spent();
            let entry = match entry {
                Ok(entry) => Some(Ok(entry)),
                Err(Stop::Spent) => None,
                Err(Stop::Failed(diagnostic)) => Some(Err(*diagnostic)),
                Err(Stop::Undecided(_)) if bits < LAST_BITS => {
                    bits *= 2;
                    continue;
                }
                Err(Stop::Undecided(span)) => {
                    let place = long.place();
                    Some(Err(Diagnostic::new(
                        "E073",
                        format!("{place}, {LAST_BITS} bits do not tell on which side of a rounding this is"),
                    )
                    .at(span, "too close to call")
                    .hint("write the exact number, such as 2 for sqrt(2) * sqrt(2)")))
                }
            };
            return (entry, spent);
        }
    }
}

/// The entry of a table at `at`: `body` with `argument` set to it, and the parameters.
///
/// # Errors
/// E070 not an integer, E071 outside -(2^31 - 2)..=2^31 - 2, E072 undefined (such as a division by
/// zero), E073 a tie that no precision decides, E074 too large or too deep, E075 an unknown name,
/// E076 a wrong number of arguments, E077 not a constant expression.
pub fn evaluate(
    body: &Expr,
    argument: &str,
    params: &[(String, i64)],
    at: i64,
) -> Result<i64, Diagnostic> {
    let points = at..=at;
    let table = Entries {
        body,
        argument,
        params,
        points,
    };
    let mut evaluator = Evaluator::new(&table)?;
    match evaluator.entry(&table, at, u64::MAX / 2).0 {
        Some(entry) => entry,
        None => Err(Diagnostic::new("E074", "an entry without end").at(body.span, "this")),
    }
}

/// Evaluation with ends of one kind.
struct Precise<'a, N: Number> {
    /// Parameters, then the argument, then a reduction's indices: the last one of a name counts.
    names: Vec<(&'a str, Ratio)>,
    /// Constants that are not in words, by where they are written.
    constants: HashMap<*const Expr, Ratio>,
    arithmetic: Arithmetic<N>,
    work: usize,
    /// Which of the names is the argument.
    argument: usize,
}

impl<'a, N: Number> Precise<'a, N> {
    fn new(table: &Entries<'a>) -> Result<Self, Diagnostic> {
        let arithmetic = Arithmetic::new(FIRST_BITS)
            .map_err(|_| Diagnostic::new("E074", "no memory for the constants of a table"))?;
        let params = table.params.iter();
        let params = params.map(|(name, value)| (name.as_str(), Ratio::int(*value)));
        let argument = (table.argument, Ratio::int(0));
        Ok(Self {
            names: params.chain([argument]).collect(),
            constants: HashMap::new(),
            arithmetic,
            work: 0,
            argument: table.params.len(),
        })
    }

    fn entry(&mut self, body: &'a Expr, at: i64, granted: u64) -> Result<i64, Stop> {
        self.names.truncate(self.argument + 1);
        self.names[self.argument].1 = Ratio::int(at);
        self.arithmetic.grant(granted);
        self.work = 0;
        let value = self.expr(body, 0)?;
        self.as_entry(body, &value)
    }

    /// `at gap = 3`.
    fn place(&self) -> String {
        let (name, value) = &self.names[self.argument];
        format!("at {name} = {}", value.numer())
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

    fn settle<T>(&self, span: Span, result: Result<T, Trouble>) -> Result<T, Stop> {
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

    fn expr(&mut self, expr: &'a Expr, depth: usize) -> Result<Real<N>, Stop> {
        self.work += 1;
        if depth > MAX_DEPTH || self.work > MAX_WORK {
            return Err(self.too_large(expr.span));
        }
        let paid = self.arithmetic.pay(budget::weight_alone(&expr.kind));
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
                body,
            } => {
                let mut total = None;
                self.reduce(name, binders, body, depth + 1, &mut total)?;
                match total {
                    Some(total) => Ok(total),
                    None if name.text == "sum" => Ok(Real::Exact(Ratio::int(0))),
                    None => Err(self.undefined(expr.span, "the extreme of no numbers at all")),
                }
            }
            ExprKind::Element { name, .. } => Err(Diagnostic::new(
                "E077",
                format!(
                    "a table cannot read `{}`: its entries are computed before any input is known",
                    name.text
                ),
            )
            .at(name.span, "not a constant")
            .hint("use numbers, parameters and the table's argument")
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
                let hint = match suggest(&name.text, known) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => "a table knows numbers, parameters, its argument, pi and e".to_string(),
                };
                Err(
                    Diagnostic::new("E075", format!("unknown name `{}` in a table", name.text))
                        .at(name.span, "not a number here")
                        .hint(hint)
                        .into(),
                )
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
                        _ => self.arithmetic.add(&sum, &value),
                    };
                    self.settle(body.span, joined)?
                }
            };
            *total = Some(joined);
            return Ok(());
        };
        let size = match self.expr(&binder.domain, depth)? {
            Real::Exact(size) if size.is_integer() => size,
            _ => {
                return Err(
                    Diagnostic::new("E077", "the size of a domain must be an integer")
                        .at(binder.domain.span, "not an integer")
                        .into(),
                )
            }
        };
        let mut at = Ratio::int(0);
        while at < size {
            self.names.push((&binder.index.text, at.clone()));
            let result = self.reduce(name, rest, body, depth + 1, total);
            self.names.pop();
            result?;
            at = &at + &Ratio::int(1);
        }
        Ok(())
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
                let hint = match suggest(unknown, FUNCTIONS.into_iter()) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None => format!("a table knows {}", FUNCTIONS.join(", ")),
                };
                return Err(Diagnostic::new(
                    "E075",
                    format!("unknown function `{unknown}` in a table"),
                )
                .at(name.span, "not a function here")
                .hint(hint)
                .into());
            }
        };
        self.settle(span, result)
    }
}

#[cfg(test)]
mod tests;
