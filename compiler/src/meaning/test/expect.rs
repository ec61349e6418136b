//! What a test expects, as definitions at the end of the circuit: a value for each side.

use super::gate::{apart, Apart};
use super::partial::{as_tensor, partial};
use super::shape::{extents, flatten, is_known, shown, Extent};
use super::unread::unread;
use crate::diagnostic::{suggest, Diagnostic, Span};
use crate::meaning::check;
use crate::meaning::graph::Graph;
use crate::syntax::ast::{
    Ast, Binder, Claim, Condition, ConditionKind, Define, Expect, Expr, ExprKind, Item, Name, Over,
    Range, Relation, Statement, Subscript,
};

/// What is expected, once its sides are values of the program.
#[derive(Clone, Debug)]
pub struct Expected {
    /// Of what is compared.
    pub span: Span,
    pub(super) claim: Compared,
    /// The value that is 1 where it is looked at; none: at every point.
    pub(super) gate: Option<String>,
    /// Whether a condition leaves points out.
    pub(super) filtered: bool,
    /// What its indices are called, and the least of each where that is known.
    pub(super) indices: Vec<(String, i64)>,
    /// The left side as it is written, its free dimensions with indices.
    pub(super) shown: Expr,
    /// How many of the last indices run over the elements of a whole tensor.
    pub(super) whole: usize,
}

/// The sides, by the names of the values.
#[derive(Clone, Debug)]
pub(super) enum Compared {
    Holds(String),
    Sides {
        left: String,
        relation: Relation,
        right: String,
    },
    Listed {
        left: String,
        /// Over the last indices, row-major.
        right: Vec<i64>,
    },
}

/// The definitions of what is expected, the `number`th of a test.
///
/// # Errors
/// E120: an index of which nothing says what it runs over, or that nothing reads, sides of other shapes.
pub(super) fn lowered(
    ast: &Ast,
    graph: &Graph,
    expect: &Expect,
    number: usize,
) -> Result<(Expected, Vec<Item>), Vec<Diagnostic>> {
    let mut lowering = Lowering {
        graph,
        binders: expect.binders.clone(),
        firsts: expect
            .binders
            .iter()
            .map(|it| first(ast, graph, it))
            .collect(),
        errors: Vec::new(),
    };
    let named = expect
        .binders
        .iter()
        .map(|binder| binder.index.text.clone());
    let mut bound: Vec<String> = named.collect();
    lowering.free_of(expect, &mut bound);
    let Apart { known, gate } = apart(graph, expect.filter.as_ref());
    let binders = lowering.binders.iter();
    bound.extend(binders.map(|binder| binder.index.text.clone()));
    lowering.errors.extend(unread(expect));
    lowering.errors.extend(partial(graph, expect, &bound));
    // No program can give anything such a name.
    let name = |side: &str| format!("expect {number} {side}");
    let (claim, sides, shown, whole, span) = match &expect.claim {
        Claim::Listed { tensor, list } => {
            let (tensor, rest) = lowering.listed(tensor).map_err(|error| vec![error])?;
            let called = tensor.to_string();
            let right = flatten(list, &called, &rest, "E120").map_err(|error| vec![error])?;
            let right = check::constants(ast, &check::valued(graph), &right)?;
            let left = lowering.filled(&tensor, rest.len());
            let span = tensor.span.to(list.span);
            lowering.over_elements(&rest, span);
            let claim = Compared::Listed {
                left: name("left"),
                right,
            };
            (
                claim,
                vec![(name("left"), left.clone())],
                left,
                rest.len(),
                span,
            )
        }
        Claim::Holds(condition) => match compared(condition) {
            Some((left, relation, right)) => {
                let rest = lowering.rest(&left, &right).map_err(|error| vec![error])?;
                let (left, right) = (
                    lowering.filled(&left, rest.len()),
                    lowering.filled(&right, rest.len()),
                );
                lowering.over_elements(&rest, condition.span);
                let claim = Compared::Sides {
                    left: name("left"),
                    relation,
                    right: name("right"),
                };
                let sides = vec![(name("left"), left.clone()), (name("right"), right)];
                (claim, sides, left, rest.len(), condition.span)
            }
            None => {
                let holds = Expr {
                    kind: ExprKind::Condition(Box::new(condition.clone())),
                    span: condition.span,
                };
                let sides = vec![(name("holds"), holds.clone())];
                (
                    Compared::Holds(name("holds")),
                    sides,
                    holds,
                    0,
                    condition.span,
                )
            }
        },
    };
    if !lowering.errors.is_empty() {
        return Err(lowering.errors);
    }
    let names = lowering
        .binders
        .iter()
        .map(|binder| binder.index.text.clone());
    let expected = Expected {
        span,
        claim,
        gate: gate.is_some().then(|| name("where")),
        filtered: expect.filter.is_some(),
        indices: names.zip(lowering.firsts).collect(),
        shown,
        whole,
    };
    let subscripts = lowering.binders.into_iter().map(Subscript::Binds);
    let subscripts: Vec<Subscript> = subscripts.collect();
    let define = |(text, expr): (String, Expr)| {
        Item::Statement(Statement::Define(Define {
            hint: false,
            name: Name { text, span },
            subscripts: subscripts.clone(),
            filter: known.clone(),
            range: None,
            span: expr.span,
            expr,
        }))
    };
    let gate = gate.map(|gate| {
        let span = gate.span;
        let kind = ExprKind::Condition(Box::new(gate));
        (name("where"), Expr { kind, span })
    });
    let all = sides.into_iter().chain(gate);
    Ok((expected, all.map(define).collect()))
}

