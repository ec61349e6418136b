//! What is said and counted before anything is proved, held against what was committed.
//!
//! - messages: `golden` for programs, `inputs` for input files and runs, `tested` for tests in programs;
//!   `definitions` for programs of several files;
//! - pages: `explained`, the examples of every error; `cookbook`, its programs and excerpts;
//! - circuits: `structure` of every example, `counts` as Stwo has them;
//! - what the laboratory shows of them: `attribution` of costs, `drawing`;
//! - how they are laid out: `formatted`.

mod attribution;
#[path = "../common/mod.rs"]
mod common;
mod cookbook;
mod counts;
mod definitions;
mod drawing;
mod explained;
mod formatted;
mod golden;
mod inputs;
mod snapshot;
mod structure;
mod tested;
#[allow(dead_code)]
#[path = "../common/texts.rs"]
mod texts;
