//! A study's folder: `study.json`, and `study.csv` made from it.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::compare::{Compared, Comparison};
use super::table::csv;
use super::{Row, Run, Study, Subject, FORMAT, VERSION};
use crate::files;
use crate::version::unread;

pub const JSON: &str = "study.json";
pub const CSV: &str = "study.csv";
const LOCK: &str = ".lock";

/// Why a study cannot be read.
#[derive(Debug)]
pub enum StudyError {
    /// No such folder, or no `study.json` in it.
    Missing(PathBuf),
    Unreadable(PathBuf, io::Error),
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
    let bytes = match std::fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StudyError::Missing(file))
        }
        Err(error) => return Err(StudyError::Unreadable(file, error)),
    };
    let broken = |error: serde_json::Error| StudyError::Broken(file.clone(), error.to_string());
    let value: Value = serde_json::from_slice(&bytes).map_err(broken)?;
    if value["format"] != FORMAT {
        return Err(StudyError::Foreign(file));
    }
    match value["version"].as_u64() {
        Some(found) if found == u64::from(VERSION) => {}
        Some(found) => return Err(StudyError::Version(file, found)),
        None => return Err(StudyError::Foreign(file)),
    }
    let study: Study = serde_json::from_value(value).map_err(broken)?;
    for (number, row) in study.rows.iter().enumerate() {
        if let Some(figure) = row.implausible() {
            let why = format!("`{figure}` of row {number} is no figure of a run");
            return Err(StudyError::Broken(file, why));
        }
    }
    Ok(study)
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
    let held = File::create(&path)?;
    match held.try_lock() {
        Ok(()) => {
            // A sweep that was killed while it wrote.
            for name in [JSON, CSV] {
                files::sweep_up(&folder.join(name))?;
            }
            Ok(Some(Lock { path, _held: held }))
        }
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // It only clutters the folder if this fails.
        let _ = std::fs::remove_file(&self.path);
    }
}
