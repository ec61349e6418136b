//! What verifying is timed by. Not every machine that a verifier is built for has the system's clock,
//! so whoever calls it gives one.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The time since some moment, the same at each call.
pub type Clock = fn() -> Duration;

/// The system's.
pub fn monotonic() -> Duration {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    FIRST.get_or_init(Instant::now).elapsed()
}
