//! Which values share a proof, and what may be seen of what crosses.
//!
//! ```text
//! Graph, plan text -partition-> Plan: parts, each a graph of its own
//! ```
//!
//! - [`text`]: a plan as it is named or written; [`candidates`]: those that a program could have.
//! - [`derived`]: what a part's graph is of the whole; [`extract`], [`cut`]: a part, a piece of an
//!   index as a graph.
//! - [`partition`](partition()): the plan; [`published`](published()): what its open boundaries show.
//! - `print`: how a plan prints itself.

pub mod candidates;
pub mod cut;
pub mod derived;
pub mod extract;
mod partition;
mod print;
pub mod text;

pub use partition::{partition, published, Kind, Part, Plan, Published};
