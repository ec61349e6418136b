//! Tests of a program, which stand beside its circuit (spec 2.9).

use serde::Serialize;

use super::{Binder, Condition, Expr, List, Listed, Name, Param};
use crate::diagnostic::Span;

/// `test "name" (n = 4) { lines }`, `test_fails "name" E081 "part" (n = 4) { lines }`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Test {
    /// What stands between the quotes; the span is without them.
    pub name: Name,
    /// None: nothing is to fail.
    pub fails: Option<Fails>,
    /// The circuit's parameters that it sets.
    pub settings: Vec<Param>,
    pub lines: Vec<TestLine>,
    pub span: Span,
}

/// The error that a test asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fails {
    pub code: Name,
    /// What the message has in it.
    pub part: Option<Name>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum TestLine {
    Give(Give),
    Sample(Sample),
    Expect(Expect),
    Prove(Span),
}

/// `x = [1, 2]`, `x = 1` for all its elements, `x[i] = 2 * i`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Give {
    pub name: Name,
    /// Of a formula: an index for each dimension.
    pub indices: Vec<Name>,
    pub elements: Listed,
    pub span: Span,
}

/// `sample 100 seed 7`: digits as written.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sample {
    pub draws: Name,
    pub seed: Option<Name>,
    pub span: Span,
}

/// `expect y == [1, 2]`, `expect y[i] <= 10`, `expect[i in n where i > 0] y[i] >= y[i - 1]`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Expect {
    pub binders: Vec<Binder>,
    pub filter: Option<Condition>,
    pub claim: Claim,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Claim {
    /// `tensor == [...]`
    Listed {
        tensor: Expr,
        list: List,
    },
    Holds(Condition),
}
