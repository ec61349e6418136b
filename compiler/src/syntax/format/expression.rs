//! Expressions, conditions, indices and their lists.

use pest::iterators::Pair;

use super::document::{all, group, nest, Doc};
use super::printer::{Breaks, Printer};
use crate::syntax::parse::Rule;

type Pairs<'i> = Vec<Pair<'i, Rule>>;

pub fn inner<'i>(pair: &Pair<'i, Rule>) -> Pairs<'i> {
    pair.clone().into_inner().collect()
}

/// How tight signs bind, the loosest first.
const LEVELS: [&[Rule]; 2] = [
    &[Rule::plus, Rule::minus],
    &[Rule::times, Rule::divided, Rule::modulo],
];

/// An operand, and the sign before it.
struct Operand<'i> {
    sign: Option<Pair<'i, Rule>>,
    doc: Doc,
}

impl Printer {
    /// What stands in an expression, a condition or a list of them, by its rule.
    pub fn expression(&mut self, pair: &Pair<Rule>) -> Doc {
        let pairs = inner(pair);
        match pair.as_rule() {
            Rule::expr | Rule::product => self.operations(&pairs),
            Rule::condition | Rule::conjunction => self.junction(&pairs),
            Rule::test => self.test(&pairs),
            Rule::range => self.joined(&pairs),
            Rule::binder | Rule::argument | Rule::param | Rule::filter => {
                self.spaced(&pairs, Self::expression)
            }
            Rule::parameter => match pairs.as_slice() {
                [_, equals, _] if equals.as_rule() == Rule::equals => {
                    self.spaced(&pairs, Self::expression)
                }
                _ => self.joined(&pairs),
            },
            Rule::given => self.spaced(&pairs, Self::expression),
            Rule::result => self.joined(&pairs),
            Rule::shape | Rule::subscripts | Rule::slice | Rule::over | Rule::arguments => {
                self.list(&pairs, Breaks::Below, Self::expression)
            }
            Rule::parameters => self.list(&pairs, Breaks::First, Self::expression),
            Rule::params => self.list(&pairs, Breaks::Aligned, Self::expression),
            Rule::list => self.data(&pairs),
            Rule::reduce => self.reduction(&pairs),
            Rule::primary => self.primary(&pairs),
            _ => self.token(pair),
        }
    }

    /// Without blanks between.
    pub fn joined(&mut self, pairs: &[Pair<Rule>]) -> Doc {
        all(pairs.iter().map(|pair| self.expression(pair)).collect())
    }

    fn operations(&mut self, pairs: &[Pair<Rule>]) -> Doc {
        let mut operands: Vec<Operand> = Vec::new();
        let mut sign = None;
        let mut negated = Vec::new();
        for pair in pairs {
            match pair.as_rule() {
                Rule::negate => negated.push(self.token(pair)),
                Rule::primary => {
                    negated.push(self.expression(pair));
                    let doc = all(std::mem::take(&mut negated));
                    let sign = sign.take();
                    operands.push(Operand { sign, doc });
                }
                _ => sign = Some(pair.clone()),
            }
        }
        self.level(operands, &LEVELS)
    }

    /// Operands between signs of the loosest level and of those below it.
    fn level(&mut self, operands: Vec<Operand>, levels: &[&[Rule]]) -> Doc {
        let Some((signs, tighter)) = levels.split_first() else {
            // Powers are never taken apart.
            let mut parts = Vec::new();
            for (at, Operand { sign, doc }) in operands.into_iter().enumerate() {
                if let Some(sign) = sign.filter(|_| at > 0) {
                    parts.extend([Doc::Space, self.token(&sign), Doc::Space]);
                }
                parts.push(doc);
            }
            return all(parts);
        };
        let mut terms: Vec<Vec<Operand>> = Vec::new();
        for operand in operands {
            let parts = operand.sign.as_ref();
            let begins = parts.is_some_and(|sign| signs.contains(&sign.as_rule()));
            match terms.last_mut() {
                Some(term) if !begins => term.push(operand),
                _ => terms.push(vec![operand]),
            }
        }
        let mut docs = Vec::new();
        for mut term in terms {
            let sign = term[0].sign.take().filter(|_| !docs.is_empty());
            // The signs are printed in the order of the text: what is around them is taken once.
            let sign = sign.map(|sign| self.token(&sign));
            docs.push((sign, self.level(term, tighter)));
        }
        chain(docs)
    }

    fn junction(&mut self, pairs: &[Pair<Rule>]) -> Doc {
        let mut docs = Vec::new();
        let mut sign = None;
        for pair in pairs {
            match pair.as_rule() {
                Rule::kw_or | Rule::kw_and => sign = Some(self.token(pair)),
                _ => docs.push((sign.take(), self.expression(pair))),
            }
        }
        chain(docs)
    }

    fn test(&mut self, pairs: &[Pair<Rule>]) -> Doc {
        match pairs {
            [left, sign, right] => self.comparison(left, sign, right),
            _ => self.spaced(pairs, Self::expression),
        }
    }

    pub fn comparison(&mut self, left: &Pair<Rule>, sign: &Pair<Rule>, right: &Pair<Rule>) -> Doc {
        let left = self.expression(left);
        let sign = self.token(sign);
        let right = self.expression(right);
        chain(vec![(None, left), (Some(sign), right)])
    }

    fn reduction(&mut self, pairs: &[Pair<Rule>]) -> Doc {
        let [reducer, over @ .., body] = pairs else {
            unreachable!("a reduction has a body");
        };
        let reducer = self.token(reducer);
        let over = self.list(over, Breaks::Below, Self::expression);
        let body = self.expression(body);
        group(vec![reducer, over, nest(vec![Doc::Line(" "), body])])
    }

    fn primary(&mut self, pairs: &[Pair<Rule>]) -> Doc {
        match pairs {
            [open, condition, close] if open.as_rule() == Rule::paren_open => {
                let pairs = [open.clone(), condition.clone(), close.clone()];
                self.list(&pairs, Breaks::Below, Self::expression)
            }
            _ => self.joined(pairs),
        }
    }

    /// A list of a table's entries. Rows of rows that were written below each other stay so.
    fn data(&mut self, pairs: &[Pair<Rule>]) -> Doc {
        let rows = pairs.iter().filter(|pair| pair.as_rule() == Rule::list);
        let places: Vec<_> = rows.map(Pair::as_span).collect();
        let below = |pair: &[pest::Span<'_>]| {
            let (from, to) = (pair[0].end_pos().pos(), pair[1].start_pos().pos());
            pair[0].get_input()[from..to].contains('\n')
        };
        let breaks = match places.len() {
            0 => Breaks::Filled,
            _ if places.windows(2).any(below) => Breaks::Rows,
            _ => Breaks::Below,
        };
        self.list(pairs, breaks, Self::expression)
    }
}

/// What stands between signs of one level: on one line, or each with its sign on one.
fn chain(docs: Vec<(Option<Doc>, Doc)>) -> Doc {
    let mut docs = docs.into_iter();
    let Some((_, first)) = docs.next() else {
        unreachable!("an expression has an operand");
    };
    let mut rest = Vec::new();
    for (sign, doc) in docs {
        rest.push(Doc::Line(" "));
        rest.extend(sign.into_iter().flat_map(|sign| [sign, Doc::Space]));
        rest.push(doc);
    }
    match rest.is_empty() {
        true => first,
        false => group(vec![first, nest(rest)]),
    }
}
