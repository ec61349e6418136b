//! Why a test failed, as a terminal shows it.

use std::io::{IsTerminal, Write};

use attnc::{Failed, Mismatch, Unmet};
use attnc_compiler::diagnostic::visible::line;
use attnc_compiler::diagnostic::{render_texts, texts, Diagnostic};

use crate::cli::color::colored;
use crate::cli::report::complain;

/// Differences that are listed below an error, which names the first itself.
const LISTED: usize = 16;

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

/// What is not as expected beyond what the error names, a line a place.
fn differences(unmet: &Unmet) -> String {
    let wrong = unmet.mismatches.iter().skip(Mismatch::NAMED).take(LISTED);
    let compared = wrong.filter_map(|it| Some((&it.place, it.got, it.expected?)));
    let rows: Vec<(&String, i128, i128)> = compared.collect();
    if rows.is_empty() {
        return String::new();
    }
    let width = rows.iter().map(|(place, ..)| place.chars().count()).max();
    let width = width.unwrap_or(0);
    let expected = match unmet.relation.to_string().as_str() {
        "==" => "expected".to_string(),
        relation => format!("expected {relation}"),
    };
    let lines = rows.iter().map(|(place, got, right)| {
        let place = line(place);
        format!("  {place:<width$}  is {got}, {expected} {right}\n")
    });
    let mut text: String = lines.collect();
    let told = Mismatch::NAMED + rows.len();
    if unmet.wrong > told {
        text += &format!("  and {} more\n", unmet.wrong - told);
    }
    text
}
