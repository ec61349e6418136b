//! npz archives: NumPy's arrays by name, read within limits that the program sets.
//!
//! What a file claims costs nothing: its directory is read once, within limits, and every member must
//! be a tensor of the program before one is unpacked.

mod directory;

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Cursor, Write};

use attnc_compiler::meaning::tensor::Tensor;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::files::fault::Fault;
use crate::files::npy;
use crate::files::real::{Fits, Real};
use crate::files::wanted::Gathered;
use directory::Directory;

/// What an archive begins with.
pub(crate) const MAGIC: &[u8] = b"PK";
/// What PyTorch writes, in an archive or not.
pub(crate) const PICKLE: &str = "a pickle, as PyTorch writes it";
const FORMAT: &str = "npz archive";

/// An archive of these tensors by name, as arrays of `int64`: the same bytes for the same tensors.
///
/// # Errors
/// If there are more bytes than an archive holds.
pub fn archive<'a>(
    tensors: impl Iterator<Item = (&'a str, Cow<'a, Tensor>)>,
) -> io::Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, tensor) in tensors {
        // As `numpy.savez` does: not packed, so that it can be mapped; no date.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default());
        archive.start_file(format!("{name}.npy"), options)?;
        archive.write_all(&npy::encode(&tensor))?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Reads the tensors of an npz archive: a member `name.npy` for each; or, if a name is given, the one
/// member as that tensor.
pub(crate) fn gather(
    bytes: &[u8],
    only: Option<&str>,
    gathered: &mut Gathered,
) -> Result<(), Fault> {
    let bad = |reason: String| Fault::Container {
        format: FORMAT,
        name: String::new(),
        reason,
    };
    let directory = Directory::read(bytes).map_err(bad)?;
    let is_pickle = |name: &str| name == "data.pkl" || name.ends_with("/data.pkl");
    if directory.entries.iter().any(|entry| is_pickle(entry.name)) {
        let example = gathered.example();
        let what = PICKLE;
        return Err(Fault::Foreign { what, example });
    }
    if let Some(name) = only.filter(|_| directory.entries.len() != 1) {
        let (name, count) = (name.to_string(), directory.entries.len());
        return Err(Fault::NotOne { name, count });
    }
    // All names, before anything is unpacked.
    let mut members = Vec::new();
    let mut names = HashSet::new();
    for entry in &directory.entries {
        let own = entry.name.strip_suffix(".npy").unwrap_or(entry.name);
        let name = only.unwrap_or(own);
        let (place, wanted) = gathered.expect(name)?;
        if !names.insert(name) {
            let (name, files) = (name.to_string(), None);
            return Err(Fault::Twice { name, files });
        }
        members.push((entry, place, wanted));
    }
    // In the file's order, so that what overlaps is seen.
    members.sort_by_key(|(entry, ..)| entry.offset);
    let mut end = 0;
    for (entry, place, wanted) in members {
        if entry.offset < end {
            return Err(bad("its members overlap".into()));
        }
        let mut source = directory.from(entry);
        let data = {
            let mut member = entry.open(&mut source).map_err(bad)?;
            let length = member.size();
            npy::array(&mut member, length, FORMAT, &wanted)?
        };
        end = directory.end_before(&source);
        gathered.set(place, data);
    }
    Ok(())
}

/// Reads the arrays of an npz archive whose names and shapes fit, as real numbers.
pub(crate) fn real(bytes: &[u8], fits: &Fits<'_>) -> Result<Vec<Real>, Fault> {
    let bad = |name: &str, reason: String| Fault::Container {
        format: FORMAT,
        name: name.to_string(),
        reason,
    };
    let directory = Directory::read(bytes).map_err(|reason| bad("", reason))?;
    let mut entries: Vec<_> = directory.entries.iter().collect();
    // In the file's order, so that what overlaps is seen.
    entries.sort_by_key(|entry| entry.offset);
    let (mut all, mut end): (Vec<Real>, usize) = (Vec::new(), 0);
    for entry in entries {
        let name = entry.name.strip_suffix(".npy").unwrap_or(entry.name);
        if all.iter().any(|known| known.name == name) {
            let (name, files) = (name.to_string(), None);
            return Err(Fault::Twice { name, files });
        }
        if entry.offset < end {
            return Err(bad("", "its members overlap".into()));
        }
        let mut source = directory.from(entry);
        let (shape, data) = {
            let mut member = entry.open(&mut source).map_err(|reason| bad("", reason))?;
            let length = member.size();
            let fits = |shape: &[usize]| fits(name, shape).map_err(|reason| bad(name, reason));
            npy::real_array(&mut member, length, FORMAT, name, &fits)?
        };
        end = directory.end_before(&source);
        let name = name.to_string();
        all.push(Real { name, shape, data });
    }
    Ok(all)
}
