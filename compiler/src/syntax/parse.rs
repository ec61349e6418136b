//! From source text to tree; with its submodules, all that knows pest.

mod explain;
pub(crate) mod foreign;
mod plan;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use pest::iterators::{Pair, Pairs};
use pest::pratt_parser::{Assoc, Op, PrattParser};
use pest::Parser;

use crate::diagnostic::{Diagnostic, Span};
use crate::syntax::ast::{
    Assert, Ast, BinaryOp, Binder, Comparison, Define, Expr, ExprKind, Item, Loop, Name, Param,
    Range, Region, State, Statement, Subscript, Table, Tensor,
};
use crate::syntax::scan;
pub use crate::syntax::scan::{decode, MAX_NESTING, MAX_OPERATORS, MAX_SOURCE};
pub use plan::parse_plan;

// The attribute's path is relative to this crate's manifest.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/attn.pest"]
struct Grammar;

/// The tree of a program (spec 2).
///
/// # Errors
/// E001 or E002 for a text over the limits of [`MAX_SOURCE`], [`MAX_NESTING`] and
/// [`MAX_OPERATORS`], E005 for a control character; otherwise E003, one for each piece of the text
/// that is not well formed.
pub fn parse(source: &str) -> Result<Ast, Vec<Diagnostic>> {
    scan::limits(source).map_err(|error| vec![error])?;
    match Grammar::parse(Rule::program, source) {
        Ok(mut pairs) => match pairs.next() {
            Some(program) => Ok(ast(program)),
            None => unreachable!("a parse that succeeds gives its rule"),
        },
        Err(error) => Err(explain::syntax_errors(source, &error)),
    }
}

/// What the items that [`salvage`] leaves out may have said.
#[derive(Clone, Debug, Default)]
pub struct Lost {
    /// The words in them.
    pub names: BTreeSet<String>,
    /// The words in those that assert something.
    pub asserted: BTreeSet<String>,
}

/// What can be read of a program that has errors of syntax: its other items, with their places;
/// nothing if its brackets or its head are wrong.
pub fn salvage(source: &str) -> Option<(Ast, Lost)> {
    scan::limits(source).ok()?;
    explain::salvage(source)
}

/// The pairs inside a pair that carry meaning, in the order that the grammar gives them.
struct Children<'i>(Vec<Pair<'i, Rule>>, usize);

impl<'i> Children<'i> {
    fn of(pair: Pair<'i, Rule>) -> Self {
        let inner = pair.into_inner();
        Self(inner.filter(|pair| !is_silent(pair.as_rule())).collect(), 0)
    }

    fn peek(&self) -> Option<Rule> {
        self.0.get(self.1).map(Pair::as_rule)
    }

    fn maybe(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        let pair = self.0.get(self.1).filter(|pair| pair.as_rule() == rule)?;
        self.1 += 1;
        Some(pair.clone())
    }

    fn take(&mut self, rule: Rule) -> Pair<'i, Rule> {
        match self.maybe(rule) {
            Some(pair) => pair,
            None => unreachable!("the grammar gives {rule:?}, not {:?}", self.peek()),
        }
    }

    fn all<T>(&mut self, rule: Rule, read: impl Fn(Pair<'i, Rule>) -> T) -> Vec<T> {
        std::iter::from_fn(|| self.maybe(rule)).map(read).collect()
    }

    fn name(&mut self) -> Name {
        name(self.take(Rule::name))
    }

    fn expr(&mut self) -> Expr {
        expr(self.take(Rule::expr))
    }

    fn range(&mut self) -> Option<Range> {
        self.maybe(Rule::range).map(range)
    }

    /// A bracketed list of expressions, or none.
    fn shape(&mut self) -> Vec<Expr> {
        self.maybe(Rule::shape).map_or(Vec::new(), exprs)
    }

    fn rest(self) -> impl Iterator<Item = Pair<'i, Rule>> {
        self.0.into_iter().skip(self.1)
    }
}

