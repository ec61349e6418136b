//! A new folder of files: whole or not at all.

use std::io;
use std::path::Path;

use super::{folder, unfinished, write, write_private};

/// A file of a new folder.
pub struct Entry<'a> {
    pub name: &'a str,
    pub bytes: &'a [u8],
    /// Whether others should not see it, as [`write_private`] has it.
    pub private: bool,
}

/// Makes the folder `path` with these files in it: beside it, and once all of them are on the disk
/// by its name.
///
/// # Errors
/// Those of the file system; one of the kind `AlreadyExists` if there is something of that name,
/// which stays as it is.
pub fn write_folder(path: &Path, entries: &[Entry<'_>]) -> io::Result<()> {
    if path.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let (prefix, suffix) = unfinished(name);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(suffix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What the umask leaves of it.
        builder.permissions(std::fs::Permissions::from_mode(0o777));
    }
    let made = builder.tempdir_in(folder(path)).map_err(|error| {
        // The system's words alone, without a name that nobody asked for.
        let words = error.to_string();
        let system = words.split(" at path ").next().unwrap_or_default();
        io::Error::new(error.kind(), system.to_string())
    })?;
    for entry in entries {
        let file = made.path().join(entry.name);
        match entry.private {
            true => write_private(&file, entry.bytes)?,
            false => write(&file, entry.bytes)?,
        }
    }
    // What came to be there meanwhile has something in it, or nothing that could be lost.
    std::fs::rename(made.path(), path)?;
    // It has another name now: nothing is left to remove.
    let _ = made.keep();
    Ok(())
}
