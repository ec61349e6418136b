//! What a verifier is handed: the bytes of a proof file, or of a set of them.

use std::path::Path;

use crate::files::kind::Kind;
use crate::files::proof;
use crate::library::error::Error;

/// A proof file's bytes, as they were made or read. Nothing is taken from them on trust: see
/// [`verify`](crate::verify).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    bytes: Vec<u8>,
}

impl Proof {
    /// Reads a proof file; `-` is standard input.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = proof::read(path).map_err(|error| Error::file(path, "read", error))?;
        Ok(Self { bytes })
    }

    /// The proof of a part, or of all parts as a set.
    #[doc(hidden)]
    pub fn of_files(mut files: Vec<Vec<u8>>) -> Self {
        let bytes = match files.len() {
            1 => files.remove(0),
            _ => proof::set(&files),
        };
        Self { bytes }
    }

    /// Why the bytes are no proof, if they are plainly something else.
    pub(crate) fn unless_other(&self) -> Result<(), String> {
        match Kind::of(&self.bytes).filter(|kind| *kind != Kind::Proof) {
            Some(kind) => {
                let (name, hint) = (kind.name(), kind.hint());
                Err(format!("this is {name}, not a proof file ({hint})"))
            }
            None => Ok(()),
        }
    }

    /// The proof files that it is of.
    #[doc(hidden)]
    pub fn files(&self) -> Vec<Vec<u8>> {
        let files = proof::files(&self.bytes).unwrap_or_default();
        files.into_iter().map(<[u8]>::to_vec).collect()
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl From<Vec<u8>> for Proof {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes }
    }
}