/// The sides of one comparison; a condition that is one number is to be 1.
fn compared(condition: &Condition) -> Option<(Expr, Relation, Expr)> {
    match &condition.kind {
        ConditionKind::Compare {
            left,
            relation,
            right,
        } => Some((left.clone(), *relation, right.clone())),
        ConditionKind::Holds(expr) => {
            let one = number(1, expr.span);
            Some((expr.clone(), Relation::Equal, one))
        }
        _ => None,
    }
}

fn sizes(extents: &[Extent]) -> Vec<u64> {
    // Those of which nothing is known have been reported.
    extents
        .iter()
        .map(|extent| extent.size.unwrap_or(0))
        .collect()
}

fn number(value: i128, span: Span) -> Expr {
    let digits = Expr {
        kind: ExprKind::Number(value.unsigned_abs().to_string()),
        span,
    };
    match value < 0 {
        false => digits,
        true => Expr {
            kind: ExprKind::Negate(Box::new(digits)),
            span,
        },
    }
}

/// The least number of an index that is bound in the test, if constants say it.
fn first(ast: &Ast, graph: &Graph, binder: &Binder) -> i64 {
    let Over::Range(range) = &binder.domain else {
        return 0;
    };
    let first = check::constants(ast, &check::valued(graph), &[&range.lo]);
    first.map_or(0, |first| first[0])
}

/// A name, and its subscripts.
fn element(expr: &Expr) -> Option<(&Name, &[Expr])> {
    match &expr.kind {
        ExprKind::Name(name) => Some((name, &[])),
        ExprKind::Element { name, at } => Some((name, at)),
        _ => None,
    }
}

/// What the index over a dimension of a whole tensor is called.
fn position(number: usize, span: Span) -> Name {
    Name {
        text: format!("position {number}"),
        span,
    }
}

fn is_position(index: &Name) -> bool {
    index.text.contains(' ')
}

struct Lowering<'a> {
    graph: &'a Graph,
    binders: Vec<Binder>,
    firsts: Vec<i64>,
    errors: Vec<Diagnostic>,
}

