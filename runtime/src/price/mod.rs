//! What a session would cost, and the setting that a security floor is met with (spec 9).
//!
//! - `setting`: both, for a circuit, an aim and a floor. `predicted`: the bytes of its file.

mod predicted;
mod setting;

pub use predicted::{predicted, predicted_session};
pub use setting::*;
