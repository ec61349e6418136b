//! Compile-time evaluation of table entries, exactly (spec 4.7).
//!
//! An entry is an integer expression, or a real one inside a rounding policy. It is evaluated with
//! enclosures in machine words, then with 128 bits, then with twice as many, until every rounding
//! is decided (Ziv's strategy), so that an entry never depends on the platform or on luck. The
//! work is counted, and a program has so much of it for all its tables.
//!
//! - `entries`: what is evaluated. `precise`: an entry at one precision, by `weight`; `evaluator`:
//!   with as many bits as it takes.
//! - `budget`: all entries, and what they may cost.

mod budget;
mod condition;
mod entries;
mod evaluator;
mod precise;
#[cfg(test)]
mod tests;
mod weight;

pub use budget::{entries, too_much, Budget};
pub use entries::Entries;
pub use precise::MAX_ENTRY;
pub use weight::weight;
