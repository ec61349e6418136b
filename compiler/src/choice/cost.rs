//! What a proof will cost, from its circuit and its FRI setting, before anything is proved (spec 8.4).
//!
//! - [`Masks`]: the randomness of a proof that hides. [`Extension`]: a column of the interaction trace.
//! - [`ProofShape`]: the columns of every tree, from the count reading alone.
//! - [`FriSetting`]: the parameters of FRI, and the layers that they make; `folding`: the cheapest.
//! - [`predict`]: bytes; [`predict_time`]: milliseconds by stage; [`predict_memory`]: resident bytes.
//! - [`Objective`]: which of them counts.

mod bytes;
mod extension;
mod features;
mod folding;
mod fri;
mod masks;
mod memory;
mod objective;
mod shape;
#[cfg(test)]
mod tests;
mod time;

pub use bytes::{opening_bytes, predict, Breakdown, Expected, Prediction};
pub use extension::{extensions, hiding_extensions, Extension};
pub use features::{Features, ProofFeatures};
pub use fri::{FriLayer, FriSetting};
pub use masks::{Masks, RING_TUPLE};
pub use memory::{keeps_coefficients, predict_memory};
pub use objective::{Objective, UnknownObjective};
pub use shape::{Profile, ProofShape, ShapeError};
pub use time::{expected_nonces, predict_time, units, BadTable, Stage, StageTimes, TimeTable};

/// Bits of a packed base field element, p = 2^31 - 1.
pub const ELEMENT_BITS: u64 = 31;
/// Base field elements in a secure field element.
pub const SECURE_ELEMENTS: u64 = 4;
/// Bytes of a hash.
pub const HASH_BYTES: u64 = 32;
/// Columns of the composition tree: two halves of four coordinates.
pub const COMPOSITION_COLUMNS: usize = 8;
