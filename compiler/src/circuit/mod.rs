//! Components: one row each, in a sealed vocabulary, and what crosses between them.
//!
//! ```text
//! Part -lay_out-> Circuit -row-> one description, read by prover, verifier, counts and audit
//! ```
//!
//! The files, each of which imports only from those before it:
//!
//! - `field`; `names`: relations, slots, elements of the evaluation; `bus`: what a row puts on the bus;
//!   `ranges`: the tables that ranges use.
//! - `reading`: one interpretation of a row; `count`: what a row costs.
//! - [`row`]: the vocabulary that every row is written in; [`gadgets`]: what is built of it.
//! - `operation`, `component`, `circuit`: [`Op`], [`Component`] and [`Circuit`], what is laid out,
//!   proved and verified.
//! - [`choices`]: the decisions of a layout; [`layout`]: which values share a component.
//! - [`ledger`]: which place of the source a column or send is there for; [`crossing`]: what crosses
//!   between components, and what that costs.
//! - `print`: how a circuit prints itself.

mod bus;
pub mod choices;
#[expect(clippy::module_inception, reason = "the room is named for its noun")]
mod circuit;
mod component;
mod count;
pub mod crossing;
mod field;
pub mod gadgets;
pub mod layout;
pub mod ledger;
mod names;
mod operation;
pub mod print;
mod ranges;
mod reading;
pub mod row;

pub use circuit::{BusDegree, Circuit, PublicTensor};
pub use component::{Carried, Component, Fixed, Kind};
pub use names::{Element, Form, Slot, Tag, Witness};
pub use operation::{first_slots, Op, Ranged, Term};
pub use ranges::RangeTables;
