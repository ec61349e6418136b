//! Tests beside a circuit: on one line if they are written so and fit.

use pest::iterators::Pair;

use super::document::{all, Doc};
use super::expression::inner;
use super::line::{Item, Mark};
use super::printer::Printer;
use crate::syntax::parse::Rule;

impl Printer {
    /// The word, the name, what it fails with, its parameters, and its lines.
    pub fn test_block(&mut self, pairs: &[Pair<Rule>]) -> (Doc, Option<Mark>, Doc) {
        let of_brace = |pair: &Pair<Rule>| pair.as_rule() == Rule::brace_open;
        let (head, block) = pairs.split_at(pairs.iter().position(of_brace).unwrap_or(0));
        let head = self.spaced(head, Self::expression);
        let [open, .., close] = block else {
            unreachable!("a test has braces");
        };
        let line = |pair: &Pair<Rule>| pair.as_span().start_pos().line_col().0;
        self.line_or_block(head, block, line(open) == line(close), Self::test_line)
    }

    fn test_line(&mut self, pair: &Pair<Rule>) -> Item {
        let pairs = [pair.clone()];
        self.item_of(&pairs, |printer| {
            let pairs = inner(pair);
            match pair.as_rule() {
                Rule::give => printer.given_in_test(&pairs),
                Rule::expect => (printer.expected(&pairs), None, all(Vec::new())),
                _ => {
                    let words = printer.spaced(&pairs, Self::token);
                    (words, None, all(Vec::new()))
                }
            }
        })
    }

    /// `x = [1, 2]`, `x[i, j] = i - j`.
    fn given_in_test(&mut self, pairs: &[Pair<Rule>]) -> (Doc, Option<Mark>, Doc) {
        let [name, indices @ .., equals, value] = pairs else {
            unreachable!("what is given has a value");
        };
        let mut head = vec![self.token(name)];
        for (number, pair) in indices.iter().enumerate() {
            head.push(self.token(pair));
            if pair.as_rule() == Rule::comma && number + 1 < indices.len() {
                head.push(Doc::Space);
            }
        }
        let head = all(head);
        let rest = self.given_by(equals, value, &head);
        (head, Some(Mark::Define), rest)
    }

    /// `expect[i in n] a == b`, with a list or a condition behind it.
    fn expected(&mut self, pairs: &[Pair<Rule>]) -> Doc {
        let mut parts = Vec::new();
        for pair in pairs {
            match pair.as_rule() {
                Rule::kw_expect => parts.push(self.token(pair)),
                Rule::over => parts.push(self.expression(pair)),
                Rule::is_list => {
                    let pairs = inner(pair);
                    parts.extend([Doc::Space, self.spaced(&pairs, Self::expression)]);
                }
                _ => parts.extend([Doc::Space, self.expression(pair)]),
            }
        }
        all(parts)
    }
}