/// Tokens that the tree does not need: their rules have been chosen already.
fn is_silent(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::paren_open
            | Rule::paren_close
            | Rule::bracket_open
            | Rule::bracket_close
            | Rule::brace_open
            | Rule::brace_close
            | Rule::comma
            | Rule::bar
            | Rule::colon
            | Rule::equals
            | Rule::arrow
            | Rule::kw_circuit
            | Rule::kw_table
            | Rule::kw_state
            | Rule::kw_step
            | Rule::kw_for
            | Rule::kw_in
            | Rule::kw_assert
            | Rule::kw_region
            | Rule::kw_plan
            | Rule::kw_proof
            | Rule::kw_from
            | Rule::EOI
    )
}

fn span(pair: &Pair<Rule>) -> Span {
    Span::new(pair.as_span().start(), end(pair))
}

/// Where its last token ends: pest counts the blanks and comments after it in.
fn end(pair: &Pair<Rule>) -> usize {
    match pair.clone().into_inner().next_back() {
        Some(last) => end(&last),
        None => pair.as_span().end(),
    }
}

fn name(pair: Pair<Rule>) -> Name {
    Name {
        text: pair.as_str().to_string(),
        span: span(&pair),
    }
}

fn ast(program: Pair<Rule>) -> Ast {
    let mut children = Children::of(program);
    Ast {
        name: children.name(),
        params: children.maybe(Rule::params).map_or(Vec::new(), |params| {
            Children::of(params).all(Rule::param, param)
        }),
        items: children.rest().map(item).collect(),
    }
}

fn param(pair: Pair<Rule>) -> Param {
    let mut children = Children::of(pair);
    Param {
        name: children.name(),
        default: children.expr(),
    }
}

fn item(pair: Pair<Rule>) -> Item {
    match pair.as_rule() {
        Rule::table => Item::Table(table(pair)),
        Rule::tensor => Item::Tensor(tensor(pair)),
        Rule::state => Item::State(state(pair)),
        Rule::region => Item::Region(region(pair)),
        Rule::plan => Item::Plan(plan::plan(pair)),
        _ => Item::Statement(statement(pair)),
    }
}

fn table(pair: Pair<Rule>) -> Table {
    let span = span(&pair);
    let mut children = Children::of(pair);
    Table {
        name: children.name(),
        argument: children.name(),
        domain: range(children.take(Rule::range)),
        range: children.range(),
        body: children
            .maybe(Rule::table_body)
            .map(|body| Children::of(body).expr()),
        span,
    }
}

fn range(pair: Pair<Rule>) -> Range {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let lo = children.expr();
    let inclusive = children.maybe(Rule::to).is_none();
    if inclusive {
        children.take(Rule::to_inclusive);
    }
    Range {
        lo,
        hi: children.expr(),
        inclusive,
        span,
    }
}

fn tensor(pair: Pair<Rule>) -> Tensor {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let public = children.maybe(Rule::kw_public).is_some();
    children.maybe(Rule::kw_private);
    let input = children.maybe(Rule::kw_input).is_some();
    children.maybe(Rule::kw_output);
    Tensor {
        public,
        input,
        name: children.name(),
        shape: children.shape(),
        range: children.range(),
        span,
    }
}

fn state(pair: Pair<Rule>) -> State {
    let span = span(&pair);
    let mut children = Children::of(pair);
    State {
        name: children.name(),
        seed: children.maybe(Rule::name).map(name),
        span,
    }
}

fn statement(pair: Pair<Rule>) -> Statement {
    match pair.as_rule() {
        Rule::step => Statement::Step(body(pair)),
        Rule::for_each => Statement::For(body(pair)),
        Rule::append => append(pair),
        Rule::define => Statement::Define(define(pair)),
        Rule::assert => Statement::Assert(assert(pair)),
        rule => unreachable!("{rule:?} is no statement of the grammar"),
    }
}

fn body(pair: Pair<Rule>) -> Loop {
    let span = span(&pair);
    let mut children = Children::of(pair);
    Loop {
        binder: binder(children.take(Rule::binder)),
        body: children.rest().map(statement).collect(),
        span,
    }
}

fn binder(pair: Pair<Rule>) -> Binder {
    let mut children = Children::of(pair);
    Binder {
        index: children.name(),
        domain: children.expr(),
    }
}

