//! What the tests share: programs, a second evaluator, an independent checker, malicious provers.

pub use attnc::audit::{attack, board, mirror, random};

pub mod carried;
pub mod choices;
pub mod contractions;
pub mod damage;
pub mod fields;
pub mod filters;
pub mod from_source;
pub mod gadgets;
pub mod generated;
pub mod hidden;
pub mod lift;
pub mod npz;
pub mod parts;
pub mod programs;
pub mod reference;
pub mod rings;
pub mod session;
pub mod steps;
pub mod strewn;
// Most of it is for `spec` and `writings`, binaries of their own.
#[allow(dead_code)]
pub mod texts;
pub mod trees;
pub mod way;
pub mod ways;
pub mod written;
