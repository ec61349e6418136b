//! Security settings by name or by number, and Stwo's configuration for them (spec 9).
//!
//! - `setting`: what fixes a session's security; `request`: what a user asks for.
//! - `configuration`, `grinding`: what a setting means for a proof, and for the bus.

mod configuration;
mod grinding;
mod request;
mod setting;

#[cfg(test)]
mod tests;

pub use configuration::pcs_config;
pub use grinding::bus_pow_bits;
pub use request::Security;
pub use setting::{Custom, Setting, SettingError, Strength};
