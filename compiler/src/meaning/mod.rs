//! What a program means: typed dataflow over named indices, integers alone.
//!
//! ```text
//! Ast -check-> Graph -evaluate-> outputs
//! ```
//!
//! - [`graph`]: the program as checked; [`dims`], `index`, [`space`]: its indices, and the points
//!   that they run over; `walk`: index functions over them; `dataflow`: what depends on what; [`turns`]:
//!   in what order it is computed.
//! - `rounding`, `real`, `table`: tables, evaluated exactly at compile time.
//! - [`tensor`], [`fault`]: elements, and what may be wrong with them; [`statics`]: what is known when
//!   the key is made; [`rows`]: which points of a space there are.
//! - [`check`]: from the tree to the graph, every error at its place; [`validate`]: what holds of
//!   every graph, whoever made it.
//! - [`eval`]: the reference meaning.
//! - [`test`](mod@test): what a test gives a program, and what it expects of it.
//! - `print`: how a graph prints itself.

pub mod check;
mod dataflow;
pub mod dims;
pub mod eval;
pub mod fault;
pub mod graph;
pub(crate) mod index;
mod print;
pub(crate) mod real;
pub(crate) mod rounding;
pub mod rows;
pub mod space;
pub mod statics;
pub(crate) mod table;
pub mod tensor;
pub mod test;
pub mod turns;
pub mod validate;
pub(crate) mod walk;
