//! What proofs show: alone, and together.
//!
//! - [`whole`]: a plan of several parts, verified and joined. [`clock`]: what that is timed by.

pub mod clock;
pub mod whole;
