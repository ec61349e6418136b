//! Damaged files, each in its own structure: keys, proofs, sets, inputs as JSON and npz. Every one is
//! refused with an error, or means what the whole one means; nothing panics, hangs, or takes memory.
//! 400 of each, or `DAMAGED_CASES`.
//!
//! `files` and `inputs` damage the files of `whole`; `corpora` runs the fuzzers' targets.

mod corpora;
mod files;
mod inputs;
mod whole;
