//! What a circuit costs, and the choices that cost least. Never changes what is proved.
//!
//! - [`cost`]: proof bytes, time and memory, predicted. [`search`]: the layout that has least.

pub mod cost;
pub mod search;
