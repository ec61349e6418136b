//! What proofs show: alone, and together.

pub mod whole;
