//! A study's folder: `study.json`, and `study.csv` made from it.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use attnc_compiler::diagnostic::json::distinct;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::compare::{Compared, Comparison};
use super::sound::sound;
use super::table::csv;
use super::{Row, Run, Study, Subject, FORMAT, VERSION};
use crate::files;
use crate::session::version::unread;

pub const JSON: &str = "study.json";
pub const CSV: &str = "study.csv";
const LOCK: &str = ".lock";
/// Bytes of a study's file at most.
const MAX_BYTES: u64 = 256 << 20;

/// Why a study cannot be read.
#[derive(Debug)]
pub enum StudyError {
    /// No such folder, or no `study.json` in it.
    Missing(PathBuf),
    Unreadable(PathBuf, io::Error),
    TooLarge(PathBuf),
    /// Not JSON, or cut off.
    Broken(PathBuf, String),
    /// JSON of another kind.
    Foreign(PathBuf),
    Version(PathBuf, u64),
}

impl fmt::Display for StudyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(f, "there is no study at {}", path.display()),
            Self::Unreadable(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            Self::TooLarge(path) => {
                write!(f, "{} has more than {MAX_BYTES} bytes", path.display())
            }
            Self::Broken(path, why) => {
                write!(f, "{} is damaged or cut off: {why}", path.display())
            }
            Self::Foreign(path) => write!(f, "{} is not the file of a study", path.display()),
            Self::Version(path, found) => {
                let what = path.display().to_string();
                let again = "sweep into another folder";
                write!(f, "{}", unread(&what, *found, VERSION, again))
            }
        }
    }
}

impl std::error::Error for StudyError {}

/// Reads a study from its folder, or from its `study.json`.
///
/// # Errors
/// [`StudyError`].
pub fn read(path: &Path) -> Result<Study, StudyError> {
    let file = match path.is_dir() {
        true => path.join(JSON),
        false => path.to_path_buf(),
    };
    let bytes = match files::read(&file, MAX_BYTES) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Err(StudyError::TooLarge(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StudyError::Missing(file))
        }
        Err(error) => return Err(StudyError::Unreadable(file, error)),
    };
    parse(&bytes, file)
}

fn parse(bytes: &[u8], file: PathBuf) -> Result<Study, StudyError> {
    // A study of another version may have other fields.
    #[derive(Deserialize)]
    struct Head {
        format: Option<Value>,
        version: Option<Value>,
    }
    let broken = |error: serde_json::Error| StudyError::Broken(file.clone(), error.to_string());
    let bytes = distinct(bytes).map_err(broken)?;
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(StudyError::Foreign(file));
    }
    let head: Head = serde_json::from_slice(bytes).map_err(broken)?;
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_string);
    if text(&head.format).as_deref() != Some(FORMAT) {
        return Err(StudyError::Foreign(file));
    }
    match head.version.as_ref().and_then(Value::as_u64) {
        Some(found) if found == u64::from(VERSION) => {}
        Some(found) => return Err(StudyError::Version(file, found)),
        None => return Err(StudyError::Foreign(file)),
    }
    let study: Study = serde_json::from_slice(bytes).map_err(broken)?;
    match sound(&study) {
        Ok(()) => Ok(study),
        Err(why) => Err(StudyError::Broken(file, why)),
    }
}

/// A study as it is written: with what compares its rows.
#[derive(Serialize)]
struct Written<'a> {
    format: &'a str,
    version: u32,
    #[serde(flatten)]
    subject: &'a Subject,
    runs: &'a [Run],
    rows: Vec<WrittenRow<'a>>,
}

#[derive(Serialize)]
struct WrittenRow<'a> {
    #[serde(flatten)]
    row: &'a Row,
    #[serde(flatten)]
    compared: Compared,
}

/// Writes a study's files into its folder, each whole or not at all.
///
/// # Errors
/// Those of the file system.
pub fn write(folder: &Path, study: &Study) -> io::Result<()> {
    let comparison = Comparison::of(study);
    let rows = study.rows.iter().map(|row| WrittenRow {
        row,
        compared: comparison.compare(row),
    });
    let written = Written {
        format: &study.format,
        version: study.version,
        subject: &study.subject,
        runs: &study.runs,
        rows: rows.collect(),
    };
    let mut json = serde_json::to_vec_pretty(&written)?;
    json.push(b'\n');
    // What could not be read again.
    if json.len() as u64 > MAX_BYTES {
        let what = format!("{JSON} would have more than {MAX_BYTES} bytes");
        return Err(io::Error::other(what));
    }
    files::write(&folder.join(JSON), &json)?;
    files::write(&folder.join(CSV), &csv(study).map_err(io::Error::other)?)
}

/// Held by the sweep that writes into a folder; a process that ends, however it does, lets it go.
pub struct Lock {
    path: PathBuf,
    _held: File,
}

/// Makes the folder if it is not there, and keeps others from writing into it. `None` if another
/// sweep is writing now.
///
/// # Errors
/// Those of the file system.
pub fn lock(folder: &Path) -> io::Result<Option<Lock>> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(LOCK);
    loop {
        // A file is never emptied, and a link never followed: nobody else has need of one here.
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        let held = files::open_as_it_is(&mut options, &path).map_err(|error| {
            let what = format!("its {LOCK} is not a file that can be locked: {error}");
            io::Error::new(error.kind(), what)
        })?;
        match held.try_lock() {
            // Another sweep ended just now, and took it away.
            Ok(()) if !files::has_name(&held)? => {}
            Ok(()) => {
                // A sweep that was killed while it wrote.
                for name in [JSON, CSV] {
                    files::sweep_up(&folder.join(name))?;
                }
                return Ok(Some(Lock { path, _held: held }));
            }
            Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
            Err(std::fs::TryLockError::Error(error)) => return Err(error),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // It only clutters the folder if this fails.
        let _ = std::fs::remove_file(&self.path);
    }
}
