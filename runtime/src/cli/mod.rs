//! The command line: `attnc VERB ...`, one file a verb.
//!
//! - [`commands`]: the verbs.
//! - `program`, `sources`, `given`, `fixed`, `tuning`, `grid`, `paths`: what they are given; `mistaken`, [`misuse`]: what they
//!   should not have been; `template`: programs to begin with.
//! - `output`, [`color`]: the doors to the terminal.
//! - [`failure`], [`guard`], `failed`: how they end when they do not end well, and tests.
//! - `report`, `progress`, `show`, `tensor`: what they print, beside what the library says.
//! - `measure`: attnc as a process of its own.

pub mod color;
pub mod commands;
mod failed;
pub mod failure;
mod fixed;
mod given;
#[cfg(feature = "prove")]
mod grid;
pub mod guard;
#[cfg(feature = "prove")]
mod measure;
mod mistaken;
pub mod misuse;
mod output;
mod paths;
mod program;
#[cfg(feature = "prove")]
mod progress;
mod report;
mod show;
mod sources;
mod template;
mod tensor;
mod tuning;