fn append(pair: Pair<Rule>) -> Statement {
    let span = span(&pair);
    let mut children = Children::of(pair);
    Statement::Append {
        state: children.name(),
        source: children.name(),
        at: children.shape(),
        span,
    }
}

fn define(pair: Pair<Rule>) -> Define {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let subscript = |pair: Pair<Rule>| match pair.as_rule() {
        Rule::binder => Subscript::Binds(binder(pair)),
        _ => Subscript::Bound(name(pair)),
    };
    Define {
        name: children.name(),
        subscripts: children.maybe(Rule::subscripts).map_or(Vec::new(), |list| {
            Children::of(list).rest().map(subscript).collect()
        }),
        range: children.range(),
        expr: children.expr(),
        span,
    }
}

fn assert(pair: Pair<Rule>) -> Assert {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let over = children.maybe(Rule::over);
    Assert {
        binders: over.map_or(Vec::new(), |over| {
            Children::of(over).all(Rule::binder, binder)
        }),
        left: children.expr(),
        comparison: match children.take(Rule::comparison).as_str() {
            ">=" => Comparison::AtLeast,
            "<=" => Comparison::AtMost,
            ">" => Comparison::More,
            "<" => Comparison::Less,
            _ => Comparison::Equal,
        },
        right: children.expr(),
        span,
    }
}

fn region(pair: Pair<Rule>) -> Region {
    let span = span(&pair);
    let mut children = Children::of(pair);
    Region {
        name: name(children.take(Rule::label)),
        members: children.all(Rule::label, name),
        span,
    }
}

static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::plus) | left(Rule::minus))
        .op(left(Rule::times) | left(Rule::divided) | left(Rule::modulo))
        .op(Op::prefix(Rule::negate))
        .op(Op::infix(Rule::power, Assoc::Right))
});

fn exprs(pair: Pair<Rule>) -> Vec<Expr> {
    Children::of(pair).all(Rule::expr, expr)
}

/// Of an `expr` or a `product`.
fn expr(pair: Pair<Rule>) -> Expr {
    climb(pair.into_inner())
}

fn climb(pairs: Pairs<Rule>) -> Expr {
    PRECEDENCE
        .map_primary(primary)
        .map_prefix(|sign, operand| Expr {
            span: span(&sign).to(operand.span),
            kind: ExprKind::Negate(Box::new(operand)),
        })
        .map_infix(|left, sign, right| Expr {
            span: left.span.to(right.span),
            kind: ExprKind::Binary {
                op: match sign.as_rule() {
                    Rule::plus => BinaryOp::Add,
                    Rule::minus => BinaryOp::Sub,
                    Rule::times => BinaryOp::Mul,
                    Rule::divided => BinaryOp::Div,
                    Rule::modulo => BinaryOp::Mod,
                    _ => BinaryOp::Pow,
                },
                left: Box::new(left),
                right: Box::new(right),
            },
        })
        .parse(pairs)
}

fn primary(pair: Pair<Rule>) -> Expr {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let kind = match children.peek() {
        Some(Rule::number) => ExprKind::Number(children.take(Rule::number).as_str().to_string()),
        Some(Rule::reduce) => reduce(children.take(Rule::reduce)),
        Some(Rule::name) => {
            let name = children.name();
            if let Some(list) = children.maybe(Rule::arguments) {
                let arguments = exprs(list);
                ExprKind::Call { name, arguments }
            } else if let Some(list) = children.maybe(Rule::shape) {
                let at = exprs(list);
                ExprKind::Element { name, at }
            } else {
                ExprKind::Name(name)
            }
        }
        _ => children.expr().kind,
    };
    Expr { kind, span }
}

fn reduce(pair: Pair<Rule>) -> ExprKind {
    let mut children = Children::of(pair);
    ExprKind::Reduce {
        name: name(children.take(Rule::reducer)),
        binders: children.all(Rule::binder, binder),
        body: Box::new(expr(children.take(Rule::product))),
    }
}

#[cfg(test)]
mod tests;
