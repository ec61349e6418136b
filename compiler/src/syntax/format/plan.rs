//! Regions, and plans with their proofs and boundaries: on one line if they fit.

use pest::iterators::Pair;

use super::document::{all, group, nest, Doc, INDENT, WIDTH};
use super::expression::inner;
use super::line::{Item, Mark};
use super::printer::{own, Printer};
use crate::syntax::parse::Rule;

/// Between the proofs of a plan on one line.
const BETWEEN: &str = "  ";

impl Printer {
    /// The word, the name, and the names of its members.
    pub fn region(&mut self, pairs: &[Pair<Rule>]) -> (Doc, Option<Mark>, Doc) {
        let [word, name, open, members @ .., close] = pairs else {
            unreachable!("a region has braces");
        };
        let head = self.spaced(&[word.clone(), name.clone()], Self::token);
        let open = self.token(open);
        let mut parts = Vec::new();
        for member in members {
            if !parts.is_empty() && member.as_rule() != Rule::comma {
                parts.push(Doc::Fill);
            }
            parts.push(self.token(member));
        }
        let (above, _) = self.trivia.take_above(close.as_span().start());
        parts.extend(own(above));
        let close = self.token(close);
        let rest = match parts.is_empty() {
            true => all(vec![open, close]),
            false => {
                parts.insert(0, Doc::Line(" "));
                group(vec![open, nest(parts), Doc::Line(" "), close])
            }
        };
        (head, Some(Mark::Set), all(vec![Doc::Space, rest]))
    }

    pub fn plan(&mut self, pairs: &[Pair<Rule>]) -> (Doc, Option<Mark>, Doc) {
        let [word, name, block @ ..] = pairs else {
            unreachable!("a plan has a name");
        };
        let head = self.spaced(&[word.clone(), name.clone()], Self::token);
        self.line_or_block(head, block, true, Self::proof_item)
    }

    /// A block on one line, if it may be and fits, else with its items on lines of their own.
    pub fn line_or_block(
        &mut self,
        head: Doc,
        block: &[Pair<Rule>],
        may: bool,
        each: impl Fn(&mut Self, &Pair<Rule>) -> Item,
    ) -> (Doc, Option<Mark>, Doc) {
        let [open, body @ .., close] = block else {
            unreachable!("a block has braces");
        };
        let open = self.token(open);
        self.depth += 1;
        let items: Vec<Item> = body.iter().map(|pair| each(self, pair)).collect();
        let (below, _) = self.trivia.take_above(close.as_span().start());
        let alone = |item: &Item| {
            item.above.is_empty()
                && item.after.is_empty()
                && !item.apart
                && item.head.shape().is_plain()
                && item.rest.shape().is_plain()
        };
        let widths = items
            .iter()
            .map(|item| item.head.shape().width + item.rest.shape().width + BETWEEN.len());
        // With the head, braces and blanks.
        let width = widths.sum::<usize>() + head.shape().width + "  {  }".len() - BETWEEN.len();
        self.depth -= 1;
        let whole = may
            && head.shape().is_plain()
            && below.is_empty()
            && !open.shape().ends
            && items.iter().all(alone)
            && self.depth * INDENT + width - 1 <= WIDTH;
        if !whole {
            self.depth += 1;
            let inside = self.lines(items, below);
            self.depth -= 1;
            let close = self.token(close);
            let inside = nest(vec![Doc::Hard, all(inside)]);
            let rest = all(vec![Doc::Space, open, inside, Doc::Hard, close]);
            return (head, None, rest);
        }
        let mut parts = vec![Doc::Space, open];
        for (number, item) in items.into_iter().enumerate() {
            parts.push(Doc::Line(if number > 0 { BETWEEN } else { " " }));
            parts.extend([item.head, item.rest]);
        }
        if parts.len() > 2 {
            parts.push(Doc::Line(" "));
        }
        parts.push(self.token(close));
        (head, Some(Mark::Set), group(parts))
    }

    fn proof_item(&mut self, pair: &Pair<Rule>) -> Item {
        let pairs = [pair.clone()];
        self.item_of(&pairs, |printer| {
            let doc = match pair.as_rule() {
                Rule::proof => printer.proof(&inner(pair)),
                _ => printer.cut(pair),
            };
            (doc, None, all(Vec::new()))
        })
    }

    /// `proof a: * - b by c`.
    fn proof(&mut self, pairs: &[Pair<Rule>]) -> Doc {
        let mut parts = Vec::new();
        let mut ends = false;
        for pair in pairs {
            match pair.as_rule() {
                Rule::colon => parts.push(self.token(pair)),
                // After a sign.
                Rule::term if ends => parts.extend([Doc::Space, self.cut(pair)]),
                Rule::kw_proof => parts.push(self.token(pair)),
                Rule::label | Rule::term => parts.extend([Doc::Space, self.cut(pair)]),
                _ => parts.extend([Doc::Line(" "), self.cut(pair)]),
            }
            ends = matches!(pair.as_rule(), Rule::plus | Rule::minus);
        }
        let rest = parts.split_off(1);
        group(vec![all(parts), nest(rest)])
    }

    /// Words, numbers and ranges with blanks between.
    fn cut(&mut self, pair: &Pair<Rule>) -> Doc {
        match pair.as_rule() {
            Rule::range | Rule::expr => self.expression(pair),
            Rule::cut | Rule::boundary | Rule::term => {
                let pairs = inner(pair);
                self.spaced(&pairs, Self::cut)
            }
            _ => self.token(pair),
        }
    }
}
