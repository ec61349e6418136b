//! Plans: whatever the boundaries between proofs, what is proved is the program.
//!
//! - on graphs: `cuts` of an index, `cut_plans`, `indices` and their arithmetic;
//! - parts on the two sides of a boundary: `parts`, their `interfaces`, `ragged` tensors;
//! - whole plans from text to verdict, by the steps of `small`: `boundaries`, what they have
//!   `published`, and what is `refused`.

mod boundaries;
mod cut_plans;
mod cuts;
mod indices;
mod interfaces;
mod parts;
mod published;
mod ragged;
mod refused;
mod small;
