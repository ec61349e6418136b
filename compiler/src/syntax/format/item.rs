//! Items and statements, and what stands beside a circuit.

use pest::iterators::Pair;

use super::document::{all, group, nest, Doc, INDENT, WIDTH};
use super::expression::inner;
use super::line::{Item, Mark};
use super::printer::{Breaks, Printer};
use crate::syntax::parse::Rule;

type Printed = (Doc, Option<Mark>, Doc);

/// The first of its rule, by its place.
fn at(pairs: &[Pair<Rule>], rule: Rule) -> Option<usize> {
    pairs.iter().position(|pair| pair.as_rule() == rule)
}

fn nothing() -> Doc {
    all(Vec::new())
}

impl Printer {
    /// A whole text: what stands beside the circuit, and the circuit, whose parts stand among it.
    pub fn text(&mut self, program: &Pair<Rule>) -> Doc {
        let pairs = inner(program);
        let [beside @ .., end] = pairs.as_slice() else {
            unreachable!("a text has an end");
        };
        let mut items = Vec::new();
        let mut rest = beside;
        while let Some(next) = rest.first() {
            let count = match next.as_rule() {
                Rule::kw_circuit => at(rest, Rule::brace_close).map_or(rest.len(), |at| at + 1),
                _ => 1,
            };
            let (item, others) = rest.split_at(count);
            items.push(self.item(item));
            rest = others;
        }
        let (below, _) = self.trivia.take_above(end.as_span().start());
        all(self.lines(items, below))
    }

    /// An item, given as its pair; a circuit as its pairs.
    pub fn item(&mut self, pairs: &[Pair<Rule>]) -> Item {
        self.item_of(pairs, |printer| {
            let [pair] = pairs else {
                return printer.headed(pairs);
            };
            let rule = pair.as_rule();
            let pairs = inner(pair);
            match rule {
                Rule::table => printer.table(&pairs),
                Rule::tensor => printer.tensor(&pairs),
                Rule::state => printer.state(&pairs),
                Rule::define => printer.define(&pairs),
                Rule::append => printer.append(&pairs),
                Rule::assert => printer.assert(&pairs),
                Rule::region => printer.region(&pairs),
                Rule::plan => printer.plan(&pairs),
                Rule::test_block => printer.test_block(&pairs),
                Rule::step | Rule::layer | Rule::for_each | Rule::def => printer.headed(&pairs),
                _ => (printer.spaced(&pairs, Self::token), None, nothing()),
            }
        })
    }

    /// A block: what stands before its brace, and its items.
    fn headed(&mut self, pairs: &[Pair<Rule>]) -> Printed {
        let (head, block) = pairs.split_at(at(pairs, Rule::brace_open).unwrap_or(0));
        let mut parts = Vec::new();
        let mut results = Vec::new();
        for (number, pair) in head.iter().enumerate() {
            // `(a, b)` of results is not one pair.
            if !results.is_empty() || pair.as_rule() == Rule::results {
                results.push(pair.clone());
                continue;
            }
            let attached = matches!(pair.as_rule(), Rule::params | Rule::parameters);
            if number > 0 && !attached {
                parts.push(Doc::Space);
            }
            parts.push(self.expression(pair));
        }
        for pair in results {
            parts.push(Doc::Space);
            let pairs = inner(&pair);
            parts.push(match pairs.len() {
                1 => self.joined(&pairs),
                _ => self.list(&pairs, Breaks::Below, Self::expression),
            });
        }
        let head = all(parts);
        (self.block(head, block), None, nothing())
    }

    /// A table's name with its arguments, its range, and its entries.
    fn table(&mut self, pairs: &[Pair<Rule>]) -> Printed {
        let close = at(pairs, Rule::paren_close).unwrap_or(1) + 1;
        let head = self.spaced(&pairs[..2], Self::token);
        let arguments = self.list(&pairs[2..close], Breaks::Below, Self::expression);
        let head = all(vec![head, arguments]);
        match &pairs[close..] {
            [body] => {
                let rest = self.entries(body, &head);
                (head, Some(Mark::Table), rest)
            }
            [colon, range, body] if body.as_rule() == Rule::table_body => {
                let (colon, range) = (self.token(colon), self.expression(range));
                let head = all(vec![head, Doc::Space, colon, Doc::Space, range]);
                let rest = self.entries(body, &head);
                (head, Some(Mark::Table), rest)
            }
            rest => {
                let rest = self.spaced(rest, Self::expression);
                let rest = all(vec![Doc::Space, rest]);
                (head, Some(Mark::TableFromInput), rest)
            }
        }
    }

