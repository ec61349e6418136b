//! What goes in and out, and how it is written down (spec 8).
//!
//! - Writing: whole or not at all, and never over what a command still needs ([`write()`], [`read`]).
//! - `sort`, `fault`, `wanted`: what a file's tensors are to a program, what can be wrong with it, and
//!   what a program wants of one.
//! - `elements`, [`real`], [`npy`], [`npz`], `safetensors`, [`nested`]: a file for each format, and arrays
//!   of real numbers, which integers are held against; [`input`]: which format a file has; [`sample`]:
//!   tensors drawn at random.
//! - [`key`], [`proof`]: what a verifier is handed. [`kind`]: which of all these a file is.

mod elements;
mod fault;
pub mod input;
pub mod key;
pub mod kind;
pub mod nested;
pub mod npy;
pub mod npz;
pub mod proof;
pub mod real;
mod safetensors;
pub mod sample;
mod sort;
mod wanted;
mod write;

pub use write::*;
