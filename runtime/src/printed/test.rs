//! What came of a test, in words: as `attnc test` prints it.

use attnc_compiler::diagnostic::visible::line;
use attnc_compiler::meaning::test::{Mismatch, Unmet};

use crate::library::suite::Outcome;

/// Differences that are listed below an error, which names the first itself.
const LISTED: usize = 16;

/// Whether it passed, its name, and what it drew and proved: a line.
pub fn told(outcome: &Outcome<'_>) -> String {
    let mut more = Vec::new();
    if outcome.runs > 1 {
        more.push(format!("{} draws", outcome.runs));
    }
    match outcome.proofs {
        0 => {}
        1 => more.push("proved".to_string()),
        proofs => more.push(format!("{proofs} proved")),
    }
    let more = match more.is_empty() {
        true => String::new(),
        false => format!(" ({})", more.join(", ")),
    };
    let passed = match outcome.passed() {
        true => "passed",
        false => "FAILED",
    };
    format!("{passed}  {}{more}", line(outcome.test.name))
}

/// What is not as expected beyond what the error names, a line a place.
pub fn differences(unmet: &Unmet) -> String {
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
