//! `attnc test`: the tests that stand in programs, run.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use attnc::files::nested::nest;
use attnc::library::suite::is_library;
use attnc::{Failed, Outcome, Suite};
use attnc_compiler::diagnostic::visible::line;
use attnc_compiler::diagnostic::{located, render_texts, texts};
use serde_json::{json, Value};

use crate::cli::color::colored;
use crate::cli::failure::Failure;
use crate::cli::report::{complain, say, say_json, shaped, shown};
use crate::cli::sources::files_of;
use crate::cli::tensor::head;

#[derive(clap::Args)]
pub struct Args {
    /// Programs, and folders that have them; without any, the current folder
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Run only the tests that have this in their names
    #[arg(long, value_name = "PART")]
    filter: Option<String>,
    /// Name the tests, and run none
    #[arg(long)]
    list: bool,
}

/// How many were run, and of which files.
#[derive(Default)]
struct Counts {
    files: usize,
    passed: usize,
    failed: usize,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let suites = suites(&args.files)?;
    let wanted = |name: &str| {
        args.filter
            .as_deref()
            .is_none_or(|part| name.contains(part))
    };
    let mut counts = Counts::default();
    let mut files = Vec::new();
    for (path, suite) in &suites {
        let numbers = suite.tests().enumerate();
        let numbers = numbers.filter(|(_, test)| wanted(test.name));
        let numbers: Vec<usize> = numbers.map(|(number, _)| number).collect();
        if numbers.is_empty() {
            continue;
        }
        counts.files += 1;
        if !json {
            say(&shown(path))?;
        }
        let mut tests = Vec::new();
        for number in numbers {
            if args.list {
                let test = suite.tests().nth(number);
                let name = test.map_or("", |test| test.name);
                match json {
                    true => tests.push(json!({ "name": name, "line": test.map(|it| it.line) })),
                    false => say(&format!("  {}", line(name)))?,
                }
                counts.passed += 1;
                continue;
            }
            let outcome = suite.run_one(number);
            match outcome.passed() {
                true => counts.passed += 1,
                false => counts.failed += 1,
            }
            match json {
                true => tests.push(object(&outcome)),
                false => tell(&outcome)?,
            }
        }
        files.push(json!({ "file": path.display().to_string(), "tests": tests }));
    }
    let Counts {
        files: of,
        passed,
        failed,
    } = counts;
    if passed + failed == 0 {
        return Err(none(args, suites.len()));
    }
    if json {
        let object = match args.list {
            true => json!({ "files": files }),
            false => json!({ "files": files, "passed": passed, "failed": failed }),
        };
        say_json(&object.to_string())?;
    } else {
        let of = match of {
            1 => "1 file".to_string(),
            of => format!("{of} files"),
        };
        say(&match args.list {
            true => format!("{passed} tests of {of}"),
            false => format!("{passed} passed, {failed} failed, of {of}"),
        })?;
    }
    match failed {
        0 => Ok(()),
        _ => Err(Failure::said()),
    }
}

/// Why nothing was run.
fn none(args: &Args, programs: usize) -> Failure {
    match &args.filter {
        Some(part) => Failure::misuse(format!("no test has `{part}` in its name"))
            .hint("`attnc test --list` names all of them"),
        None => Failure::misuse(format!("there are no tests in {programs} programs")).hint(
            "a test stands beside the circuit: `test \"small\" { x = [1, 2]  expect y == [2, 4] }`",
        ),
    }
}

/// The programs that are meant.
fn suites(given: &[PathBuf]) -> Result<Vec<(PathBuf, Suite<'static>)>, Failure> {
    let mut found = Vec::new();
    for path in files_of(given)? {
        match Suite::read(&path) {
            Ok(suite) => found.push((path, suite)),
            // In a folder a file of definitions is no program, and has no tests.
            Err(_) if !given.contains(&path) && is_library(&path) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// A line, and why it failed on standard error.
fn tell(outcome: &Outcome<'_>) -> Result<(), Failure> {
    let name = line(outcome.test.name);
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
    let Some(failed) = &outcome.failed else {
        return say(&format!("  passed  {name}{more}"));
    };
    say(&format!("  FAILED  {name}{more}"))?;
    let errors = &failed.errors;
    let mut stderr = std::io::stderr();
    let texts = texts(&errors.file, &errors.source, &errors.used);
    let text = render_texts(&errors.diagnostics, &texts, colored(stderr.is_terminal()));
    // It has escaped what it was given, and may have colours; nobody is left to tell if this fails.
    let _ = stderr.write_all(text.as_bytes());
    for unmet in &failed.unmet {
        if let Some((got, expected)) = &unmet.tensors {
            let shape: Vec<u64> = got.shape.iter().map(|&size| size as u64).collect();
            complain(&head(&shaped("got", &shape), &nest(got)));
            complain(&head(&shaped("expected", &shape), &nest(expected)));
        }
    }
    complain("\n");
    Ok(())
}

fn object(outcome: &Outcome<'_>) -> Value {
    let Outcome {
        test,
        runs,
        proofs,
        failed,
        ..
    } = outcome;
    let errors = failed.as_ref().map(|Failed { errors, .. }| {
        let texts = texts(&errors.file, &errors.source, &errors.used);
        json!(located(&errors.diagnostics, &texts))
    });
    let unmet = failed.iter().flat_map(|failed| &failed.unmet).map(|unmet| {
        let mismatches = unmet.mismatches.iter().map(|it| {
            // Those that may have more than 64 bits are texts.
            let number = |number: i128| match i64::try_from(number) {
                Ok(number) => json!(number),
                Err(_) => json!(number.to_string()),
            };
            json!({ "place": it.place, "got": number(it.got), "expected": it.expected.map(number) })
        });
        json!({
            "places": unmet.places,
            "wrong": unmet.wrong,
            "relation": unmet.relation.to_string(),
            "mismatches": mismatches.collect::<Vec<_>>(),
            "got": unmet.tensors.as_ref().map(|(got, _)| nest(got)),
            "expected": unmet.tensors.as_ref().map(|(_, expected)| nest(expected)),
        })
    });
    json!({
        "name": test.name,
        "line": test.line,
        "fails": test.fails,
        "passed": failed.is_none(),
        "runs": runs,
        "proofs": proofs,
        "seed": failed.as_ref().and_then(|failed| failed.seed),
        "errors": errors.unwrap_or(json!([])),
        "unmet": unmet.collect::<Vec<_>>(),
    })
}
