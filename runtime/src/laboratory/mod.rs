//! What a plan costs, measured and drawn. Nothing here is needed to prove or to verify.
//!
//! - [`attribute`], [`by_line`]: where the predicted bytes are.
//! - `calibrate`: the coefficients of predicted times.
//! - `measure`, `figures`: attnc as a process of its own, and what it prints as a study keeps it.
//! - `fidelity`: how near integers come to real numbers.
//! - `study`: many measurements. `drawing`: a plan as a picture. `page`: a study with both.

pub mod attribute;
pub mod by_line;
#[cfg(feature = "prove")]
pub mod calibrate;
#[cfg(feature = "draw")]
pub mod drawing;
pub mod fidelity;
#[cfg(feature = "prove")]
pub mod figures;
#[cfg(feature = "prove")]
pub mod measure;
#[cfg(feature = "prove")]
pub mod page;
#[cfg(feature = "prove")]
pub mod study;
