//! `attnc fmt`: programs laid out as all are laid out.

use std::path::{Path, PathBuf};

use attnc::files;
use attnc::library::program::text_in;
use attnc_compiler::diagnostic::{located, Diagnostic, Text};
use attnc_compiler::syntax::format::format;
use serde_json::{json, Value};
use similar::TextDiff;

use crate::cli::failure::Failure;
use crate::cli::paths::write;
use crate::cli::report::{many, say, say_json, shown};
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
    let files = files_of(&args.files);
    let streams = files.iter().any(|(path, _)| files::is_standard_input(path));
    if streams && files.len() > 1 {
        return Err(Failure::misuse("standard input, `-`, is laid out alone")
            .hint("give the other files to a command of their own"));
    }
    if streams && json && !args.check {
        return Err(Failure::misuse(
            "`fmt -` lays out to standard output, which with --json is for the object alone",
        )
        .hint("leave out --json, or say with --check whether anything would change"));
    }
    // All is read before anything is written.
    let (mut seen, mut failed) = (Vec::new(), Vec::new());
    for (path, found) in files {
        match found.and_then(|()| Seen::read(&path)) {
            Ok(read) => seen.push(read),
            Err(failure) => failed.push((path, failure)),
        }
    }
    let prints = streams && !args.check;
    if prints {
        seen.iter()
            .filter_map(|seen| seen.result.as_deref().ok())
            .try_for_each(say)?;
    } else if !args.check {
        seen.retain(|seen| {
            let text = seen.result.as_ref().ok().filter(|_| seen.changes());
            let written = text.map_or(Ok(()), |text| write(&seen.path, text.as_bytes()));
            let is_done = written.is_ok();
            failed.extend(written.err().map(|failure| (seen.path.clone(), failure)));
            is_done
        });
    }
    let refused = seen.iter().any(|seen| seen.result.is_err());
    let differs = args.check && seen.iter().any(Seen::changes);
    let mut ends: Vec<Failure> = failed.iter().map(|(_, failure)| failure.told()).collect();
    if refused || differs {
        ends.push(Failure::said());
    }
    if json {
        let unread = failed.iter().filter_map(|(_, failure)| failure.errors());
        let unread = unread.flat_map(|errors| errors.as_array().cloned().unwrap_or_default());
        let errors: Vec<Value> = seen.iter().flat_map(Seen::errors).chain(unread).collect();
        let unread = failed.iter().map(|(path, _)| {
            let file = path.display().to_string();
            json!({ "file": file, "changed": null, "diff": null })
        });
        let files: Vec<Value> = seen.iter().map(Seen::object).chain(unread).collect();
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
        let unread = failed.len();
        for (_, failure) in failed {
            failure.report(false);
        }
        if !prints && !seen.is_empty() {
            say(&said(&seen, args.check, unread))?;
        }
    }
    Failure::of_all(ends)
}

/// What was done, or would be: a line for each file that changes, and how many there are; `unread` could not
/// be read or written.
fn said(seen: &[Seen], check: bool, unread: usize) -> String {
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
    let files = many(seen.len() + unread, "file");
    let good = seen.len() - refused;
    let mut said = Vec::new();
    match (changed, check) {
        (0, _) if good == 0 => {}
        (0, _) if good < seen.len() + unread => said.push(format!("{good} laid out already")),
        (0, _) => said.push("nothing to change".to_string()),
        (_, true) => said.push(format!("{changed} would change: attnc fmt changes them")),
        (_, false) => said.push(format!("{changed} changed")),
    }
    if refused > 0 {
        said.push(format!("{refused} with errors, not laid out"));
    }
    if unread > 0 {
        said.push(format!("{unread} not read or not written"));
    }
    text + &format!("{files}: {}\n", said.join("; "))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

impl Seen {
    fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = read(path)?;
        let (source, result) = match text_in(path, &bytes) {
            Ok(source) => (source.to_string(), format(source)),
            Err(error) => (String::from_utf8_lossy(&bytes).into(), Err(vec![error])),
        };
        let same = result.as_ref().is_ok_and(|text| text.as_bytes() == bytes);
        Ok(Self {
            path: path.to_path_buf(),
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
