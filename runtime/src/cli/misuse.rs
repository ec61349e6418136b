//! Arguments that are wrong: what clap says of them, on a terminal and as JSON (spec 8.5).

use std::error::Error;
use std::ffi::OsString;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use attnc_compiler::diagnostic::visible::{line, lines};
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::color::colored;
use crate::cli::failure::Failure;

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
    let shown = shown(error);
    let terminal = match asked {
        true => std::io::stdout().is_terminal(),
        false => std::io::stderr().is_terminal(),
    };
    // What something had to be escaped in comes without clap's colours.
    let plain = with_tip(error, error.render().to_string()) != shown;
    let text = match plain || !colored(terminal) {
        true => shown,
        false => with_tip(error, error.render().ansi().to_string()),
    };
    // That nobody reads it is no error.
    let _ = match asked {
        true => std::io::stdout().write_all(text.as_bytes()),
        false => std::io::stderr().write_all(text.as_bytes()),
    };
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
            ContextValue::String(text) => repeated.push(text.clone()),
            ContextValue::Strings(texts) => repeated.extend(texts.iter().cloned()),
            ContextValue::StyledStrs(texts) => {
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
    with_tip(error, lines(&said).into_owned())
}

/// Where a file was forgotten, clap says which flag it is for; here, after its first paragraph, how one
/// comes by the file.
fn with_tip(error: &clap::Error, said: String) -> String {
    let missing = match (error.kind(), error.get(ContextKind::InvalidArg)) {
        (ErrorKind::MissingRequiredArgument, Some(ContextValue::Strings(missing))) => missing,
        _ => return said,
    };
    let lacks = |flag: &str| missing.iter().any(|missing| missing.contains(flag));
    let tip = match () {
        () if lacks("--input") => "attnc sample FILE -o input.json draws an input",
        () if lacks("--key") => "attnc key FILE makes the key, or give the program with --program",
        () => return said,
    };
    said.replacen("\n\n", &format!("\n\n  tip: {tip}\n\n"), 1)
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
