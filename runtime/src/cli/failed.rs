//! Why a test failed, as a terminal shows it.

use std::io::{IsTerminal, Write};

use attnc::printed::test::differences;
use attnc::Failed;
use attnc_compiler::diagnostic::{render_texts, texts, Diagnostic};

use crate::cli::color::colored;
use crate::cli::report::complain;

/// Says on standard error what is wrong, of which `new` was not said before, and the differences.
pub fn tell(failed: &Failed, new: &[Diagnostic]) {
    let errors = &failed.errors;
    let mut stderr = std::io::stderr();
    let texts = texts(&errors.file, &errors.source, &errors.used);
    let text = render_texts(new, &texts, colored(stderr.is_terminal()));
    // It has escaped what it was given, and may have colours; nobody is left to tell if this fails.
    let _ = stderr.write_all(text.as_bytes());
    failed
        .unmet
        .iter()
        .for_each(|unmet| complain(&differences(unmet)));
}
