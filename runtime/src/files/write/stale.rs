//! What processes that were killed while they wrote have left: a file that nobody holds a lock on.
//! A lock ends with its process, however that ends, and is seen from every container.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use super::{folder, unfinished};

/// Locks a file that was just made. Whether it still has its name: another process may have seen
/// it before it was locked, and taken it for one that is left.
pub(super) fn claim(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => has_name(file),
        Err(TryLockError::WouldBlock) => Ok(false),
        // A file system without locks: nobody can take it for one that is left.
        Err(TryLockError::Error(_)) => Ok(true),
    }
}

/// Removes what processes that are gone have left beside `path` while they wrote it.
///
/// # Errors
/// Those of the file system.
pub fn sweep_up(path: &Path) -> io::Result<()> {
    let (prefix, suffix) = unfinished(path.file_name().unwrap_or_default());
    let between = |name: &[u8]| {
        let rest = name.strip_prefix(prefix.as_encoded_bytes())?;
        rest.strip_suffix(suffix.as_bytes()).map(<[u8]>::to_vec)
    };
    for entry in std::fs::read_dir(folder(path))? {
        let entry = entry?;
        let name = entry.file_name();
        let random = between(name.as_encoded_bytes());
        let ours =
            |random: Vec<u8>| random.len() == 6 && random.iter().all(u8::is_ascii_alphanumeric);
        if !random.is_some_and(ours) || !entry.file_type()?.is_file() {
            continue;
        }
        // One that may not be opened is another user's.
        let Ok(file) = open_as_it_is(OpenOptions::new().write(true), &entry.path()) else {
            continue;
        };
        if file.try_lock().is_ok() {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Opens a file, but not through a link, and without waiting for another end.
pub(crate) fn open_as_it_is(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    }
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is no file")),
    }
}

/// Whether a file that is open can still be reached.
#[cfg(unix)]
pub(crate) fn has_name(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(file.metadata()?.nlink() > 0)
}

#[cfg(not(unix))]
pub(crate) fn has_name(_: &File) -> io::Result<bool> {
    Ok(true)
}
