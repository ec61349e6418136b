//! The verbs, one file each.

#[cfg(feature = "prove")]
pub mod audit;
#[cfg(feature = "prove")]
pub mod calibrate;
pub mod check;
pub mod emit;
pub mod explain;
#[cfg(feature = "prove")]
pub mod explore;
pub mod inspect;
#[cfg(feature = "prove")]
pub mod jobs;
#[cfg(feature = "prove")]
pub mod join;
#[cfg(feature = "prove")]
pub mod key;
#[cfg(feature = "prove")]
pub mod prove;
#[cfg(feature = "prove")]
pub mod report;
pub mod run;
pub mod sample;
#[cfg(feature = "prove")]
pub mod sweep;
pub mod verify;
