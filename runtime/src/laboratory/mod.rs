//! What a plan costs, measured and drawn. Nothing here is needed to prove or to verify.
//!
//! - [`attribute`], [`by_line`]: where the predicted bytes are.
//! - `calibrate`: the coefficients of predicted times. `study`: many measurements. `drawing`: a plan
//!   as a picture.

pub mod attribute;
pub mod by_line;
#[cfg(feature = "prove")]
pub mod calibrate;
#[cfg(feature = "prove")]
pub mod drawing;
#[cfg(feature = "prove")]
pub mod study;
