//! The files that a command reads and writes, held against each other before anything is done
//! (spec 8.6).

use std::borrow::Cow;
use std::path::Path;

use attnc::files::{self, npy, npz};
use attnc_compiler::meaning::tensor::Tensor;
use serde_json::{json, Value};

use crate::cli::failure::Failure;
use crate::cli::report::say_json;
#[cfg(feature = "prove")]
use crate::cli::report::{complain, say};

/// Whether these files can be read and written by one command: nothing that is read is written
/// over, by any name, no two files are written into one, and standard input is read once.
pub fn apart<'a>(
    read: impl IntoIterator<Item = &'a Path>,
    written: impl IntoIterator<Item = &'a Path>,
) -> Result<(), Failure> {
    let read: Vec<&Path> = read.into_iter().collect();
    let written: Vec<&Path> = written.into_iter().collect();
    match files::clash(&read, &written) {
        None => Ok(()),
        Some(clash) => Err(Failure::misuse(clash.to_string()).hint(match clash {
            files::Clash::Input => "give one of them by its name",
            _ => "write to another file",
        })),
    }
}

/// Refuses standard input for what other processes will read too.
#[cfg(feature = "prove")]
pub fn named<'a>(read: impl IntoIterator<Item = &'a Path>) -> Result<(), Failure> {
    match read.into_iter().any(files::is_standard_input) {
        false => Ok(()),
        true => Err(Failure::misuse(
            "standard input, `-`, can be read only once, and is wanted again",
        )
        .hint("give a file, or ./- for one of that name")),
    }
}

/// Writes a file.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    files::write(path, bytes).map_err(|error| Failure::file(path, "write", &error))
}

/// Writes a file that others should not see.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    files::write_private(path, bytes).map_err(|error| Failure::file(path, "write", &error))
}

/// With `--json` standard output is for one object, and nothing else.
pub fn unless_printed(path: &Path, json: bool) -> Result<(), Failure> {
    match json && files::is_standard_output(path) {
        false => Ok(()),
        true => Err(
            Failure::misuse("with --json, standard output is for the object alone")
                .hint("write to a file with -o, or leave out --json"),
        ),
    }
}

/// That a page gets no name of another format.
#[cfg(feature = "prove")]
pub fn page(path: &Path) -> Result<(), Failure> {
    let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
    match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some(other @ ("json" | "npz" | "npy" | "safetensors" | "csv")) => {
            Err(Failure::misuse(format!(
                "-o writes a page, and {} ends with .{other}",
                path.display()
            ))
            .hint("end it with .html; --json prints JSON"))
        }
        _ => Ok(()),
    }
}

/// Says what was written: where it was written to standard output, on standard error.
#[cfg(feature = "prove")]
pub fn say_of(path: &Path, text: &str) -> Result<(), Failure> {
    match files::is_standard_output(path) {
        false => say(text),
        true => {
            complain(&format!("{}\n", text.trim_end_matches('\n')));
            Ok(())
        }
    }
}

/// The format of a file of tensors, which its name must not contradict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Npz,
    /// One array, without a name.
    Npy,
}

impl Format {
    /// npz and npy by that ending; JSON by any other, and for standard output.
    pub fn of(path: &Path) -> Result<Self, Failure> {
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase());
        match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("npz") => Ok(Self::Npz),
            Some("npy") => Ok(Self::Npy),
            Some("safetensors" | "pt" | "pth") => Err(Failure::misuse(format!(
                "{} would be of a format that attnc does not write",
                path.display()
            ))
            .hint("end it with .npz or with .json")),
            _ => Ok(Self::Json),
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Npz => "npz",
            Self::Npy => "npy",
        }
    }
}

/// Tensors by name as the bytes of a file.
///
/// # Errors
/// If one array is to hold several.
pub fn arrays(
    path: &Path,
    format: Format,
    named: Vec<(&str, Cow<'_, Tensor>)>,
    json: impl FnOnce() -> Value,
) -> Result<Vec<u8>, Failure> {
    match (format, named.as_slice()) {
        (Format::Json, _) => Ok((json().to_string() + "\n").into_bytes()),
        (Format::Npz, _) => {
            npz::archive(named.into_iter()).map_err(|error| Failure::file(path, "write", &error))
        }
        (Format::Npy, [(_, tensor)]) => Ok(npy::encode(tensor)),
        (Format::Npy, several) => Err(Failure::misuse(format!(
            "{} would be one array without a name, and there are {}",
            path.display(),
            several.len()
        ))
        .hint("end it with .npz, for arrays by name, or with .json")),
    }
}

/// With `--json`, says what was written, where the file is not itself what is printed.
pub fn say_written(path: &Path, json: bool, mut what: Value, bytes: &[u8]) -> Result<(), Failure> {
    if !json || files::is_standard_output(path) {
        return Ok(());
    }
    what["written"] = json!(path.display().to_string());
    what["bytes"] = json!(bytes.len());
    say_json(&what.to_string())
}
