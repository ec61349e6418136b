//! The command line: `attnc VERB ...`, one file a verb.

pub mod color;
pub mod commands;
mod explained;
pub mod failure;
mod given;
mod glimpse;
#[cfg(feature = "prove")]
mod grid;
pub mod guard;
#[cfg(feature = "prove")]
mod measure;
mod mistaken;
pub mod misuse;
mod paths;
mod program;
#[cfg(feature = "prove")]
mod progress;
mod publishes;
mod report;
mod show;
mod template;
mod tensor;
mod tuning;
mod verdict;
