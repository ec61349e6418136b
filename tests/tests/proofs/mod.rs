//! The whole way, from a program's text to a verdict.
//!
//! - `examples` under every plan and setting; `vectors` of published attention heads; `stories`, a whole model;
//! - `whole_way` of random programs, beside an evaluator of its own;
//! - `library`: as a program that embeds attnc uses it;
//! - `keys`: the same bits as when they were committed.

mod examples;
mod keys;
mod library;
mod stories;
mod vectors;
mod whole_way;
