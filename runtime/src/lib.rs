//! Statement, trace, proof and verdict of circuits that `attnc-compiler` lays out.

pub mod account;
mod bits;
pub mod pack;
pub mod replay;
pub mod security;
pub mod shape;
