//! The kinds of files that there are, told by their first bytes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::files::key;
use crate::files::proof::{MAGIC, SET_MAGIC};
use crate::files::safetensors;

/// A kind of file that attnc reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Program,
    Key,
    Proof,
    Study,
    Jobs,
    /// An object that is none of the above: inputs, most likely.
    Json,
    Npz,
    Npy,
    Safetensors,
}

impl Kind {
    /// What a file is that begins with these bytes, if it is plain.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let magic: [(&[u8], Self); 4] = [
            (MAGIC, Self::Proof),
            (SET_MAGIC, Self::Proof),
            (b"PK\x03\x04", Self::Npz),
            (b"\x93NUMPY", Self::Npy),
        ];
        if let Some((_, kind)) = magic.iter().find(|(magic, _)| bytes.starts_with(magic)) {
            return Some(*kind);
        }
        if safetensors::begins(bytes) {
            return Some(Self::Safetensors);
        }
        let text = bytes
            .strip_prefix("\u{feff}".as_bytes())
            .unwrap_or(bytes)
            .trim_ascii_start();
        if text.starts_with(b"{") {
            let head = String::from_utf8_lossy(&text[..text.len().min(256)]);
            let says = |format: &str| head.contains(&format!("\"{format}\""));
            return Some(match () {
                () if says(key::FORMAT) => Self::Key,
                () if says("attnc-study") => Self::Study,
                () if says("attnc-jobs") => Self::Jobs,
                () => Self::Json,
            });
        }
        let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let first = lines.find(|line| !line.is_empty() && !line.starts_with(b"//"))?;
        let rest = first.strip_prefix(b"circuit")?;
        rest.first()
            .is_none_or(u8::is_ascii_whitespace)
            .then_some(Self::Program)
    }

    /// As [`Kind::of`], of a file that is there to be read again.
    pub fn at(path: &Path) -> Option<Self> {
        if path.is_dir() {
            return path.join("study.json").is_file().then_some(Self::Study);
        }
        let file = path.is_file().then(|| File::open(path).ok())??;
        let mut bytes = Vec::new();
        file.take(64 * 1024).read_to_end(&mut bytes).ok()?;
        Self::of(&bytes)
    }

    /// Whether inputs may come in it.
    pub fn is_input(self) -> bool {
        matches!(self, Self::Json | Self::Npz | Self::Npy | Self::Safetensors)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Program => "a program",
            Self::Key => "a verifying key",
            Self::Proof => "a proof",
            Self::Study => "a study",
            Self::Jobs => "a list of jobs",
            Self::Json => "a JSON file",
            Self::Npz => "an npz archive",
            Self::Npy => "a single array of NumPy",
            Self::Safetensors => "a safetensors file",
        }
    }

    /// What to do with such a file instead.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Program => "programs are for `attnc check`, `run`, `key`, `prove` and `sweep`",
            Self::Key => "keys are for `attnc prove --key` and `attnc verify PROOF --key`",
            Self::Proof => "proofs are for `attnc verify PROOF --key KEY`",
            Self::Study => "studies are for `attnc report`, and `attnc sweep -o` goes on with one",
            Self::Jobs => "jobs are for a runner; `attnc jobs --format make` writes them for make",
            Self::Json | Self::Npz | Self::Npy | Self::Safetensors => "inputs are for `--input`",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_how_they_begin() {
        for (bytes, kind) in [
            (&b"// a\n\n  // b\r\ncircuit c {}"[..], Some(Kind::Program)),
            (b"\xef\xbb\xbfcircuit\nc {}", Some(Kind::Program)),
            (b"circuits { }", None),
            (b"let x = 1", None),
            (b"", None),
            (
                b" {\n \"format\": \"attnc-key\", \"version\": 3",
                Some(Kind::Key),
            ),
            (b"{\"format\":\"attnc-study\"", Some(Kind::Study)),
            (b"{\"x\": [1]}", Some(Kind::Json)),
            (b"attncprf\x04", Some(Kind::Proof)),
            (b"attncset\x03", Some(Kind::Proof)),
            (b"PK\x03\x04", Some(Kind::Npz)),
            (b"\x93NUMPY\x01", Some(Kind::Npy)),
            (b"\x40\0\0\0\0\0\0\0{\"x\"", Some(Kind::Safetensors)),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{}", String::from_utf8_lossy(bytes));
        }
    }
}
