//! The account of what each step of a proof is worth, in bits (spec 9).
//!
//! - `regime`: each step's worth, conjectured and proven; `proof`, `session`: the accounts made of
//!   it. `bits`: how bits are shown.

mod bits;
mod proof;
mod regime;
mod session;

#[cfg(test)]
mod tests;

pub use bits::Bits;
pub use proof::{Account, Term};
pub use regime::{conjectured_bits, ProofTerms};
pub use session::{account, SessionAccount, CONJECTURE};
