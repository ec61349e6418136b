//! Plans: those that a program declares, and one that is given as a text of its own (spec 2.6).

use pest::iterators::Pair;

use super::expression::{expr, range};
use super::grammar::{name, span, Children, Rule};
use crate::diagnostic::{Span, PLAN_TEXT};
use crate::syntax::ast::{
    Boundary, Condition, ConditionKind, Cut, Expr, ExprKind, Name, Over, Pieces, Plan, Proof,
    Range, Term,
};

/// The plan without a name that a text of its own is; spans are from [`PLAN_TEXT`] on.
pub fn given(text: &str, pair: Pair<Rule>) -> Plan {
    let mut plan = Plan {
        name: Name {
            text: String::new(),
            span: Span::new(0, text.trim_end().len()),
        },
        proofs: Vec::new(),
        boundaries: Vec::new(),
        hiding: false,
        span: Span::new(0, text.trim_end().len()),
    };
    fill(&mut plan, Children::of(pair));
    shift(&mut plan);
    plan
}

pub fn plan(pair: Pair<Rule>) -> Plan {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let mut plan = Plan {
        name: name(children.take(Rule::label)),
        proofs: Vec::new(),
        boundaries: Vec::new(),
        hiding: false,
        span,
    };
    fill(&mut plan, children);
    plan
}

fn fill(plan: &mut Plan, items: Children) {
    for pair in items.rest() {
        match pair.as_rule() {
            Rule::proof => plan.proofs.push(proof(pair)),
            Rule::kw_hiding => plan.hiding = true,
            _ => plan.boundaries.push(boundary(pair)),
        }
    }
}

fn proof(pair: Pair<Rule>) -> Proof {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let name = name(children.take(Rule::label));
    let (mut terms, mut cuts) = (Vec::new(), Vec::new());
    let mut subtract = false;
    for pair in children.rest() {
        match pair.as_rule() {
            Rule::term => terms.push(term(pair, subtract)),
            Rule::cut => cuts.push(cut(pair)),
            sign => subtract = sign == Rule::minus,
        }
    }
    Proof {
        name,
        terms,
        cuts,
        span,
    }
}

fn term(pair: Pair<Rule>, subtract: bool) -> Term {
    let span = span(&pair);
    let target = Children::of(pair).maybe(Rule::label).map(name);
    Term {
        subtract,
        target,
        span,
    }
}

fn cut(pair: Pair<Rule>) -> Cut {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let open = children.maybe(Rule::kw_open).is_some();
    if children.maybe(Rule::kw_by).is_some() {
        let group = children.maybe(Rule::expr).map(expr);
        return Cut {
            open,
            over: name(children.take(Rule::label)),
            pieces: Pieces::By(group),
            span,
        };
    }
    Cut {
        open,
        over: name(children.take(Rule::label)),
        pieces: Pieces::Ranges(children.all(Rule::range, range)),
        span,
    }
}

fn boundary(pair: Pair<Rule>) -> Boundary {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let open = children.maybe(Rule::kw_open).is_some();
    children.maybe(Rule::kw_linked);
    let between = match children.maybe(Rule::everything) {
        Some(_) => None,
        None => {
            let mut side = || name(children.take(Rule::label));
            Some((side(), side()))
        }
    };
    Boundary {
        open,
        between,
        span,
    }
}

/// Moves every span of a plan to where those of its text begin.
fn shift(plan: &mut Plan) {
    let by = |span: &mut Span| *span = span.moved(PLAN_TEXT);
    by(&mut plan.span);
    by(&mut plan.name.span);
    for proof in &mut plan.proofs {
        by(&mut proof.span);
        by(&mut proof.name.span);
        for term in &mut proof.terms {
            by(&mut term.span);
            term.target.iter_mut().for_each(|name| by(&mut name.span));
        }
        for cut in &mut proof.cuts {
            by(&mut cut.span);
            by(&mut cut.over.span);
            match &mut cut.pieces {
                Pieces::By(group) => group.iter_mut().for_each(shift_expr),
                Pieces::Ranges(ranges) => ranges.iter_mut().for_each(shift_range),
            }
        }
    }
    for boundary in &mut plan.boundaries {
        by(&mut boundary.span);
        if let Some((a, b)) = &mut boundary.between {
            by(&mut a.span);
            by(&mut b.span);
        }
    }
}

fn shift_range(range: &mut Range) {
    range.span = range.span.moved(PLAN_TEXT);
    shift_expr(&mut range.lo);
    shift_expr(&mut range.hi);
}

fn shift_expr(expr: &mut Expr) {
    expr.span = expr.span.moved(PLAN_TEXT);
    let by = |name: &mut Name| name.span = name.span.moved(PLAN_TEXT);
    match &mut expr.kind {
        ExprKind::Number(_) | ExprKind::Every => {}
        ExprKind::Apply(apply) => {
            by(&mut apply.name);
            for given in &mut apply.given {
                given.name.iter_mut().for_each(by);
                shift_expr(&mut given.value);
            }
            apply.result.iter_mut().for_each(by);
            apply.at.iter_mut().for_each(shift_expr);
        }
        ExprKind::Name(name) => by(name),
        ExprKind::Element { name, at } => {
            by(name);
            at.iter_mut().for_each(shift_expr);
        }
        ExprKind::Call { name, arguments } => {
            by(name);
            arguments.iter_mut().for_each(shift_expr);
        }
        ExprKind::Reduce {
            name,
            binders,
            filter,
            body,
        } => {
            by(name);
            filter.iter_mut().for_each(|filter| shift_condition(filter));
            for binder in binders {
                by(&mut binder.index);
                match &mut binder.domain {
                    Over::Size(size) => shift_expr(size),
                    Over::Range(range) => shift_range(range),
                }
            }
            shift_expr(body);
        }
        ExprKind::Negate(inner) => shift_expr(inner),
        ExprKind::Binary { left, right, .. } => {
            shift_expr(left);
            shift_expr(right);
        }
        ExprKind::Condition(condition) => shift_condition(condition),
    }
}

fn shift_condition(condition: &mut Condition) {
    condition.span = condition.span.moved(PLAN_TEXT);
    match &mut condition.kind {
        ConditionKind::Holds(expr) => shift_expr(expr),
        ConditionKind::Compare { left, right, .. } => {
            shift_expr(left);
            shift_expr(right);
        }
        ConditionKind::Not(inner) => shift_condition(inner),
        ConditionKind::And(left, right) | ConditionKind::Or(left, right) => {
            shift_condition(left);
            shift_condition(right);
        }
    }
}
