//! What proofs show: alone, and together.
//!
//! - [`whole`]: a plan of several parts, verified and joined.

pub mod whole;
