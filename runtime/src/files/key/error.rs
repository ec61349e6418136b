//! Why a file is no key.

use std::fmt;

use attnc_compiler::diagnostic::Diagnostic;

use crate::session::security::Setting;
use crate::session::version::unread;

/// The version of the key file that this attnc writes and reads.
pub const VERSION: u32 = 4;
/// Bytes of a key file at most.
pub const MAX_BYTES: u64 = 64 << 20;

/// Why a file is no key for this attnc.
#[derive(Debug)]
pub enum KeyError {
    Unreadable(std::io::Error),
    TooLarge,
    /// Not JSON, or not a key's fields; the parser says why.
    Json(serde_json::Error),
    NotAKey,
    /// Made by another version of attnc.
    Version(u64),
    /// The key's program does not compile.
    Program(Vec<Diagnostic>),
    /// What the key says of its program is not so.
    Differs(&'static str),
    /// Its roots are not those that its program makes; found where they are computed again.
    Roots,
    /// There is no root for the blowup of a setting.
    Blowup(Setting),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "the key cannot be read: {error}"),
            Self::TooLarge => write!(f, "the key has more than {MAX_BYTES} bytes"),
            Self::Json(error) => write!(f, "the key is not well formed: {error}"),
            Self::NotAKey => write!(f, "this is not a verifying key"),
            Self::Version(found) => {
                let again = "make it again with `attnc key`";
                write!(f, "{}", unread("the key", *found, VERSION, again))
            }
            Self::Program(diagnostics) => {
                write!(f, "the key's program does not compile")?;
                diagnostics
                    .iter()
                    .try_for_each(|error| write!(f, "; {}", error.message))
            }
            Self::Differs(what) => write!(
                f,
                "the key contradicts itself: its {what} not what its program makes; it was \
                 changed, or made by another attnc"
            ),
            Self::Roots => write!(
                f,
                "the key's preprocessed roots are not those of its program; it was changed, or made \
                 by another attnc"
            ),
            Self::Blowup(setting) => write!(
                f,
                "the key has no roots for blowup {}, which the proof's setting has: make one with \
                 `attnc key --security \"{setting}\"`",
                setting.blowup()
            ),
        }
    }
}

impl std::error::Error for KeyError {}
