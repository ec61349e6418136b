//! Files of another kind than the one that is wanted.

use std::path::Path;

use attnc::files::kind::Kind;

use crate::cli::failure::Failure;

/// Why a file could not be read as what is `wanted`: it is of another kind, if that is plain; else
/// what its reader said.
pub fn unless_other(failure: Failure, path: &Path, wanted: Kind) -> Failure {
    match Kind::at(path) {
        Some(kind) if kind != wanted => {
            let (path, name) = (path.display(), kind.name());
            let message = match wanted {
                Kind::Study => format!("{path} is not the file of a study, but {name}"),
                _ => format!("{path} is {name}, not {}", wanted.name()),
            };
            Failure::misuse(message).hint(kind.hint())
        }
        _ => failure,
    }
}
