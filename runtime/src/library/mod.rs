//! What a program that embeds attnc uses; `lib.rs` shows it as the crate's own. The command line is
//! the first such program.
//!
//! ```text
//! Program -lay_out-> Layout -Prover-> Proof
//!                    Layout -make-> Key -verify(Proof)-> Verdict, or a Rejected
//! ```
//!
//! - [`error`]: whatever goes wrong, with the places of the source where it does.
//! - [`program`]: a program that is checked; `fixed`: the tensors that every proof of it has; [`inputs`]:
//!   those that one proof is about; [`run`](mod@run): what it computes; [`named`]: its tensors by name.
//! - [`options`]: under which plan and for what a layout is chosen; [`layout`]: what it is laid out as.
//! - [`key`]: what a verifier trusts; [`proof`]: what it is handed; `prove`: how that is made.
//! - `recompiled`: a key made from the program itself.
//! - [`suite`]: the tests of a program, run.
//! - [`expectations`]: what a verifier knows already; [`verdict`]: what a proof shows, once it is
//!   verified. [`words`]: lists as people write them.
//! - `figures`, [`inspection`]: what a layout weighs and is worth, before anything is proved;
//!   [`exploration`]: the same of every plan that there could be.

pub mod error;
pub mod expectations;
pub mod exploration;
pub mod figures;
mod fixed;
pub mod inputs;
pub mod inspection;
pub mod key;
pub mod layout;
pub mod named;
pub mod options;
pub mod program;
pub mod proof;
#[cfg(feature = "prove")]
pub mod prove;
#[cfg(feature = "prove")]
pub mod recompiled;
pub mod run;
pub mod suite;
pub mod verdict;
pub mod words;
