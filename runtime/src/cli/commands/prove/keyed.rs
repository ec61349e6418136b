//! What a key says is to be proved, and whether that is what was asked for.

use std::path::{Path, PathBuf};

use attnc::files::key::listed;
use attnc::session::statement::program_digest;
use attnc::{Error, Key, Options, Program};
use attnc_compiler::plan::text::is_text;

use crate::cli::commands::verify::{bad_key, read_key};
use crate::cli::failure::Failure;

/// A key, whose errors are of the program's own text where that is named as well: it must be the key's.
pub fn keyed(
    path: &Path,
    file: Option<&PathBuf>,
    params: &[(String, i64)],
    options: &Options,
) -> Result<Key, Failure> {
    if file.is_none() && !params.is_empty() {
        return Err(Failure::misuse(format!(
            "-p sets parameters of a program, and the key {} has them already",
            path.display()
        ))
        .hint("leave out -p, or give FILE, the program, to see whether the key is for it"));
    }
    let mut key = read_key(path)?;
    let program = match file {
        Some(file) => Program::read(file, params)?,
        None => {
            let mut program = key.program();
            program.file = format!("{} (source)", path.display());
            program
        }
    };
    if let Some((found, expected)) = differing(&program, options.plan.as_deref(), &key)? {
        let file = program.file;
        return Err(Failure::misuse(format!(
            "{} is the key of {expected}, not of {found}",
            path.display()
        ))
        .hint(format!(
            "leave out {file}, -p and --plan to prove what the key is for"
        )));
    }
    key.as_written(program);
    Ok(key)
}

/// An error of a key names its file.
pub fn of_key(path: &Path, error: Error) -> Failure {
    match error {
        Error::Key(error) => bad_key(path, &error),
        other => other.into(),
    }
}

/// What was asked for and what the key is for, where they differ.
fn differing(
    program: &Program,
    plan: Option<&str>,
    key: &Key,
) -> Result<Option<(String, String)>, Failure> {
    let key = &key.file;
    let quoted = |what: &str, name: &str| format!("{what} `{name}`");
    if program.graph.name != key.circuit {
        let found = quoted("the circuit", &program.graph.name);
        return Ok(Some((found, quoted("the circuit", &key.circuit))));
    }
    let params = program.graph.params.iter();
    let params: Vec<(String, i64)> = params.map(|p| (p.name.clone(), p.value)).collect();
    if params != key.params {
        return Ok(Some((listed(&params), listed(&key.params))));
    }
    let digest = program_digest(&program.ast.to_string(), &params);
    if digest != key.program {
        let with = |digest| format!("a program with the digest {digest}");
        return Ok(Some((with(digest), with(key.program))));
    }
    let asked = match plan {
        None => return Ok(None),
        Some(text) if is_text(text) => program.plan(Some(text))?.name.clone(),
        Some(name) => name.to_string(),
    };
    let differs = asked != key.plan;
    Ok(differs.then(|| (quoted("the plan", &asked), quoted("the plan", &key.plan))))
}
