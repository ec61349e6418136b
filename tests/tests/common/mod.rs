//! What the soundness tests share: programs, an independent checker, malicious provers.

// Each test file uses a part of it.
#![allow(dead_code)]

pub mod attack;
pub mod board;
pub mod contractions;
pub mod generated;
pub mod mirror;
pub mod parts;
pub mod programs;
pub mod random;
pub mod session;
