//! What an error means, with what is wrong and what is right: as `explain` prints it.

use attnc_compiler::diagnostic::explanation::{Example, Explanation, Form, Kind, Side};
use serde_json::{json, Value};

/// An entry in words, with its examples.
pub fn entry(entry: &Explanation) -> String {
    let mut text = format!("{}: {}\n\n{}\n", entry.code, entry.title, entry.text);
    for example in &entry.examples {
        text += &format!("\n{}:\n\n", heading(example));
        for line in example.text.lines() {
            text += &format!("    {line}\n");
        }
    }
    text
}

/// What stands above an example.
fn heading(example: &Example) -> String {
    let side = match example.side {
        Side::Given => return "A program".into(),
        Side::Wrong => "Wrong",
        Side::Right => "Right",
    };
    let kind = match example.kind {
        Kind::Program => "",
        Kind::Command => ", for it",
        Kind::Input => ", as its input file",
        Kind::Choices => ", as the choices of its layout",
    };
    let form = match example.form {
        Form::Plain => "",
        Form::Escaped => " (what cannot be shown is written with a `\\`)",
        Form::Padded => " (and so on, past 1 MiB)",
        Form::Alone => " (asked for as one part)",
        Form::Tested => " (its tests are run)",
    };
    format!("{side}{kind}{form}")
}

/// An entry with its examples.
pub fn object(entry: &Explanation) -> Value {
    let examples = entry.examples.iter().map(|example| {
        json!({
            "kind": example.kind.name(),
            "side": example.side.name(),
            "form": example.form.name(),
            "text": example.text,
        })
    });
    json!({
        "code": entry.code,
        "group": entry.group,
        "title": entry.title,
        "text": entry.text,
        "examples": examples.collect::<Vec<_>>(),
    })
}
