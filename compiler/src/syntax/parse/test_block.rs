//! Tests as the tree has them.

use pest::iterators::Pair;

use super::expression::{condition, expr, list};
use super::grammar::{name, span, Children, Rule};
use crate::diagnostic::Span;
use crate::syntax::ast::{Claim, Expect, Fails, Give, Listed, Name, Sample, Test, TestLine};

/// Of a `test_block`.
pub fn test(pair: Pair<Rule>) -> Test {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let called = quoted(children.take(Rule::quoted));
    let fails = children.maybe(Rule::code).map(|code| Fails {
        code: name(code),
        part: children.maybe(Rule::quoted).map(quoted),
    });
    Test {
        name: called,
        fails,
        settings: children.params(),
        lines: children.rest().map(line).collect(),
        span,
    }
}

/// What stands between quotes.
fn quoted(pair: Pair<Rule>) -> Name {
    let Span { start, end } = span(&pair);
    Name {
        text: pair.as_str().trim_matches('"').to_string(),
        span: Span::new(start + 1, end - 1),
    }
}

fn line(pair: Pair<Rule>) -> TestLine {
    match pair.as_rule() {
        Rule::sample => TestLine::Sample(sample(pair)),
        Rule::prove => TestLine::Prove(span(&pair)),
        Rule::expect => TestLine::Expect(expect(pair)),
        _ => TestLine::Give(give(pair)),
    }
}

fn sample(pair: Pair<Rule>) -> Sample {
    let span = span(&pair);
    let mut children = Children::of(pair);
    Sample {
        draws: name(children.take(Rule::count)),
        seed: children.maybe(Rule::count).map(name),
        span,
    }
}

fn give(pair: Pair<Rule>) -> Give {
    let span = span(&pair);
    let mut children = Children::of(pair);
    Give {
        name: children.name(),
        indices: children.all(Rule::name, name),
        elements: match children.maybe(Rule::list) {
            Some(listed) => Listed::List(list(listed)),
            None => Listed::One(children.expr()),
        },
        span,
    }
}

fn expect(pair: Pair<Rule>) -> Expect {
    let span = span(&pair);
    let mut children = Children::of(pair);
    let (binders, filter) = children.over();
    let claim = match children.maybe(Rule::is_list) {
        Some(pair) => {
            let mut children = Children::of(pair);
            Claim::Listed {
                tensor: expr(children.take(Rule::expr)),
                list: list(children.take(Rule::list)),
            }
        }
        None => Claim::Holds(condition(children.take(Rule::condition))),
    };
    Expect {
        binders,
        filter,
        claim,
        span,
    }
}
