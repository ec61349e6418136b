//! What a session would cost, and the setting that a security floor is met with (spec 9).
//!
//! - `setting`: both, for a circuit, an aim and a floor.

mod setting;

pub use setting::*;
