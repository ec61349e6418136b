//! Statement, trace, proof and verdict of circuits that `attnc-compiler` lays out.

pub mod files;
pub mod input;
pub mod nested;
mod npz;
pub mod sample;
