//! Arguments that are wrong: what clap says of them, on a terminal and as JSON (spec 8.5).

use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;

use attnc_compiler::diagnostic::visible::{line, lines};
use clap::error::ErrorKind;

use crate::cli::failure::Failure;
use crate::cli::report::complain;

/// Whether `--json` stands among the arguments as the flag that it is. What follows a flag that
/// wants a value is no value of it if it begins with `--`, so `--context --json` has the flag.
pub fn asks_for_json(arguments: impl Iterator<Item = OsString>) -> bool {
    let mut flags = arguments.skip(1).take_while(|argument| argument != "--");
    flags.any(|argument| argument == "--json")
}

/// Says what is wrong; or prints the help or the version, where that is what was asked for.
pub fn tell(error: &clap::Error, json: bool) -> ExitCode {
    let asked = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    if json && !asked {
        return failure(error).report(json);
    }
    let said = error.render().to_string();
    let shown = shown(error);
    // What nothing had to be escaped in comes in clap's colours.
    if said == shown {
        let _ = error.print();
    } else {
        complain(&shown);
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// What clap says, with the arguments that it repeats escaped.
fn shown(error: &clap::Error) -> String {
    let mut said = error.render().to_string();
    let mut repeated: Vec<String> = error
        .source()
        .map(ToString::to_string)
        .into_iter()
        .collect();
    for (_, value) in error.context() {
        match value {
            clap::error::ContextValue::String(text) => repeated.push(text.clone()),
            clap::error::ContextValue::Strings(texts) => repeated.extend(texts.iter().cloned()),
            clap::error::ContextValue::StyledStrs(texts) => {
                repeated.extend(texts.iter().map(ToString::to_string));
            }
            _ => {}
        }
    }
    // The longest first: a shorter one may be a part of it.
    repeated.sort_by_key(|text| std::cmp::Reverse(text.len()));
    for text in repeated.iter().filter(|text| !text.is_empty()) {
        said = said.replace(text, &line(text));
    }
    lines(&said).into_owned()
}

/// Its first paragraph, and the others as hints.
pub fn failure(error: &clap::Error) -> Failure {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::misuse("say what to do").hint("attnc --help lists the verbs");
    }
    let said = shown(error);
    let mut paragraphs = said.split("\n\n").map(|paragraph| {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        words.join(" ")
    });
    let first = paragraphs.next().unwrap_or_default();
    let mut failure = Failure::misuse(first.trim_start_matches("error: "));
    for hint in paragraphs.filter(|hint| !hint.is_empty() && !hint.starts_with("For more")) {
        failure = failure.hint(hint.trim_start_matches("tip: "));
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_is_told_from_what_looks_like_it() {
        for (arguments, expected) in [
            ("attnc check f --json", true),
            ("attnc --json check f -p x", true),
            ("attnc prove f --context=--json", false),
            ("attnc check -- --json", false),
            ("--json", false),
        ] {
            let arguments = arguments.split(' ').map(OsString::from);
            assert_eq!(asks_for_json(arguments), expected);
        }
    }
}
