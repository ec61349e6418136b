//! The count reading: what a row costs, and which sends share a column.

use std::collections::BTreeMap;

use crate::circuit::bus::{Folded, Numerator, Pole, Send};
use crate::circuit::field::MAX_DEGREE;
use crate::circuit::names::{Tag, Witness};
use crate::circuit::reading::Reading;

/// The count reading: what a row costs, in columns, rules, degrees and sends.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Count {
    /// Columns of the main trace.
    pub columns: usize,
    /// Extension columns of weights and folds, in order: at how many points each is opened.
    pub extensions: Vec<u32>,
    /// Poles at addresses that weights have.
    pub weighed_addresses: usize,
    /// The degree of every rule, weights' and folds' included.
    pub rules: Vec<u32>,
    /// Degree of the numerator and of the denominator of every send.
    pub sends: Vec<(u32, u32)>,
    /// The longest tuple sent.
    pub longest_tuple: usize,
    /// Lookups a row in each range table, by size.
    pub range_uses: BTreeMap<i64, usize>,
    /// Lookups a row in declared tables.
    pub table_uses: usize,
    /// Integers in the widest range.
    #[serde(skip)]
    pub widest_range: i64,
    /// Ranges a row that had to be exact, by size.
    #[serde(skip)]
    pub exact_ranges: BTreeMap<i64, usize>,
    /// The degrees of every weight's poles.
    #[serde(skip)]
    weights: Vec<Vec<u32>>,
    #[serde(skip)]
    folds: usize,
    /// What was there before each operation; kept if it is `Some`.
    #[serde(skip)]
    pub before: Option<Vec<Before>>,
}

/// What a row had before one of its operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Before {
    pub columns: usize,
    pub extensions: usize,
    pub sends: usize,
    pub table_uses: usize,
}

impl Reading for Count {
    type Value = u32;

    fn begin_operation(&mut self) {
        let now = self.now();
        if let Some(before) = &mut self.before {
            before.push(now);
        }
    }

    fn constant(&mut self, _: i64) -> u32 {
        0
    }
    fn fixed(&mut self, _: usize) -> u32 {
        1
    }
    fn add(&mut self, a: &u32, b: &u32) -> u32 {
        *a.max(b)
    }
    fn sub(&mut self, a: &u32, b: &u32) -> u32 {
        *a.max(b)
    }
    fn mul(&mut self, a: &u32, b: &u32) -> u32 {
        a + b
    }
    fn scale(&mut self, a: &u32, _: i64) -> u32 {
        *a
    }
    fn advice(&mut self, _: &[&u32], _: &dyn Fn(&[i64]) -> i64) -> u32 {
        self.columns += 1;
        1
    }
    fn witness(&mut self, _: &Witness, _: u32) -> u32 {
        self.columns += 1;
        1
    }
    fn multiplicity(&mut self, _: Tag) -> u32 {
        self.columns += 1;
        1
    }
    fn zero(&mut self, rule: u32) {
        self.rules.push(rule);
    }
    fn send(&mut self, send: Send<'_, u32>) {
        let numerator = match send.numerator {
            Numerator::Times { value, .. } => value,
            Numerator::Weighed { terms, gate } => terms
                .iter()
                .map(|term| *term.value + if term.lane.is_column() { 1 } else { gate })
                .max()
                .unwrap_or(0),
        };
        let denominator = send.tuple().copied().max().unwrap_or(0);
        self.longest_tuple = self.longest_tuple.max(1 + send.rest.len());
        if let Some(size) = send.tag.range_size() {
            *self.range_uses.entry(size).or_insert(0) += 1;
        } else if send.tag.declared_table().is_some() {
            self.table_uses += 1;
        }
        self.sends.push((numerator, denominator));
    }
    fn note_range(&mut self, size: i64, exact: bool) {
        self.widest_range = self.widest_range.max(size);
        if exact {
            *self.exact_ranges.entry(size).or_insert(0) += 1;
        }
    }
    fn copied(&mut self, _: u32, _: &u32) -> u32 {
        self.columns += 1;
        1
    }
    fn weight(&mut self, poles: &[Pole<&u32>], gate: &u32) -> usize {
        let degrees: Vec<u32> = poles.iter().map(|pole| **pole.value()).collect();
        self.rules
            .push((degrees.iter().sum::<u32>() + 1).max(*gate));
        self.extensions.push(1);
        let is_address = |pole: &&Pole<&u32>| matches!(pole, Pole::Address(_));
        self.weighed_addresses += poles.iter().filter(is_address).count();
        self.weights.push(degrees);
        self.weights.len() - 1
    }
    fn fold(&mut self, keep: &u32, stages: &[Vec<Folded<&u32>>]) -> usize {
        let before = self.folds;
        for (position, terms) in stages.iter().enumerate() {
            let carried = if position == 0 { keep + 1 } else { 1 };
            let degree = terms.iter().map(|term| {
                let poles = self.weights[term.weight].iter().enumerate();
                let others = poles.filter(|(i, _)| *i != term.pole).map(|(_, d)| d);
                *term.value + 1 + others.sum::<u32>()
            });
            self.rules.push(degree.max().unwrap_or(0).max(carried));
        }
        // The last stage is read first, at this row and at the one before.
        self.extensions.push(2);
        self.extensions.extend((1..stages.len()).map(|_| 1));
        self.folds += stages.len();
        before
    }
    fn product(&mut self, _: u32, end: &u32, _: usize, _: usize) {
        self.sends.push((end + 2, 0));
    }
}