    fn entries(&mut self, body: &Pair<Rule>, head: &Doc) -> Doc {
        let pairs = inner(body);
        self.given_by(&pairs[0], &pairs[1], head)
    }

    fn tensor(&mut self, pairs: &[Pair<Rule>]) -> Printed {
        let colon = at(pairs, Rule::colon).unwrap_or(pairs.len());
        let head = self.declared(&pairs[..colon]);
        if colon == pairs.len() {
            return (head, None, nothing());
        }
        let range = self.spaced(&pairs[colon..], Self::expression);
        (head, Some(Mark::Tensor), all(vec![Doc::Space, range]))
    }

    /// Words, a name and what is attached to it.
    fn declared(&mut self, pairs: &[Pair<Rule>]) -> Doc {
        let mut parts = Vec::new();
        for pair in pairs {
            let attached = matches!(pair.as_rule(), Rule::shape | Rule::subscripts | Rule::over);
            if !parts.is_empty() && !attached {
                parts.push(Doc::Space);
            }
            parts.push(self.expression(pair));
        }
        all(parts)
    }

    fn state(&mut self, pairs: &[Pair<Rule>]) -> Printed {
        let ranged = at(pairs, Rule::colon).is_some();
        self.definition(pairs, Mark::State { ranged })
    }

    fn define(&mut self, pairs: &[Pair<Rule>]) -> Printed {
        self.definition(pairs, Mark::Define)
    }

    fn definition(&mut self, pairs: &[Pair<Rule>], mark: Mark) -> Printed {
        let [head @ .., equals, value] = pairs else {
            unreachable!("a definition has a value");
        };
        let head = self.declared(head);
        let rest = self.given_by(equals, value, &head);
        (head, Some(mark), rest)
    }

    /// `= value` after a head: below it if it fits there, else broken where it stands if it is a call or a
    /// list, which has a place to break at its end.
    pub fn given_by(&mut self, equals: &Pair<Rule>, value: &Pair<Rule>, head: &Doc) -> Doc {
        let hugs = hugs(value);
        let equals = self.token(equals);
        let value = self.expression(value);
        let indent = self.depth * INDENT;
        let (shape, end) = (value.shape(), equals.shape().ends);
        let fits_below = !shape.forced && indent + INDENT + shape.width <= WIDTH;
        let stays = hugs && !fits_below && !shape.begins && !end && !head.shape().forced;
        match stays {
            true => all(vec![Doc::Space, equals, Doc::Space, value]),
            false => {
                let value = group(vec![nest(vec![Doc::Line(" "), value])]);
                all(vec![Doc::Space, equals, value])
            }
        }
    }

    fn append(&mut self, pairs: &[Pair<Rule>]) -> Printed {
        let head = self.token(&pairs[0]);
        let arrow = self.token(&pairs[1]);
        let entry = self.joined(&pairs[2..]);
        let rest = all(vec![Doc::Space, arrow, Doc::Space, entry]);
        (head, Some(Mark::Append), rest)
    }

    fn assert(&mut self, pairs: &[Pair<Rule>]) -> Printed {
        let [head @ .., left, sign, right] = pairs else {
            unreachable!("an assertion compares");
        };
        let head = self.declared(head);
        let compared = self.comparison(left, sign, right);
        (all(vec![head, Doc::Space, compared]), None, nothing())
    }
}

/// Whether an expression is one call, element, list or pair of parentheses.
fn hugs(value: &Pair<Rule>) -> bool {
    let mut pair = value.clone();
    loop {
        if pair.as_rule() == Rule::list {
            return true;
        }
        let mut inside = pair.clone().into_inner();
        let Some(first) = inside.next() else {
            return false;
        };
        if pair.as_rule() == Rule::primary {
            let attached =
                |next: Pair<Rule>| matches!(next.as_rule(), Rule::arguments | Rule::slice);
            return inside.next().is_some_and(attached) || first.as_rule() == Rule::paren_open;
        }
        if inside.next().is_some() {
            return false;
        }
        pair = first;
    }
}
