//! attnc proves and verifies what small `.attn` programs compute: attention and all that stands around
//! it, over exact integers, as STARK proofs over Stwo.
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! let source = "circuit twice(n = 3) { private input x[n] : 0..9  public output y[n]
//!     y[i in n] = 2 * x[i] }";
//! let program = attnc::Program::check("twice.attn", source, &[])?;
//! let layout = program.lay_out(&attnc::Options::default())?;
//! let inputs = attnc::Inputs::parse(&program, br#"{"x": [1, 2, 8]}"#)?;
//! let proof = attnc::Prover::new(&layout).prove(&inputs, "", &|_| ControlFlow::Continue(()))?;
//!
//! // The verifier has the key, and trusts nothing else.
//! let key = attnc::Key::make(&layout);
//! let verdict = attnc::verify(&key, &proof, &attnc::Demands::default()).expect("an honest proof");
//! assert_eq!(verdict.shown()[0].elements, [2, 4, 16]);
//! # Ok::<(), attnc::Error>(())
//! ```
//!
//! What stands on this page is the library. It builds without the feature `prove` as a verifier that
//! knows no prover. What the language is, and why proofs are sound, says `spec.md`.
//!
//! # Rooms
//!
//! The modules are not stable and not documented for use: what is in them changes with the protocol.
//! In the order of the way; each imports only from those before it:
//!
//! - [`session`]: the protocol: statement, transcript, AIR, trace, bus, prove, verify, account.
//! - [`files`]: what goes in and how it is written down: inputs, keys, proofs; all writing.
//! - [`price`]: what a session would cost, and the setting that a security floor is met with.
//! - [`claim`]: what proofs show together.
//! - [`laboratory`]: what was measured, and how it is drawn.
//! - `audit`: a user's own circuit, attacked.
//! - [`library`]: what this page shows.
//! - [`printed`]: what is said of it all, as objects and in words.
//! - `lsp`: the language server.
//!
//! Then the binary's room, whose map is in `main.rs`.

#[cfg(feature = "prove")]
#[doc(hidden)]
pub mod audit;
#[doc(hidden)]
pub mod claim;
#[doc(hidden)]
pub mod files;
#[doc(hidden)]
pub mod laboratory;
#[doc(hidden)]
pub mod library;
#[cfg(feature = "lsp")]
#[doc(hidden)]
pub mod lsp;
#[doc(hidden)]
pub mod price;
#[doc(hidden)]
pub mod printed;
#[doc(hidden)]
pub mod session;

pub use attnc_compiler::choice::cost::Objective;
pub use attnc_compiler::choice::search::Contract;
pub use attnc_compiler::diagnostic::Diagnostic;
pub use attnc_compiler::meaning::tensor::Tensor;
pub use attnc_compiler::meaning::test::{Mismatch, Unmet};
pub use claim::whole::Role;
pub use files::input::Source;
pub use files::key::KeyError;
pub use library::error::{Error, Errors};
pub use library::expectations::Expectations;
pub use library::exploration::{Costs, Exploration, Explored, Impossible};
pub use library::inputs::Inputs;
pub use library::inspection::Inspection;
pub use library::key::Key;
pub use library::layout::Layout;
pub use library::options::Options;
pub use library::program::{Program, TensorInfo};
pub use library::proof::Proof;
#[cfg(feature = "prove")]
pub use library::prove::{Progress, Prover, Step};
pub use library::run::Run;
pub use library::suite::{Failed, Ground, Outcome, Suite, TestInfo};
pub use library::verdict::{
    verify, CoveredPart, Demands, KnownTensor, Rejected, StatedTensor, Verdict,
};
pub use session::account::SessionAccount;
pub use session::security::{Security, Setting};
pub use session::statement::{Digest, Public};
