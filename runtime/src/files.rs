//! Files that appear whole or not at all.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes `bytes` to a new file beside `path`, and once they are on the disk gives it that name.
/// A failure, at any time, leaves what was there before. A link stays, and the file that it names
/// is replaced; what is no file, as a pipe or a device, takes the bytes as they come.
///
/// # Errors
/// Those of the file system.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let path = match Place::of(path)? {
        Place::File(path) => path,
        Place::Stream => {
            let mut stream = std::fs::OpenOptions::new().write(true).open(path)?;
            return stream.write_all(bytes);
        }
    };
    let mut file = begin(&path)?;
    file.write_all(bytes)?;
    widen(file.as_file())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// Whether [`write`] could begin now: asked before work whose result has to go somewhere.
///
/// # Errors
/// Those of the file system.
pub fn probe(path: &Path) -> io::Result<()> {
    if let Place::File(path) = Place::of(path)? {
        begin(&path)?;
    }
    Ok(())
}

/// Where bytes for a path go.
enum Place {
    /// A file of that name, there or not.
    File(PathBuf),
    /// What is written to as it is.
    Stream,
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        match std::fs::metadata(path) {
            Ok(there) if there.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(there) if there.is_file() => std::fs::canonicalize(path).map(Self::File),
            Ok(_) => Ok(Self::Stream),
            // No file, or a link to none; where the folder is wrong, writing says so.
            Err(_) => Ok(Self::File(path.to_path_buf())),
        }
    }
}

fn begin(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    let (prefix, suffix) = unfinished(path);
    let mut builder = tempfile::Builder::new();
    let file = builder.prefix(&prefix).suffix(suffix);
    // The system's words alone: the name of a file that nobody asked for only confuses.
    file.tempfile_in(folder(path)).map_err(|error| {
        let words = error.to_string();
        let system = words.split(" at path ").next().unwrap_or_default();
        io::Error::new(error.kind(), system.to_string())
    })
}

/// The folder that a file is in.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// How the names begin and end that a file has until it is whole.
fn unfinished(path: &Path) -> (OsString, &'static str) {
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or_default());
    prefix.push(".");
    (prefix, ".part")
}

/// Removes what a process that was killed while it wrote `path` left beside it. Nobody else may be
/// writing it.
pub fn sweep_up(path: &Path) -> io::Result<()> {
    let (prefix, suffix) = unfinished(path);
    for entry in std::fs::read_dir(folder(path))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(prefix.as_encoded_bytes()) && name.ends_with(suffix.as_bytes()) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A temporary file is its owner's alone; what it becomes may be read by others.
#[cfg(unix)]
fn widen(file: &std::fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn widen(_: &std::fs::File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("proof.bin");
        write(&path, b"first").unwrap();
        write(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(&folder.path().join("none/proof.bin"), b"x").is_err());
        // A folder in the way: the bytes are written, and cannot take its name.
        let path = folder.path().join("taken");
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("inside"), b"x").unwrap();
        assert!(write(&path, b"x").is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn probing_leaves_nothing_and_says_what_writing_would() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("proof.bin");
        probe(&path).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        std::fs::write(&path, b"old").unwrap();
        probe(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        for wrong in [
            folder.path().join("none/x"),
            path.join("x"),
            folder.path().into(),
        ] {
            let said = probe(&wrong).unwrap_err().to_string();
            assert_eq!(said, write(&wrong, b"x").unwrap_err().to_string());
            assert!(!said.contains(".part"), "{said}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_stay_and_what_is_no_file_is_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("deep")).unwrap();
        std::fs::write(at("deep/proof.bin"), b"old").unwrap();
        std::os::unix::fs::symlink("deep/proof.bin", at("link")).unwrap();
        write(&at("link"), b"new").unwrap();
        assert_eq!(std::fs::read(at("deep/proof.bin")).unwrap(), b"new");
        // Through a link, so that no device is lost if this goes wrong.
        std::os::unix::fs::symlink("/dev/null", at("null")).unwrap();
        write(&at("null"), b"gone").unwrap();
        assert!(at("link").is_symlink() && at("null").is_symlink());
    }
}
