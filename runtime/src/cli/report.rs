//! What commands print, and text that survives a closed pipe.

use std::io;
use std::path::Path;

use attnc::session::security::{Security, Setting};
use attnc_compiler::diagnostic::visible;

use crate::cli::failure::Failure;
use crate::cli::output;
pub use crate::cli::output::complain;
#[cfg(feature = "prove")]
pub use attnc::library::figures::Figures;
#[cfg(feature = "prove")]
pub use attnc::printed::security::{in_all, least, security};
#[cfg(feature = "prove")]
pub use attnc::printed::statement::digests;
#[cfg(feature = "prove")]
pub use attnc::printed::title::titled;
pub use attnc::printed::title::{shaped, sized};
pub use attnc::printed::verdict::milliseconds;

/// Prints text on standard output: see [`output::text`].
pub fn say(text: &str) -> Result<(), Failure> {
    heard(output::text(text))
}

/// Prints JSON on standard output: see [`output::json`].
pub fn say_json(json: &str) -> Result<(), Failure> {
    heard(output::json(json))
}

fn heard(written: io::Result<()>) -> Result<(), Failure> {
    written.map_err(|error| Failure::misuse(format!("cannot write to standard output: {error}")))
}

/// Says something that does not end the command.
pub fn warn(text: &str) {
    complain(&format!("warning: {}\n", visible::line(text)));
}

/// A path within a line of text.
pub fn shown(path: &Path) -> String {
    visible::line(&path.display().to_string()).into_owned()
}

/// So many of something: `1 file`, `2 files`.
pub fn many(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// Words as one types them after `attnc`, quoted where a shell would read them otherwise.
pub fn typed<'a>(words: impl IntoIterator<Item = &'a String>) -> String {
    // `shell_words` quotes more than a shell asks for.
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,+@".contains(c);
    let mut text = "attnc".to_string();
    for word in words {
        text.push(' ');
        match word.is_empty() || !word.chars().all(plain) {
            true => text += &shell_words::quote(word),
            false => text += word,
        }
    }
    text
}

/// Whether it is the setting of published figures, by proofs that hide or not.
pub fn is_seed(security: Security) -> bool {
    matches!(security, Security::Setting(setting) if setting.plain() == Setting::Seed)
}

/// Warns of the setting that is not one.
pub fn warn_of_seed(security: Security) {
    if is_seed(security) {
        warn("`--security seed` gives 13 bits: it is for reproducing published figures only");
    }
}
