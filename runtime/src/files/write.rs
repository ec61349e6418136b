//! How files are read and written: whole or not at all, and never over what a command still needs
//! (spec 8.6).

mod folder;
mod place;
mod stale;

use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::Path;

use tempfile::NamedTempFile;

pub use folder::{write_folder, Entry};
pub use place::{clash, is_standard_input, is_standard_output, Clash};
use place::{folder, Place};
pub use stale::sweep_up;
#[cfg(feature = "prove")]
pub(crate) use stale::{has_name, open_as_it_is};

/// What a file that was not there may be used for: by whom the umask says.
const SHARED: u32 = 0o666;
/// By its owner alone.
const PRIVATE: u32 = 0o600;
/// Bytes of a name that any file system takes, if it takes the file's own.
const SHORT_NAME: usize = 64;

/// Writes `bytes` to a new file beside `path`, and once they are on the disk gives it that name.
/// A failure, at any time, leaves what was there before.
///
/// A link is followed, to a file that is there or not, and stays; what is no file, as a pipe or a
/// device, takes the bytes as they come; `-`, `/dev/stdout` and the like are the descriptor that
/// the process has. A file that was there keeps its mode; a new one has what the umask leaves of
/// 0666.
///
/// # Errors
/// Those of the file system.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, SHARED)
}

/// As [`write`], for what others should not see: a new file has the mode 0600.
///
/// # Errors
/// As [`write`].
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    put(path, bytes, PRIVATE)
}

fn put(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let (path, there) = match Place::of(path)? {
        Place::File(path, there) => (path, there),
        Place::Stream(path) => {
            let mut stream = std::fs::OpenOptions::new().write(true).open(path)?;
            return stream.write_all(bytes);
        }
        Place::Output(output) => return output.write_all(bytes),
    };
    // A process that was killed may have left its own; it only clutters the folder.
    let _ = sweep_up(&path);
    let mut file = begin(&path, if there.is_some() { PRIVATE } else { mode })?;
    file.write_all(bytes)?;
    if let Some(there) = &there {
        keep_mode(file.as_file(), there)?;
    }
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    // The bytes are safe; the name is where the folder can be told to be.
    if let Ok(folder) = File::open(folder(&path)) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Whether [`write`] could begin now: asked before work whose result has to go somewhere.
///
/// # Errors
/// Those of the file system.
pub fn probe(path: &Path) -> io::Result<()> {
    if let Place::File(path, _) = Place::of(path)? {
        begin(&path, PRIVATE)?;
    }
    Ok(())
}

/// All of a file, or of standard input, which is called `-`. `None` if it has more than `most` bytes.
///
/// # Errors
/// Those of the file system.
pub fn read(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let bytes = read_start(path, most.saturating_add(1))?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

/// The first bytes of a file, or of standard input, `most` at most.
///
/// # Errors
/// Those of the file system.
pub fn read_start(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match is_standard_input(path) {
        true => io::stdin().lock().take(most).read_to_end(&mut bytes)?,
        false => File::open(path)?.take(most).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
}

/// A new file beside `path`, locked for as long as this process has it.
fn begin(path: &Path, mode: u32) -> io::Result<NamedTempFile> {
    let (prefix, suffix) = unfinished(path.file_name().unwrap_or_default());
    loop {
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(suffix);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(mode));
        }
        #[cfg(not(unix))]
        let _ = mode;
        // The system's words alone: the name of a file that nobody asked for only confuses.
        let file = builder.tempfile_in(folder(path)).map_err(|error| {
            let words = error.to_string();
            let system = words.split(" at path ").next().unwrap_or_default();
            io::Error::new(error.kind(), system.to_string())
        })?;
        if stale::claim(file.as_file())? {
            return Ok(file);
        }
    }
}

/// How the names begin and end that a file has until it is whole; six letters are between. The
/// name may be cut: what it becomes is no longer than the file's own, unless that is short.
fn unfinished(name: &OsStr) -> (OsString, &'static str) {
    const SUFFIX: &str = ".part";
    const ADDED: usize = "..".len() + 6 + SUFFIX.len();
    let mut prefix = OsString::from(".");
    match name.len().max(SHORT_NAME).checked_sub(ADDED) {
        Some(room) if room < name.len() => prefix.push(cut(name, room)),
        _ => prefix.push(name),
    }
    prefix.push(".");
    (prefix, SUFFIX)
}

/// The first bytes of a name, `room` at most.
#[cfg(unix)]
fn cut(name: &OsStr, room: usize) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(&name.as_bytes()[..room]).to_os_string()
}

#[cfg(not(unix))]
fn cut(name: &OsStr, room: usize) -> OsString {
    let text = name.to_string_lossy();
    text.chars().take(room / 4).collect::<String>().into()
}

/// A file that replaces another may be used as that one could, and is nobody else's.
#[cfg(unix)]
fn keep_mode(file: &File, there: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{fchown, MetadataExt, PermissionsExt};
    let own = file.metadata()?;
    let mut mode = there.mode() & 0o777;
    if own.uid() != there.uid() {
        // Only root can.
        let _ = fchown(file, Some(there.uid()), None);
    }
    if own.gid() != there.gid() && fchown(file, None, Some(there.gid())).is_err() {
        // What another group could do is not for this one, beyond what all may.
        mode = (mode & 0o707) | ((mode & 0o007) << 3);
    }
    file.set_permissions(std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn keep_mode(file: &File, there: &Metadata) -> io::Result<()> {
    file.set_permissions(there.permissions())
}

#[cfg(test)]
mod tests;
