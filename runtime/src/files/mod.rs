//! What goes in and out, and how it is written down (spec 8).
//!
//! - Writing: whole or not at all, and never over what a command still needs ([`write()`], [`read`]).
//! - [`nested`], [`npz`], [`input`]: tensors as JSON and npz; [`sample`]: drawn at random.
//! - [`key`], [`proof`]: what a verifier is handed.

pub mod input;
pub mod key;
pub mod nested;
pub mod npz;
pub mod proof;
pub mod sample;
mod write;

pub use write::*;