impl Lowering<'_> {
    fn bind(&mut self, index: Name, extent: Extent) {
        let span = index.span;
        let Some(size) = extent.size else {
            let (what, hint) = match is_position(&index) {
                true => (
                    "what is of several lengths is not compared as a whole".to_string(),
                    "compare its elements: `expect[t in n, j in 0..=t] x[t, j] == ...`".to_string(),
                ),
                false => (
                    format!("nothing says what `{}` runs over", index.text),
                    format!("say it: `expect[{} in ...] ...`", index.text),
                ),
            };
            let error = Diagnostic::new("E120", what);
            let error = error.at(span, "a dimension of this differs from place to place");
            self.errors.push(error.hint(hint));
            return;
        };
        let domain = match extent.first {
            0 => Over::Size(number(size.into(), span)),
            first => Over::Range(Range {
                lo: number(first.into(), span),
                hi: number(i128::from(first) + i128::from(size), span),
                inclusive: false,
                span,
            }),
        };
        self.firsts.push(extent.first);
        self.binders.push(Binder { index, domain });
    }

    /// Indices over what is left of a whole tensor.
    fn over_elements(&mut self, rest: &[Extent], span: Span) {
        for (at, extent) in rest.iter().enumerate() {
            self.bind(position(at + 1, span), *extent);
        }
    }

    /// A tensor with such indices behind its subscripts; what has no dimension left stays as it is.
    fn filled(&self, expr: &Expr, rank: usize) -> Expr {
        let missing = self.missing(expr).map_or(0, |rest| rest.len());
        let Some((name, at)) = element(expr).filter(|_| missing == rank && rank > 0) else {
            return expr.clone();
        };
        let positions = (1..=rank).map(|k| Expr {
            kind: ExprKind::Name(position(k, expr.span)),
            span: expr.span,
        });
        Expr {
            kind: ExprKind::Element {
                name: name.clone(),
                at: at.iter().cloned().chain(positions).collect(),
            },
            span: expr.span,
        }
    }

    /// What is left of a tensor behind its subscripts, if it is one.
    fn missing(&self, expr: &Expr) -> Option<Vec<Extent>> {
        let (name, at) = element(expr)?;
        let extents = extents(self.graph, &name.text)?;
        let bound = |binder: &Binder| binder.index.text == name.text;
        (!self.binders.iter().any(bound)).then(|| extents.get(at.len()..).unwrap_or(&[]).to_vec())
    }

    /// The tensor that is compared with a list.
    fn listed(&self, tensor: &Expr) -> Result<(Expr, Vec<Extent>), Diagnostic> {
        let Some((name, _)) = element(tensor) else {
            let what = "a list is compared with a tensor";
            let error = Diagnostic::new("E120", what).at(tensor.span, "this is none");
            return Err(error.hint("write `y == [...]`, or `y[0] == [...]` of its first row"));
        };
        as_tensor(self.graph, name)?;
        match self.missing(tensor) {
            Some(rest) => Ok((tensor.clone(), rest)),
            None => {
                let what = format!("the program has no tensor `{}`", name.text);
                let error = Diagnostic::new("E120", what).at(name.span, "expected here");
                let outputs = self.graph.outputs.iter().map(|output| output.name.as_str());
                Err(match suggest(&name.text, outputs) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error.hint("outputs, inputs and values have names to compare"),
                })
            }
        }
    }

    /// What both sides have left behind their subscripts: a number is compared with each element.
    fn rest(&self, left: &Expr, right: &Expr) -> Result<Vec<Extent>, Diagnostic> {
        for (name, _) in [left, right].into_iter().filter_map(|side| element(side)) {
            as_tensor(self.graph, name)?;
        }
        let left_rest = self.missing(left).unwrap_or_default();
        let right_rest = self.missing(right).unwrap_or_default();
        if right_rest.is_empty() || left_rest == right_rest {
            return Ok(left_rest);
        }
        if left_rest.is_empty() {
            return Ok(right_rest);
        }
        let what = "what is compared has different shapes";
        let (left_shape, right_shape) = (shown(&sizes(&left_rest)), shown(&sizes(&right_rest)));
        Err(Diagnostic::new("E120", what)
            .at(right.span, format!("has {right_shape}"))
            .also(left.span, format!("has {left_shape}"))
            .hint("compare elements: `expect y[i] == x[i + 1]`"))
    }

    /// Binds the indices that stand as subscripts and that nothing else is called.
    fn free_of(&mut self, expect: &Expect, bound: &mut Vec<String>) {
        if let Some(filter) = &expect.filter {
            self.free_in(&filter.exprs(), bound);
        }
        match &expect.claim {
            Claim::Listed { tensor, .. } => self.free_in(&[tensor], bound),
            Claim::Holds(condition) => self.free_in(&condition.exprs(), bound),
        }
    }

    fn free_in(&mut self, exprs: &[&Expr], bound: &mut Vec<String>) {
        for expr in exprs {
            self.free(expr, bound);
        }
    }

    fn free(&mut self, expr: &Expr, bound: &mut Vec<String>) {
        match &expr.kind {
            ExprKind::Number(_) | ExprKind::Name(_) | ExprKind::Every => {}
            ExprKind::Element { name, at } => {
                let extents = extents(self.graph, &name.text).unwrap_or_default();
                for (k, at) in at.iter().enumerate() {
                    match (&at.kind, extents.get(k)) {
                        (ExprKind::Name(index), Some(extent))
                            if !bound.contains(&index.text)
                                && !is_known(self.graph, &index.text) =>
                        {
                            self.found(index, *extent);
                        }
                        _ => self.free(at, bound),
                    }
                }
            }
            ExprKind::Call { arguments, .. } => {
                self.free_in(&arguments.iter().collect::<Vec<_>>(), bound);
            }
            ExprKind::Apply(apply) => {
                let given = apply.given.iter().map(|given| &given.value);
                self.free_in(&given.chain(&apply.at).collect::<Vec<_>>(), bound);
            }
            ExprKind::Reduce {
                binders,
                filter,
                body,
                ..
            } => {
                let before = bound.len();
                bound.extend(binders.iter().map(|binder| binder.index.text.clone()));
                if let Some(filter) = filter {
                    self.free_in(&filter.exprs(), bound);
                }
                self.free(body, bound);
                bound.truncate(before);
            }
            ExprKind::Negate(inner) => self.free(inner, bound),
            ExprKind::Binary { left, right, .. } => self.free_in(&[left, right], bound),
            ExprKind::Condition(condition) => self.free_in(&condition.exprs(), bound),
        }
    }

    /// An index as a subscript: the first place says what it runs over, and others agree.
    fn found(&mut self, index: &Name, extent: Extent) {
        let same = |binder: &Binder| binder.index.text == index.text;
        let Some(at) = self.binders.iter().position(same) else {
            return self.bind(index.clone(), extent);
        };
        let (first, size) = (self.firsts[at], extent.size);
        let before = self.binders[at].domain.clone();
        let agrees = match (&before, size) {
            (_, None) => true,
            (Over::Size(known), Some(size)) => {
                known.kind == number(size.into(), known.span).kind && extent.first == 0
            }
            (Over::Range(known), Some(size)) => {
                let end = i128::from(first) + i128::from(size);
                first == extent.first && known.hi.kind == number(end, known.hi.span).kind
            }
        };
        if !agrees {
            let what = format!("`{}` runs over dimensions of different sizes", index.text);
            let size = size.unwrap_or(0);
            self.errors.push(
                Diagnostic::new("E120", what)
                    .at(index.span, format!("{size} here"))
                    .also(before.span(), "another number here")
                    .hint(format!("say it: `expect[{} in ...] ...`", index.text)),
            );
        }
    }
}
