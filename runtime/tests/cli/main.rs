//! The command line, run as its users do: every verb once right and once wrong, and what each does with
//! bad files.
//!
//! - the `first_hour`: `new`, `completions`, `man`, colours; `explain`; `runs`, and `formats` of what
//!   goes in and out, made by `arrays`;
//! - verbs, in the order of the way: `fmt`, `program`, `suite` and `replays` of its tests, `key`, `prove`, `verify`, `inspect`; `fixed` inputs of
//!   all;
//! - an editor: `lsp`;
//! - boundaries as experiments: `parts`, what they have `shown`, `jobs`, `studies`, `sweep`;
//!   `fidelity` of integers; proofs that are `hiding`;
//! - files: `reads`, `writes`, `schema` of the statement;
//! - what goes wrong: `killed`, `disks`, `cut`, `damaged`, `strangers`.
//!
//! Each test runs in a `house` of its own; `halves` has a program in two parts.
#![cfg(feature = "prove")]
// Helpers outside of test functions unwrap as tests do.
#![allow(clippy::unwrap_used)]

mod arrays;
mod cut;
#[cfg(unix)]
mod damaged;
mod disks;
mod explain;
mod fidelity;
mod first_hour;
mod fixed;
mod fmt;
mod formats;
mod halves;
mod hiding;
mod house;
mod inspect;
mod jobs;
mod key;
mod killed;
#[cfg(feature = "lsp")]
mod lsp;
mod parts;
mod program;
mod prove;
mod reads;
mod replays;
mod runs;
mod schema;
mod shown;
mod strangers;
mod studies;
mod suite;
mod sweep;
mod verify;
mod writes;
