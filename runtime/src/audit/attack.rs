//! A malicious prover: it overrides cells of an honest trace and mends all that follows from
//! them, row by row and over the bus, public outputs and multiplicities included.
//!
//! - `solve`: one row. `attacker`: what is known of the board. `mending`: the attack, and its
//!   outcome.

mod attacker;
mod mending;
mod solve;

pub use attacker::{Attacker, Group};
pub use mending::Outcome;
pub use solve::Overrides;
