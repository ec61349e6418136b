//! The entries of one table, each with as many bits as it takes.

use super::entries::Entries;
use super::precise::{Precise, Stop};
use crate::diagnostic::Diagnostic;
use crate::meaning::real::{Dyadic, Short};

const FIRST_BITS: u64 = 128;
const LAST_BITS: u64 = 4096;

/// Evaluates the entries of one table, one after the other.
pub struct Evaluator<'a> {
    pub(super) short: Precise<'a, Short>,
    /// From the first entry on that needs it.
    pub(super) long: Option<Precise<'a, Dyadic>>,
}

impl<'a> Evaluator<'a> {
    pub fn new(table: &Entries<'a>) -> Result<Self, Diagnostic> {
        Ok(Self {
            short: Precise::new(table, FIRST_BITS)?,
            long: None,
        })
    }

    /// The entry at `at`, with as many bits as it takes, and the units of work done for it; no entry
    /// if that would be more than `granted`.
    pub fn entry(
        &mut self,
        table: &Entries<'a>,
        at: &[i64],
        granted: u64,
    ) -> (Option<Result<i64, Diagnostic>>, u64) {
        let quick = self.short.entry(table.body, at, granted);
        let spent = self.short.arithmetic.spent();
        match quick {
            Ok(entry) => (Some(Ok(entry)), spent),
            Err(Stop::Spent) => (None, spent),
            // What fails with few bits may only seem to.
            Err(Stop::Undecided(_) | Stop::Failed(_)) => {
                let (entry, more) = self.long_entry(table, at, granted - spent);
                (entry, spent + more)
            }
        }
    }

    /// The same, with 128 bits or more.
    pub(super) fn long_entry(
        &mut self,
        table: &Entries<'a>,
        at: &[i64],
        granted: u64,
    ) -> (Option<Result<i64, Diagnostic>>, u64) {
        let long = match &mut self.long {
            Some(long) => long,
            none => match Precise::new(table, FIRST_BITS) {
                Ok(long) => none.insert(long),
                Err(diagnostic) => return (Some(Err(diagnostic)), 0),
            },
        };
        let (mut bits, mut spent) = (FIRST_BITS, 0);
        loop {
            long.arithmetic.set_bits(bits);
            let entry = long.entry(table.body, at, granted - spent);
            spent += long.arithmetic.spent();
            let entry = match entry {
                Ok(entry) => Some(Ok(entry)),
                Err(Stop::Spent) => None,
                Err(Stop::Failed(diagnostic)) => Some(Err(*diagnostic)),
                Err(Stop::Undecided(_)) if bits < LAST_BITS => {
                    bits *= 2;
                    continue;
                }
                Err(Stop::Undecided(span)) => {
                    let place = long.place();
                    Some(Err(Diagnostic::new(
                        "E073",
                        format!("{place}, {LAST_BITS} bits do not tell on which side of a rounding this is"),
                    )
                    .at(span, "too close to call")
                    .hint("write the exact number, such as 2 for sqrt(2) * sqrt(2)")))
                }
            };
            return (entry, spent);
        }
    }
}
