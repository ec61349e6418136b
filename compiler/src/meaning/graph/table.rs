//! Tables: functions of integers, given by their entries.

use serde::Serialize;

use super::interval::Interval;
use crate::diagnostic::Span;

/// A function of one integer, given by its entries for `domain.lo ..= domain.hi`. One of several
/// arguments is here a function of where its entry stands: 0 for the least of each, the last one
/// fastest.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    pub name: String,
    pub span: Span,
    /// Of the argument if there is one, and of the entries' positions, 0..N, if there are several.
    pub domain: Interval,
    /// The arguments as declared, at least one; the product of their domains' sizes is that of
    /// `domain`.
    pub axes: Vec<Axis>,
    /// Holds every entry.
    pub range: Interval,
    /// Entry i is the value at `domain.lo + i`. Empty until the input file is known, for a
    /// table `from input`.
    pub entries: Vec<i64>,
    pub from_input: bool,
}

/// An argument of a table.
#[derive(Clone, Debug, Serialize)]
pub struct Axis {
    pub name: String,
    pub domain: Interval,
}

impl Axis {
    pub fn size(&self) -> u64 {
        u64::try_from(self.domain.size()).unwrap_or(0)
    }
}

impl Table {
    /// What its entries are as a tensor.
    pub fn shape(&self) -> Vec<u64> {
        self.axes.iter().map(Axis::size).collect()
    }

    /// The arguments of an entry, by its position.
    pub fn arguments(&self, entry: usize) -> Vec<i128> {
        let mut rest = entry as u64;
        let mut at = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            let size = axis.size().max(1);
            at.push(axis.domain.lo + i128::from(rest % size));
            rest /= size;
        }
        at.reverse();
        at
    }

    /// An entry as a program would write it: `cosine(3, 0)`.
    pub fn call(&self, entry: usize) -> String {
        let at = self.arguments(entry);
        let at: Vec<String> = at.iter().map(i128::to_string).collect();
        format!("{}({})", self.name, at.join(", "))
    }
}
