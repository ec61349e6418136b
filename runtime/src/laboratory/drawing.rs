//! The graph of a plan as it is drawn: what is computed where, and what crosses at which cost
//! (spec 8.10).
//!
//! Boxes stand in boxes: members in components, these in proofs, these in the plan's parts.
//!
//! - `figure`: what is drawn. `sketch`, `label`: how a plan becomes one.
//! - `rect`, `text`, `lane`: places, letters, lines side by side. `card`, `grid`, `route`, `place`:
//!   where everything stands, and the ways of arrows.
//! - `dot`, `svg`: the drawing, written.

mod card;
mod dot;
mod figure;
mod grid;
mod label;
mod lane;
mod place;
mod rect;
mod route;
mod sketch;
mod svg;
mod text;

pub use figure::Drawing;
pub use sketch::{draw, Section};
