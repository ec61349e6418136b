//! A table as it is handed to evaluation.

use std::ops::RangeInclusive;

use crate::syntax::ast::Expr;

/// A table's entries before they are evaluated: one at each point of its arguments' domains, the
/// last argument fastest. Together they have fewer than 2^63 points.
#[derive(Clone)]
pub struct Entries<'a> {
    pub body: &'a Expr,
    pub arguments: Vec<(&'a str, RangeInclusive<i64>)>,
    pub params: &'a [(String, i64)],
}

impl Entries<'_> {
    pub fn count(&self) -> u64 {
        let sizes = self.arguments.iter().map(|(_, domain)| size(domain));
        sizes.product()
    }

    /// The arguments of an entry.
    pub fn at(&self, position: u64) -> Vec<i64> {
        let mut rest = position;
        let mut at: Vec<i64> = Vec::with_capacity(self.arguments.len());
        for (_, domain) in self.arguments.iter().rev() {
            let size = size(domain).max(1);
            at.push(domain.start() + (rest % size) as i64);
            rest /= size;
        }
        at.reverse();
        at
    }

    /// `t = 3, i = 0`
    pub fn place(&self, position: u64) -> String {
        let at = self.at(position);
        let names = self.arguments.iter().map(|(name, _)| *name);
        written(names.zip(at))
    }
}

fn size(domain: &RangeInclusive<i64>) -> u64 {
    (domain.end() - domain.start() + 1).max(0) as u64
}

/// `t = 3, i = 0`
pub fn written<T: std::fmt::Display>(
    arguments: impl Iterator<Item = (impl std::fmt::Display, T)>,
) -> String {
    let each: Vec<String> = arguments
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    each.join(", ")
}
