//! The programs that a command reads: files by their names, and all of a folder.

use std::path::{Path, PathBuf};

use attnc::files;
use attnc_compiler::syntax::parse::MAX_SOURCE;
use ignore::WalkBuilder;

use crate::cli::failure::Failure;

/// What a folder's programs end with.
const ENDING: &str = "attn";
/// A file in which a folder says which of its programs are not for a command that takes them all, as
/// `.gitignore` does.
const IGNORED: &str = ".attnignore";

/// The files that are meant, each once: those that are named, the programs in folders that are, and without
/// any those below the current folder. In a folder nothing counts that is hidden, a link, or left out by
/// `.gitignore` or `.attnignore`.
pub fn files_of(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let here = [PathBuf::from(".")];
    let named = if named.is_empty() { &here } else { named };
    let mut found: Vec<PathBuf> = Vec::new();
    for path in named {
        match !files::is_standard_input(path) && path.is_dir() {
            true => found.extend(below(path)?),
            false => found.push(path.clone()),
        }
    }
    let mut once = std::collections::HashSet::new();
    found.retain(|path| once.insert(path.clone()));
    match found.is_empty() {
        false => Ok(found),
        true => {
            let folders: Vec<String> = named
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            let what = format!("there is no program below {}", folders.join(", "));
            Err(Failure::misuse(what)
                .hint("name a file, or a folder with files that end with .attn"))
        }
    }
}

fn below(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let walk = WalkBuilder::new(folder)
        // Where a folder is no clone of a repository its .gitignore says the same.
        .require_git(false)
        .git_global(false)
        .ignore(false)
        .add_custom_ignore_filename(IGNORED)
        .sort_by_file_name(Ord::cmp)
        .build();
    for entry in walk {
        let entry = entry.map_err(|error| Failure::misuse(format!("cannot read {error}")))?;
        let is_program = entry
            .path()
            .extension()
            .is_some_and(|ending| ending == ENDING);
        if is_program && entry.file_type().is_some_and(|kind| kind.is_file()) {
            let path = entry.path();
            found.push(path.strip_prefix(".").unwrap_or(path).to_path_buf());
        }
    }
    Ok(found)
}

/// A file's bytes, as many as a program may have and one more.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    files::read_start(path, MAX_SOURCE as u64 + 1)
        .map_err(|error| Failure::file(path, "read", &error))
}
