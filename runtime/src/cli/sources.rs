//! The programs that a command reads: files by their names, and all of a folder.

use std::collections::HashSet;
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
/// `.gitignore` or `.attnignore`. In place of a folder that has none, or of what cannot be read in one, stands
/// why.
pub fn files_of(named: &[PathBuf]) -> Vec<(PathBuf, Result<(), Failure>)> {
    let here = [PathBuf::from(".")];
    let named = if named.is_empty() { &here } else { named };
    let mut found = Vec::new();
    for path in named {
        match !files::is_standard_input(path) && path.is_dir() {
            true => below(path, &mut found),
            false => found.push((path.clone(), Ok(()))),
        }
    }
    let mut once = HashSet::new();
    found.retain(|(path, _)| once.insert(path.clone()));
    found
}

fn below(folder: &Path, found: &mut Vec<(PathBuf, Result<(), Failure>)>) {
    let before = found.len();
    let walk = WalkBuilder::new(folder)
        // Where a folder is no clone of a repository its .gitignore says the same.
        .require_git(false)
        .git_global(false)
        .ignore(false)
        .add_custom_ignore_filename(IGNORED)
        .sort_by_file_name(Ord::cmp)
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let failure = Failure::misuse(format!("cannot read {error}"));
                found.push((folder.to_path_buf(), Err(failure)));
                continue;
            }
        };
        let is_program = entry
            .path()
            .extension()
            .is_some_and(|ending| ending == ENDING);
        if is_program && entry.file_type().is_some_and(|kind| kind.is_file()) {
            let path = entry.path();
            let path = path.strip_prefix(".").unwrap_or(path).to_path_buf();
            found.push((path, Ok(())));
        }
    }
    if found.len() == before {
        let what = format!("there is no program in the folder {}", folder.display());
        let failure = Failure::misuse(what).hint(
            "programs end with .attn; in a folder none counts that is hidden, a link, or left out by \
             .gitignore or .attnignore: name the file",
        );
        found.push((folder.to_path_buf(), Err(failure)));
    }
}

/// A file's bytes, as many as a program may have and one more.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    files::read_start(path, MAX_SOURCE as u64 + 1)
        .map_err(|error| Failure::file(path, "read", &error))
}
