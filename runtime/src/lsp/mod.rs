//! The language server: the compiler's [`ide`](attnc_compiler::ide) and what layouts cost, in the protocol's
//! terms. It knows nothing of the language of its own.
//!
//! ```text
//! stream -transport-> messages -server-> document, answers;  work: checks and costs, in threads of their own
//! ```
//!
//! - [`transport`]: messages over a stream. `position`: lines and columns; `settings`: what is switched on.
//! - `document`: a document that is open; `newest`, `work`: what takes longer than a keystroke.
//! - `tell`: what is wrong, and what may mend it; `answers`, `colours`: what is asked of a place or a text, and
//!   of its `neighbours`;
//!   `commands`: what is asked for by name.
//! - `capabilities`: what each side can do; `desk`: what is open; `questions`: what may be asked of it, with a `refusal` where
//!   there is no answer, `held` until there is one;
//!   [`server`]: the conversation.

mod answers;
mod capabilities;
mod colours;
mod commands;
mod desk;
mod document;
mod held;
mod neighbours;
mod newest;
mod position;
mod questions;
mod refusal;
pub mod server;
mod settings;
mod tell;
pub mod transport;
mod work;
