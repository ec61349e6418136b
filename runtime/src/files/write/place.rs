//! Where the bytes for a path go, and whether two paths are one file.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Standard input where a file is read, standard output where one is written.
const STANDARD: &str = "-";
/// Links that are followed from one path.
const MAX_LINKS: usize = 40;

/// Where bytes for a path go.
#[derive(Debug)]
pub(super) enum Place {
    /// A file of that name, without links, with what is there.
    File(PathBuf, Option<Metadata>),
    /// What is written to as it is.
    Stream(PathBuf),
    /// What the process has open already.
    Output(Output),
}

/// An output of the process, at the place where it stands, and appended to if it is opened so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Output {
    Standard,
    Error,
}

impl Output {
    pub fn write_all(self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Standard => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(bytes)?;
                stdout.flush()
            }
            Self::Error => io::stderr().lock().write_all(bytes),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Standard => "standard output",
            Self::Error => "standard error",
        }
    }

    /// The file that it goes to, if it is one.
    #[cfg(unix)]
    fn file(self) -> Option<Identity> {
        use std::os::fd::AsFd;
        let copy = match self {
            Self::Standard => io::stdout().as_fd().try_clone_to_owned(),
            Self::Error => io::stderr().as_fd().try_clone_to_owned(),
        };
        opened(copy)
    }

    #[cfg(not(unix))]
    fn file(self) -> Option<Identity> {
        None
    }
}

/// The file that a descriptor is of, if it is one.
#[cfg(unix)]
fn opened(copy: io::Result<std::os::fd::OwnedFd>) -> Option<Identity> {
    let there = std::fs::File::from(copy.ok()?).metadata().ok()?;
    there.is_file().then(|| Identity::of(Path::new(""), &there))
}

/// The file that standard input is, as of `attnc sample - < head.attn`.
#[cfg(unix)]
fn standard_input() -> Option<Identity> {
    use std::os::fd::AsFd;
    opened(io::stdin().as_fd().try_clone_to_owned())
}

#[cfg(not(unix))]
fn standard_input() -> Option<Identity> {
    None
}

impl Place {
    /// Follows links, also to what is not there, and makes nothing.
    pub fn of(path: &Path) -> io::Result<Self> {
        if path.as_os_str() == STANDARD {
            return Ok(Self::Output(Output::Standard));
        }
        let mut path = path.to_path_buf();
        for _ in 0..MAX_LINKS {
            let bytes = path.as_os_str().as_encoded_bytes();
            let ends_in_separator = bytes.last().is_some_and(|&b| b == b'/');
            let name = match path.file_name() {
                Some(name) if !ends_in_separator => name,
                _ if path.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
                _ => return Err(io::ErrorKind::NotFound.into()),
            };
            // The system may refuse a way that it does not refuse step by step.
            std::fs::metadata(folder(&path))?;
            let folder = std::fs::canonicalize(folder(&path))?;
            if let Some(place) = inherited(&folder, name)? {
                return Ok(place);
            }
            let here = folder.join(name);
            let there = match std::fs::symlink_metadata(&here) {
                Ok(there) => there,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Ok(Self::File(here, None))
                }
                Err(error) => return Err(error),
            };
            if there.is_symlink() {
                trusted(&folder, &there)?;
                path = folder.join(std::fs::read_link(&here)?);
            } else if there.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            } else if there.is_file() {
                // Whether it may be written to: another would take its name all the same.
                std::fs::OpenOptions::new().write(true).open(&here)?;
                return Ok(Self::File(here, Some(there)));
            } else {
                return Ok(Self::Stream(here));
            }
        }
        Err(io::Error::other("too many links"))
    }

    fn identity(&self) -> Option<Identity> {
        match self {
            Self::File(path, Some(there)) => Some(Identity::of(path, there)),
            Self::File(path, None) => Some(Identity::Path(path.clone())),
            Self::Stream(_) => None,
            Self::Output(output) => output.file(),
        }
    }
}

/// What this is a name of, if it is one of a descriptor: opened by that name again, a file would
/// be written from its beginning, over what is there.
fn inherited(folder: &Path, name: &OsStr) -> io::Result<Option<Place>> {
    let lists = ["/proc/self/fd", "/proc/thread-self/fd", "/dev/fd"];
    let mut lists = lists
        .iter()
        .filter_map(|list| std::fs::canonicalize(list).ok());
    if !lists.any(|list| list == folder) {
        return Ok(None);
    }
    let here = folder.join(name);
    Ok(Some(match name.to_str() {
        Some("1") => Place::Output(Output::Standard),
        Some("2") => Place::Output(Output::Error),
        _ if std::fs::metadata(&here)?.is_file() => {
            let what = "it is a file that is open under a number: give its name";
            return Err(io::Error::other(what));
        }
        _ => Place::Stream(here),
    }))
}

