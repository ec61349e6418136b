//! The doors to the terminal: what is written there shows what it says, and does nothing else.

use std::io::{self, Write};

use attnc_compiler::diagnostic::visible;

/// Text on standard output, one door for all that is no JSON: what its ends of lines and tabs are not is
/// shown ([`visible`]). That nobody reads it is not an error.
pub fn text(text: &str) -> io::Result<()> {
    written(&visible::lines(text))
}

/// JSON on standard output; names in it that a terminal would act on are escaped.
pub fn json(json: &str) -> io::Result<()> {
    written(&visible::json(json))
}

fn written(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.write_all(if text.ends_with('\n') { b"" } else { b"\n" }))
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// Text on standard error, the door for all that is not progress.
pub fn complain(text: &str) {
    // Nobody is left to tell if this fails.
    let _ = io::stderr().write_all(visible::lines(text).as_bytes());
}
