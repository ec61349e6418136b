//! What tokens, lists and blocks are printed with: each token with the comments around it.

use pest::iterators::Pair;

use super::align::aligned;
use super::document::{align, all, before, group, nest, text, Doc, INDENT};
use super::line::{Item, Mark, GAP};
use super::trivia::{words, Own, Trivia};
use crate::syntax::parse::Rule;

pub struct Printer {
    pub trivia: Trivia,
    /// In how many blocks what is printed stands.
    pub depth: usize,
}

/// How the entries of a list stand where they do not fit a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaks {
    /// On a line below the bracket, or each on its own.
    Below,
    /// So too, and before what follows on the line.
    First,
    /// As many as fit a line, below the bracket.
    Filled,
    /// As many as fit a line, beginning where the first does.
    Aligned,
    /// Each on its own line.
    Rows,
}

pub fn own(comments: Vec<Own>) -> impl Iterator<Item = Doc> {
    comments.into_iter().flat_map(|own| {
        let line = Doc::Comment {
            lines: vec![own.text],
            own: true,
            gap: 0,
        };
        let apart = own.apart.then_some(Doc::Blank);
        apart.into_iter().chain([line])
    })
}

pub fn after(lines: Vec<String>, gap: usize) -> Option<Doc> {
    let own = false;
    (!lines.is_empty()).then_some(Doc::Comment { lines, own, gap })
}

pub fn first<'i>(pair: &Pair<'i, Rule>) -> usize {
    let mut pair = pair.clone();
    while let Some(inner) = pair.clone().into_inner().next() {
        pair = inner;
    }
    pair.as_span().start()
}

fn last(pair: &Pair<Rule>) -> usize {
    let mut pair = pair.clone();
    while let Some(inner) = pair.clone().into_inner().next_back() {
        pair = inner;
    }
    words(&pair)
        .last()
        .map_or(pair.as_span().start(), |(start, _)| *start)
}

impl Printer {
    /// A token, with the comments around it.
    pub fn token(&mut self, pair: &Pair<Rule>) -> Doc {
        let mut parts = Vec::new();
        for (number, (start, word)) in words(pair).into_iter().enumerate() {
            if number > 0 {
                parts.push(Doc::Space);
            }
            let around = self.trivia.take(start);
            // Within an item only a comment's own line counts.
            let above = around.above.into_iter().map(|own| Own {
                apart: false,
                ..own
            });
            parts.extend(own(above.collect()));
            parts.push(text(word));
            parts.extend(after(around.after, GAP));
        }
        all(parts)
    }

    /// Tokens with a blank between each.
    pub fn spaced(
        &mut self,
        pairs: &[Pair<Rule>],
        each: impl Fn(&mut Self, &Pair<Rule>) -> Doc,
    ) -> Doc {
        let mut parts = Vec::new();
        for pair in pairs {
            if !parts.is_empty() {
                parts.push(Doc::Space);
            }
            parts.push(each(self, pair));
        }
        all(parts)
    }

    /// A list between brackets, of what `each` prints, with a filter at its end or without.
    pub fn list(
        &mut self,
        pairs: &[Pair<Rule>],
        breaks: Breaks,
        each: impl Fn(&mut Self, &Pair<Rule>) -> Doc,
    ) -> Doc {
        let [open, inner @ .., close] = pairs else {
            unreachable!("a list has brackets");
        };
        let open = self.token(open);
        let mut parts = Vec::new();
        for (at, pair) in inner.iter().enumerate() {
            match pair.as_rule() {
                Rule::comma => {
                    parts.push(self.token(pair));
                    if at + 1 < inner.len() {
                        parts.push(match breaks {
                            Breaks::Below | Breaks::First => Doc::Line(" "),
                            Breaks::Rows => Doc::Hard,
                            Breaks::Filled | Breaks::Aligned => Doc::Fill,
                        });
                    }
                }
                Rule::filter => {
                    parts.push(Doc::Line(" "));
                    parts.push(each(self, pair));
                }
                _ => parts.push(each(self, pair)),
            }
        }
        let (above, _) = self.trivia.take_above(first(close));
        let above: Vec<Doc> = own(above).collect();
        let close = self.token(close);
        if parts.is_empty() && above.is_empty() {
            return all(vec![open, close]);
        }
        if breaks == Breaks::Aligned {
            parts.extend(above);
            return all(vec![open, align(parts), close]);
        }
        let inside = match breaks {
            Breaks::Below | Breaks::First => group(parts),
            _ => all(parts),
        };
        let mut inside = vec![Doc::Line(""), inside];
        inside.extend(above);
        let parts = vec![open, nest(inside), Doc::Line(""), close];
        match breaks {
            Breaks::First => before(parts),
            _ => group(parts),
        }
    }

    /// A block after its head, up to its closing brace.
    pub fn block(&mut self, head: Doc, pairs: &[Pair<Rule>]) -> Doc {
        self.block_of(head, pairs, |printer, pair| {
            printer.item(std::slice::from_ref(pair))
        })
    }

    pub fn block_of(
        &mut self,
        head: Doc,
        pairs: &[Pair<Rule>],
        each: impl Fn(&mut Self, &Pair<Rule>) -> Item,
    ) -> Doc {
        let [open, body @ .., close] = pairs else {
            unreachable!("a block has braces");
        };
        let open = self.token(open);
        self.depth += 1;
        let items = body.iter().map(|pair| each(self, pair)).collect();
        let (above, _) = self.trivia.take_above(first(close));
        let inside = self.lines(items, above);
        self.depth -= 1;
        let close = self.token(close);
        if inside.is_empty() {
            return all(vec![head, Doc::Space, open, close]);
        }
        let inside = nest(vec![Doc::Hard, all(inside)]);
        all(vec![head, Doc::Space, open, inside, Doc::Hard, close])
    }

    /// An item that begins and ends with these pairs; `print` gives its head, the sign that is aligned,
    /// and what follows.
    pub fn item_of(
        &mut self,
        pairs: &[Pair<Rule>],
        print: impl FnOnce(&mut Self) -> (Doc, Option<Mark>, Doc),
    ) -> Item {
        let [from, .., to] = pairs else {
            let [only] = pairs else {
                unreachable!("an item has tokens");
            };
            let pairs = [only.clone(), only.clone()];
            return self.item_of(&pairs, print);
        };
        let (above, apart) = self.trivia.take_above(first(from));
        let after = self.trivia.take_after(last(to));
        let (head, mark, rest) = print(self);
        Item {
            above,
            apart,
            head,
            mark,
            rest,
            after,
        }
    }

    /// Items on lines of their own, and the comments below the last.
    pub fn lines(&self, items: Vec<Item>, below: Vec<Own>) -> Vec<Doc> {
        let places = aligned(&items, self.depth * INDENT);
        let mut docs = Vec::new();
        for (item, place) in items.into_iter().zip(places) {
            if !docs.is_empty() {
                docs.push(Doc::Hard);
            }
            docs.extend(own(item.above));
            if item.apart {
                docs.push(Doc::Blank);
            }
            let pad = text(&" ".repeat(place.pad));
            let mut line = vec![item.head, pad, item.rest];
            line.extend(after(item.after, place.gap));
            docs.push(all(line));
        }
        docs.extend(own(below));
        docs
    }
}
