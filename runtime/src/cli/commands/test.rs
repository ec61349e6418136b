//! `attnc test`: the tests that stand in programs, run.

use std::path::{Path, PathBuf};

use attnc::library::suite::{is_library, object};
use attnc::printed::test::told;
use attnc::{Failed, Outcome, Suite, TestInfo};
use attnc_compiler::diagnostic::visible::line;
use attnc_compiler::diagnostic::Diagnostic;
use serde_json::{json, Value};

use crate::cli::failed;
use crate::cli::failure::{more, Failure};
use crate::cli::report::{complain, many, say, say_json, shown, typed};
use crate::cli::sources::files_of;

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

/// How many were run or named, and of which files.
#[derive(Default)]
struct Counts {
    files: usize,
    programs: usize,
    passed: usize,
    failed: usize,
}

pub fn run(args: &Args, json: bool) -> Result<(), Failure> {
    let mut counts = Counts::default();
    let (mut files, mut wrong) = (Vec::new(), Vec::new());
    for (path, found) in files_of(&args.files) {
        let suite = found.and_then(|()| Suite::read(&path).map_err(Failure::from));
        let file = path.display().to_string();
        match suite {
            Ok(suite) => {
                counts.programs += 1;
                let tests = of_file(args, json, &path, &suite, &mut counts)?;
                if !tests.is_empty() {
                    files.push(json!({ "file": file, "tests": tests, "errors": [] }));
                }
            }
            // In a folder a file of definitions is no program, and has no tests.
            Err(_) if !args.files.contains(&path) && is_library(&path) => {}
            Err(failure) => {
                wrong.push(failure.told());
                let errors = failure.errors().unwrap_or(json!([]));
                files.push(json!({ "file": file, "tests": [], "errors": errors }));
                if !json {
                    failure.report(false);
                }
            }
        }
    }
    let Counts { passed, failed, .. } = counts;
    if passed + failed == 0 && wrong.is_empty() {
        return Err(none(args, counts.programs));
    }
    if json {
        let object = match args.list {
            true => json!({ "files": files }),
            false => json!({ "files": files, "passed": passed, "failed": failed }),
        };
        say_json(&object.to_string())?;
    } else if counts.files > 0 {
        let of = many(counts.files, "file");
        let mut text = match args.list {
            true => format!("{} of {of}", many(passed, "test")),
            false => format!("{passed} passed, {failed} failed, of {of}"),
        };
        if !wrong.is_empty() {
            text += &format!("; {} not run", wrong.len());
        }
        say(&text)?;
    }
    if failed > 0 {
        wrong.push(Failure::said());
    }
    Failure::of_all(wrong)
}

/// Runs or names the tests of a file that are meant: each as an object where that is asked for.
fn of_file(
    args: &Args,
    json: bool,
    path: &Path,
    suite: &Suite<'_>,
    counts: &mut Counts,
) -> Result<Vec<Value>, Failure> {
    let wanted = |test: &TestInfo<'_>| {
        let filter = args.filter.as_deref();
        filter.is_none_or(|part| test.name.contains(part))
    };
    let tests = suite.tests().enumerate();
    let tests: Vec<(usize, TestInfo<'_>)> = tests.filter(|(_, test)| wanted(test)).collect();
    if tests.is_empty() {
        return Ok(Vec::new());
    }
    counts.files += 1;
    if !json {
        say(&shown(path))?;
    }
    let mut objects = Vec::new();
    let mut known: Vec<Diagnostic> = Vec::new();
    for (number, test) in tests {
        if args.list {
            counts.passed += 1;
            if !json {
                say(&format!("  {}", line(test.name)))?;
            }
            objects.push(json!({ "name": test.name, "line": test.line }));
            continue;
        }
        let mut outcome = suite.run_one(number);
        match outcome.passed() {
            true => counts.passed += 1,
            false => counts.failed += 1,
        }
        if let Some(failed) = &mut outcome.failed {
            replayed(path, test.name, failed);
        }
        if !json {
            tell(&outcome, &mut known)?;
        }
        objects.push(object(&outcome));
    }
    complain(more(&known).trim_start());
    Ok(objects)
}

/// Says how to see the draw that failed: what the test gives itself is in it.
fn replayed(path: &Path, test: &str, failed: &mut Failed) {
    let Some((seed, first)) = failed.seed.zip(failed.errors.diagnostics.first_mut()) else {
        return;
    };
    // What begins with a sign of an option stands behind `=`.
    let name = match test.starts_with('-') {
        true => vec![format!("--test={test}")],
        false => vec!["--test".into(), test.to_string()],
    };
    let words = [vec!["run".into(), path.display().to_string()], name].concat();
    let seed = ["--seed".into(), seed.to_string()];
    let words: Vec<String> = [&words[..], &seed, &["--show".into(), "all".into()]].concat();
    let hint = format!("`{}` shows this draw", typed(&words));
    first.hints.push(hint);
}

/// Why nothing was run.
fn none(args: &Args, programs: usize) -> Failure {
    match &args.filter {
        Some(part) => Failure::misuse(format!("no test has `{part}` in its name"))
            .hint("`attnc test --list` names all of them"),
        None => {
            let programs = match programs {
                0 => "there is no program, and so no test".to_string(),
                all => format!("there are no tests in {}", many(all, "program")),
            };
            Failure::misuse(programs).hint(
                "a test stands beside the circuit: `test \"small\" { x = [1, 2]  expect y == [2, 4] }`",
            )
        }
    }
}

/// A line, and why it failed on standard error: what is said of the file already is not said again.
fn tell(outcome: &Outcome<'_>, known: &mut Vec<Diagnostic>) -> Result<(), Failure> {
    let said = told(outcome);
    let Some(failed) = &outcome.failed else {
        return say(&format!("  {said}"));
    };
    let errors = &failed.errors;
    let is_new = |error: &&Diagnostic| !known.iter().any(|known| known.repeats(error));
    let new: Vec<Diagnostic> = errors.diagnostics.iter().filter(is_new).cloned().collect();
    if new.is_empty() {
        // Of another draw: its own way to see it is new.
        let replay = errors.diagnostics.first().and_then(|it| it.hints.last());
        let replay = replay.filter(|_| failed.seed.is_some());
        let replay = replay.map_or(String::new(), |hint| format!("; {}", line(hint)));
        return say(&format!("  {said}: by what is said above{replay}"));
    }
    say(&format!("  {said}"))?;
    failed::tell(failed, &new);
    complain("\n");
    known.extend(new);
    Ok(())
}
