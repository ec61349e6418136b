//! `attnc fmt`: programs laid out as all are laid out.

use std::path::PathBuf;

use attnc::files;
use attnc::library::program::text_in;
use attnc_compiler::diagnostic::{located, Diagnostic, Text};
use attnc_compiler::syntax::format::format;
use serde_json::{json, Value};
use similar::TextDiff;

use crate::cli::failure::Failure;
use crate::cli::paths::{unless_printed, write};
use crate::cli::report::{say, say_json, shown};
use crate::cli::sources::{files_of, read};

#[derive(clap::Args)]
pub struct Args {
    /// Programs, files of definitions, and folders that have them; `-` is standard input, which is laid out
    /// to standard output; without any, the current folder
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write nothing: show what would change, and end with 1 if something would
    #[arg(long)]
    check: bool,
}

/// A file, and what it is or what is wrong with it.
struct Seen {
    path: PathBuf,
    source: String,
    result: Result<String, Vec<Diagnostic>>,
    /// Its bytes are the text that it would get.
    same: bool,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let files = files_of(&args.files)?;
    let stream = files.iter().find(|path| files::is_standard_input(path));
    if let Some(stream) = stream {
        if files.len() > 1 {
            return Err(Failure::misuse("standard input, `-`, is laid out alone")
                .hint("give the other files to a command of their own"));
        }
        if !args.check {
            unless_printed(stream, json)?;
        }
    }
    // All is read before anything is written.
    let seen = files.into_iter().map(Seen::read);
    let seen: Vec<Seen> = seen.collect::<Result<_, _>>()?;
    let prints = stream_is(&seen) && !args.check;
    if prints {
        seen.iter()
            .filter_map(|seen| seen.result.as_deref().ok())
            .try_for_each(say)?;
    } else if !args.check {
        for seen in seen.iter().filter(|seen| seen.changes()) {
            if let Ok(text) = &seen.result {
                write(&seen.path, text.as_bytes())?;
            }
        }
    }
    if json {
        let errors: Vec<Value> = seen.iter().flat_map(Seen::errors).collect();
        let files: Vec<Value> = seen.iter().map(Seen::object).collect();
        say_json(&json!({ "files": files, "errors": errors }).to_string())?;
    } else {
        for Seen {
            path,
            source,
            result,
            ..
        } in &seen
        {
            if let Err(errors) = result {
                let file = path.display().to_string();
                Failure::program(&file, source, errors.clone()).report(false);
            }
        }
        if !prints {
            say(&said(&seen, args.check))?;
        }
    }
    let refused = seen.iter().any(|seen| seen.result.is_err());
    match refused || (args.check && seen.iter().any(Seen::changes)) {
        true => Err(Failure::said()),
        false => Ok(()),
    }
}

fn stream_is(seen: &[Seen]) -> bool {
    seen.iter().any(|seen| files::is_standard_input(&seen.path))
}

/// What was done, or would be: a line for each file that changes, and how many there are.
fn said(seen: &[Seen], check: bool) -> String {
    let mut text = String::new();
    for seen in seen.iter().filter(|seen| seen.changes()) {
        let path = shown(&seen.path);
        text += &match check {
            true => format!("{path} would change\n{}\n", indented(&seen.difference())),
            false => format!("{path} is laid out\n"),
        };
    }
    let count = |what: fn(&Seen) -> bool| seen.iter().filter(|seen| what(seen)).count();
    let (changed, refused) = (count(Seen::changes), count(|seen| seen.result.is_err()));
    let files = match seen.len() {
        1 => "1 file".to_string(),
        all => format!("{all} files"),
    };
    text += &match (changed, check) {
        (0, _) => format!("{files}, nothing to change"),
        (_, true) => format!("{changed} of {files} would change: attnc fmt changes them"),
        (_, false) => format!("{changed} of {files} changed"),
    };
    if refused > 0 {
        text += &format!("; {refused} with errors, left as they are");
    }
    text + "\n"
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

impl Seen {
    fn read(path: PathBuf) -> Result<Self, Failure> {
        let bytes = read(&path)?;
        let (source, result) = match text_in(&path, &bytes) {
            Ok(source) => (source.to_string(), format(source)),
            Err(error) => (String::from_utf8_lossy(&bytes).into(), Err(vec![error])),
        };
        let same = result.as_ref().is_ok_and(|text| text.as_bytes() == bytes);
        Ok(Self {
            path,
            source,
            result,
            same,
        })
    }

    fn changes(&self) -> bool {
        self.result.is_ok() && !self.same
    }

    /// What would change, with a few lines around it.
    fn difference(&self) -> String {
        let Ok(text) = &self.result else {
            return String::new();
        };
        if *text == self.source.replace("\r\n", "\n") {
            return "only ends of lines and marks that are not seen\n".to_string();
        }
        let lines = TextDiff::from_lines(&self.source, text);
        let difference = lines.unified_diff().context_radius(AROUND).to_string();
        difference.replace('\r', "")
    }

    fn object(&self) -> Value {
        json!({
            "file": self.path.display().to_string(),
            "changed": self.result.as_ref().ok().map(|_| !self.same),
            "diff": self.changes().then(|| self.difference()),
        })
    }

    fn errors(&self) -> Vec<Value> {
        let file = self.path.display().to_string();
        let texts = [Text::program(&file, &self.source)];
        let errors = self.result.as_ref().err().map_or(&[][..], Vec::as_slice);
        let found = located(errors, &texts);
        found.into_iter().map(|error| json!(error)).collect()
    }
}

/// Lines that are shown around a change.
const AROUND: usize = 1;
