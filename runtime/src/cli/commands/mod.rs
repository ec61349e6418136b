//! The verbs, one file each.
//!
//! - The first hour: [`new`], [`explain`], [`completions`], [`man`].
//! - A program: `fmt`, [`check`], [`emit`], [`run`], [`sample`], [`test`](mod@test), [`inspect`]; in an editor: `lsp`.
//! - A proof: `key`, `prove`, [`verify`]; of parts: `jobs`, `join`; attacked: `audit`.
//! - Plans and measurements: `explore`, `sweep`, `fidelity`, `report`, `calibrate`.

#[cfg(feature = "prove")]
pub mod audit;
#[cfg(feature = "prove")]
pub mod calibrate;
pub mod check;
pub mod completions;
pub mod emit;
pub mod explain;
#[cfg(feature = "prove")]
pub mod explore;
#[cfg(feature = "prove")]
pub mod fidelity;
pub mod fmt;
pub mod inspect;
#[cfg(feature = "prove")]
pub mod jobs;
#[cfg(feature = "prove")]
pub mod join;
#[cfg(feature = "prove")]
pub mod key;
#[cfg(feature = "lsp")]
pub mod lsp;
pub mod man;
pub mod new;
#[cfg(feature = "prove")]
pub mod prove;
#[cfg(feature = "prove")]
pub mod report;
pub mod run;
pub mod sample;
#[cfg(feature = "prove")]
pub mod sweep;
pub mod test;
pub mod verify;
