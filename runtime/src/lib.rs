//! Statement, trace, proof and verdict of circuits that `attnc-compiler` lays out.
//!
//! ```text
//! Circuit -fill-> Trace -prove-> Proof -verify-> verdict
//! ```
//!
//! The verifier reaches [`statement`], [`key`], [`proof`], [`air`], [`challenges`], [`session`],
//! [`pack`] and [`security`], and builds without the feature `prove`. So do [`input`], [`sample`],
//! [`nested`] and [`files`]: what goes in and how it is written down; and [`attribute`] and
//! [`by_line`]: where the predicted bytes are.

pub mod account;
pub mod air;
pub mod attribute;
#[cfg(feature = "prove")]
pub mod audit;
mod bits;
#[cfg(feature = "prove")]
pub mod bus;
pub mod by_line;
#[cfg(feature = "prove")]
pub mod calibrate;
pub mod challenges;
#[cfg(feature = "prove")]
pub mod drawing;
pub mod files;
pub mod input;
pub mod key;
pub mod nested;
pub mod npz;
pub mod pack;
pub mod price;
pub mod proof;
#[cfg(feature = "prove")]
pub mod prove;
pub mod replay;
pub mod sample;
pub mod security;
pub mod session;
pub mod shape;
pub mod statement;
#[cfg(feature = "prove")]
pub mod study;
#[cfg(feature = "prove")]
pub mod trace;
pub mod verify;
mod version;
pub mod whole;
