//! The grammar, and how its pairs are read.

use pest::iterators::Pair;

use crate::diagnostic::Span;
use crate::syntax::ast::Name;

// The attribute's path is relative to this crate's manifest.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/attn.pest"]
pub struct Grammar;

/// The pairs inside a pair that carry meaning, in the order that the grammar gives them.
pub struct Children<'i>(Vec<Pair<'i, Rule>>, usize);

impl<'i> Children<'i> {
    pub fn of(pair: Pair<'i, Rule>) -> Self {
        let inner = pair.into_inner();
        Self(inner.filter(|pair| !is_silent(pair.as_rule())).collect(), 0)
    }

    pub fn peek(&self) -> Option<Rule> {
        self.0.get(self.1).map(Pair::as_rule)
    }

    pub fn maybe(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        let pair = self.0.get(self.1).filter(|pair| pair.as_rule() == rule)?;
        self.1 += 1;
        Some(pair.clone())
    }

    pub fn take(&mut self, rule: Rule) -> Pair<'i, Rule> {
        match self.maybe(rule) {
            Some(pair) => pair,
            None => unreachable!("the grammar gives {rule:?}, not {:?}", self.peek()),
        }
    }

    pub fn all<T>(&mut self, rule: Rule, read: impl Fn(Pair<'i, Rule>) -> T) -> Vec<T> {
        std::iter::from_fn(|| self.maybe(rule)).map(read).collect()
    }

    pub fn name(&mut self) -> Name {
        name(self.take(Rule::name))
    }

    pub fn rest(self) -> impl Iterator<Item = Pair<'i, Rule>> {
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
            | Rule::gives
            | Rule::dot
            | Rule::kw_use
            | Rule::kw_test
            | Rule::kw_test_fails
            | Rule::kw_expect
            | Rule::kw_sample
            | Rule::kw_seed
            | Rule::kw_prove
            | Rule::equality
            | Rule::kw_def
            | Rule::kw_circuit
            | Rule::kw_table
            | Rule::kw_state
            | Rule::kw_step
            | Rule::kw_layer
            | Rule::kw_for
            | Rule::kw_in
            | Rule::kw_assert
            | Rule::kw_region
            | Rule::kw_plan
            | Rule::kw_proof
            | Rule::kw_from
            | Rule::kw_where
            | Rule::kw_and
            | Rule::kw_or
            | Rule::kw_not
            | Rule::EOI
    )
}

pub fn span(pair: &Pair<Rule>) -> Span {
    Span::new(pair.as_span().start(), end(pair))
}

/// Where its last token ends: pest counts the blanks and comments after it in.
fn end(pair: &Pair<Rule>) -> usize {
    match pair.clone().into_inner().next_back() {
        Some(last) => end(&last),
        None => pair.as_span().end(),
    }
}

pub fn name(pair: Pair<Rule>) -> Name {
    Name {
        text: pair.as_str().to_string(),
        span: span(&pair),
    }
}
