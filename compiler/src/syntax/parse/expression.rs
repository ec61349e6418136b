//! Expressions, and what is written with them alone: ranges, binders, subscripts, lists, parameters.

use std::sync::LazyLock;

use pest::iterators::{Pair, Pairs};
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::grammar::{name, span, Children, Rule};
use crate::diagnostic::Span;
use crate::syntax::ast::{
    Apply, BinaryOp, Binder, Condition, ConditionKind, Expr, ExprKind, Given, List, Listed, Name,
    Over, Param, Range, Relation,
};

impl Children<'_> {
    /// The indices and the filter of an `over`, if one stands here.
    pub fn over(&mut self) -> (Vec<Binder>, Option<Condition>) {
        let Some(over) = self.maybe(Rule::over) else {
            return (Vec::new(), None);
        };
        let mut over = Children::of(over);
        (over.all(Rule::binder, binder), over.filter())
    }

    /// The parameters in brackets, if any stand here.
    pub fn params(&mut self) -> Vec<Param> {
        let params = self.maybe(Rule::params);
        params.map_or(Vec::new(), |it| Children::of(it).all(Rule::param, param))
    }

    pub fn expr(&mut self) -> Expr {
        expr(self.take(Rule::expr))
    }

    pub fn range(&mut self) -> Option<Range> {
        self.maybe(Rule::range).map(range)
    }

    pub fn filter(&mut self) -> Option<Condition> {
        let filter = self.maybe(Rule::filter)?;
        Some(condition(Children::of(filter).take(Rule::condition)))
    }

    /// A bracketed list of expressions, or none.
    pub fn shape(&mut self) -> Vec<Expr> {
        self.maybe(Rule::shape).map_or(Vec::new(), exprs)
    }
}

pub fn range(pair: Pair<Rule>) -> Range {
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

pub fn binder(pair: Pair<Rule>) -> Binder {
    let mut children = Children::of(pair);
    Binder {
        index: children.name(),
        domain: match children.range() {
            Some(range) => Over::Range(range),
            None => Over::Size(children.expr()),
        },
    }
}

pub fn param(pair: Pair<Rule>) -> Param {
    let mut children = Children::of(pair);
    Param {
        name: children.name(),
        default: children.expr(),
    }
}

pub fn list(pair: Pair<Rule>) -> List {
    let listed = |pair: Pair<Rule>| match pair.as_rule() {
        Rule::list => Listed::List(list(pair)),
        _ => Listed::One(expr(pair)),
    };
    List {
        span: span(&pair),
        entries: Children::of(pair).rest().map(listed).collect(),
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

/// A condition as a number; one expression alone is that.
pub fn number(pair: Pair<Rule>) -> Expr {
    let Condition { kind, span } = condition(pair);
    match kind {
        ConditionKind::Holds(expr) => expr,
        kind => Expr {
            kind: ExprKind::Condition(Box::new(Condition { kind, span })),
            span,
        },
    }
}

/// Of an `expr` or a `product`.
pub fn expr(pair: Pair<Rule>) -> Expr {
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
                let given = Children::of(list).all(Rule::given, given);
                call(name, given, children)
            } else if let Some(list) = children.maybe(Rule::slice) {
                let at = slice(list);
                ExprKind::Element { name, at }
            } else {
                ExprKind::Name(name)
            }
        }
        _ => number(children.take(Rule::condition)).kind,
    };
    Expr { kind, span }
}

fn slice(pair: Pair<Rule>) -> Vec<Expr> {
    let sliced = |pair: Pair<Rule>| match pair.as_rule() {
        Rule::every => Expr {
            span: span(&pair),
            kind: ExprKind::Every,
        },
        _ => expr(pair),
    };
    Children::of(pair).rest().map(sliced).collect()
}

fn given(pair: Pair<Rule>) -> Given {
    let mut children = Children::of(pair);
    let named = children.maybe(Rule::named).map(|pair| {
        let whole = pair.as_str();
        let end = whole.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let text = &whole[..end.unwrap_or(whole.len())];
        let start = pair.as_span().start();
        Name {
            text: text.to_string(),
            span: Span::new(start, start + text.len()),
        }
    });
    Given {
        name: named,
        value: number(children.take(Rule::condition)),
    }
}

/// `name(given)`, and what stands behind it.
fn call(name: Name, given: Vec<Given>, mut behind: Children) -> ExprKind {
    let result = behind.maybe(Rule::name).map(super::grammar::name);
    let at = behind.maybe(Rule::slice).map_or(Vec::new(), slice);
    if result.is_none() && at.is_empty() && given.iter().all(|given| given.name.is_none()) {
        let arguments = given.into_iter().map(|given| given.value).collect();
        return ExprKind::Call { name, arguments };
    }
    ExprKind::Apply(Box::new(Apply {
        name,
        given,
        result,
        at,
    }))
}

/// Of a `condition`, a `conjunction` or a `test`.
pub fn condition(pair: Pair<Rule>) -> Condition {
    let span = span(&pair);
    let rule = pair.as_rule();
    let mut children = Children::of(pair);
    if rule == Rule::test {
        let kind = match children.peek() {
            Some(Rule::test) => ConditionKind::Not(Box::new(condition(children.take(Rule::test)))),
            _ => test(children),
        };
        return Condition { kind, span };
    }
    let (inner, join): (Rule, fn(_, _) -> _) = match rule {
        Rule::condition => (Rule::conjunction, ConditionKind::Or),
        _ => (Rule::test, ConditionKind::And),
    };
    let mut all = children.all(inner, condition).into_iter();
    let Some(first) = all.next() else {
        unreachable!("a condition is of one test at least");
    };
    all.fold(first, |left, right| Condition {
        span: left.span.to(right.span),
        kind: join(Box::new(left), Box::new(right)),
    })
}

fn test(mut children: Children) -> ConditionKind {
    let left = children.expr();
    let Some(relation) = children.maybe(Rule::relation) else {
        return match left.kind {
            ExprKind::Condition(inner) => inner.kind,
            _ => ConditionKind::Holds(left),
        };
    };
    ConditionKind::Compare {
        left,
        relation: match relation.as_str() {
            ">=" => Relation::AtLeast,
            "<=" => Relation::AtMost,
            ">" => Relation::More,
            "<" => Relation::Less,
            "==" => Relation::Equal,
            _ => Relation::Different,
        },
        right: children.expr(),
    }
}

fn reduce(pair: Pair<Rule>) -> ExprKind {
    let mut children = Children::of(pair);
    ExprKind::Reduce {
        name: name(children.take(Rule::reducer)),
        binders: children.all(Rule::binder, binder),
        filter: children.filter().map(Box::new),
        body: Box::new(expr(children.take(Rule::product))),
    }
}