/// Refuses a link that a stranger may have laid into a folder which everybody writes to, as
/// Linux does where `fs.protected_symlinks` is set.
#[cfg(unix)]
fn trusted(folder: &Path, link: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let around = std::fs::metadata(folder)?;
    let open_to_all = around.mode() & 0o1002 == 0o1002;
    let own = rustix::process::geteuid().as_raw() == link.uid();
    match open_to_all && !own && link.uid() != around.uid() {
        true => Err(io::ErrorKind::PermissionDenied.into()),
        false => Ok(()),
    }
}

#[cfg(not(unix))]
fn trusted(_: &Path, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// The folder that a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Which file a path is, whatever it is called.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Identity {
    #[cfg(unix)]
    Node(u64, u64),
    /// Of what is not there; without links.
    Path(PathBuf),
}

impl Identity {
    #[cfg(unix)]
    fn of(_: &Path, there: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self::Node(there.dev(), there.ino())
    }

    #[cfg(not(unix))]
    fn of(path: &Path, _: &Metadata) -> Self {
        Self::Path(path.to_path_buf())
    }

    /// Of a file that is read.
    fn of_source(path: &Path) -> Option<Self> {
        if is_standard_input(path) {
            return standard_input();
        }
        let there = std::fs::metadata(path).ok().filter(Metadata::is_file)?;
        Some(Self::of(&std::fs::canonicalize(path).ok()?, &there))
    }
}

/// Whether a path that is read is standard input.
pub fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == STANDARD
}

/// Whether [`super::write`] prints what is for this path.
pub fn is_standard_output(path: &Path) -> bool {
    matches!(Place::of(path), Ok(Place::Output(Output::Standard)))
}

/// Why the files of a command cannot be read and written together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clash {
    /// Standard input is given twice.
    Input,
    /// The second, which is written, is the first, which is read.
    Over(PathBuf, PathBuf),
    /// Both are written.
    Twice(PathBuf, PathBuf),
    /// What is printed goes there already.
    Printed(PathBuf, &'static str),
}

impl std::fmt::Display for Clash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let other = |a: &PathBuf, b: &PathBuf| match a == b {
            true => String::new(),
            false => format!(", which is {}", b.display()),
        };
        match self {
            Self::Input => write!(f, "standard input, `-`, is given for two files"),
            Self::Over(read, written) => write!(
                f,
                "{}{} would be written over, and is read",
                written.display(),
                other(written, read)
            ),
            Self::Twice(a, b) => {
                write!(
                    f,
                    "two files would be written to {}{}",
                    b.display(),
                    other(b, a)
                )
            }
            Self::Printed(path, what) => {
                write!(f, "{what} goes to {} already", path.display())
            }
        }
    }
}

/// What is wrong with reading and writing these files, links and other names of them included.
/// What cannot be looked at is left to those who read or write it.
pub fn clash(read: &[&Path], written: &[&Path]) -> Option<Clash> {
    if read.iter().filter(|path| is_standard_input(path)).count() > 1 {
        return Some(Clash::Input);
    }
    let read: Vec<(&Path, Identity)> = read
        .iter()
        .filter_map(|path| Some((*path, Identity::of_source(path)?)))
        .collect();
    let mut before: Vec<(&Path, Place)> = Vec::new();
    for &path in written {
        let Ok(place) = Place::of(path) else {
            continue;
        };
        let identity = place.identity();
        let same = |other: &Option<Identity>| identity.is_some() && identity == *other;
        if let Some((source, _)) = read.iter().find(|(_, of)| same(&Some(of.clone()))) {
            return Some(Clash::Over(source.to_path_buf(), path.to_path_buf()));
        }
        let twice = before.iter().find(|(_, other)| match (&place, other) {
            (Place::Output(a), Place::Output(b)) => a == b,
            _ => same(&other.identity()),
        });
        if let Some((other, _)) = twice {
            return Some(Clash::Twice(other.to_path_buf(), path.to_path_buf()));
        }
        if !matches!(place, Place::Output(_)) {
            let outputs = [Output::Standard, Output::Error];
            if let Some(output) = outputs.into_iter().find(|output| same(&output.file())) {
                return Some(Clash::Printed(path.to_path_buf(), output.words()));
            }
        }
        before.push((path, place));
    }
    None
}
