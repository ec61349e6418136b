//! What a session would cost, and the setting that a security floor is met with (spec 9).

mod setting;

pub use setting::*;