impl Count {
    /// A count that keeps what there was before each operation.
    pub fn by_operation() -> Self {
        Self {
            before: Some(Vec::new()),
            ..Self::default()
        }
    }

    /// What there is so far.
    pub fn now(&self) -> Before {
        Before {
            columns: self.columns,
            extensions: self.extensions.len(),
            sends: self.sends.len(),
            table_uses: self.table_uses,
        }
    }

    /// Groups the sends into logup columns, as many as possible in pairs, so that no rule is
    /// of a degree above [`MAX_DEGREE`]: the batch of every send, numbered from 0.
    pub fn batches(&self) -> Vec<usize> {
        let mut batch_of = vec![usize::MAX; self.sends.len()];
        let mut open: Option<usize> = None;
        let mut next = 0;
        let fits = |(na, da): (u32, u32), (nb, db): (u32, u32)| {
            (na + db).max(nb + da).max(1 + da + db) <= MAX_DEGREE
        };
        for (position, &send) in self.sends.iter().enumerate() {
            if !fits(send, (0, 1)) {
                batch_of[position] = next;
                next += 1;
                continue;
            }
            match open {
                Some(other) if fits(self.sends[other], send) => {
                    batch_of[position] = batch_of[other];
                    open = None;
                }
                _ => {
                    batch_of[position] = next;
                    next += 1;
                    open = Some(position);
                }
            }
        }
        batch_of
    }

    /// Base columns of the interaction trace.
    pub fn interaction_columns(&self) -> usize {
        4 * (self.extensions.len() + self.logup_columns())
    }

    /// Extension columns of running sums.
    pub fn logup_columns(&self) -> usize {
        self.batches().iter().max().map_or(0, |last| last + 1)
    }

    /// The largest degree of any rule, those of the running sums included.
    pub fn max_degree(&self) -> u32 {
        let batches = self.batches();
        let sums = (0..self.logup_columns()).map(|batch| {
            let members: Vec<_> = self
                .sends
                .iter()
                .zip(&batches)
                .filter(|(_, &b)| b == batch)
                .map(|(s, _)| *s)
                .collect();
            match members[..] {
                [(n, d)] => n.max(1 + d),
                [(na, da), (nb, db)] => (na + db).max(nb + da).max(1 + da + db),
                _ => unreachable!("a batch has one or two sends"),
            }
        });
        self.rules.iter().copied().chain(sums).max().unwrap_or(0)
    }

    /// Rules of the component as Stwo counts them.
    pub fn constraints(&self) -> usize {
        self.rules.len() + self.logup_columns()
    }
}
