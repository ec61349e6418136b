//! npz archives of npy arrays: NumPy's formats, read within limits that the program sets.
//!
//! What a file claims costs nothing: its directory is read once, within limits; every member must
//! be a tensor of the program before one is unpacked; a header has at most 64 KiB, its shape must
//! be the program's, and a member must be exactly as long as header and shape say.

mod directory;

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Cursor, Read, Write};

use attnc_compiler::meaning::tensor::Tensor;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::files::input::{Fault, Gathered, Wanted};
use directory::Directory;

/// What an archive begins with, and an array.
pub(crate) const MAGIC: &[u8] = b"PK";
pub(crate) const ARRAY_MAGIC: &[u8] = b"\x93NUMPY";
const MAX_HEADER: usize = 1 << 16;

/// How one element is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Kind {
    /// `i`, `u`, `f` or `b`.
    letter: u8,
    bytes: usize,
    big_endian: bool,
}

#[derive(Debug, PartialEq)]
struct Header {
    kind: Kind,
    fortran: bool,
    shape: Vec<u64>,
}

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
        archive.write_all(&npy_head(&tensor.shape))?;
        for element in &tensor.data {
            archive.write_all(&element.to_le_bytes())?;
        }
    }
    Ok(archive.finish()?.into_inner())
}

/// What stands before the elements of an array of `int64`: a multiple of 64 bytes.
fn npy_head(shape: &[usize]) -> Vec<u8> {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    let sizes = match sizes.as_slice() {
        [only] => format!("{only},"),
        _ => sizes.join(", "),
    };
    let mut text = format!("{{'descr': '<i8', 'fortran_order': False, 'shape': ({sizes}), }}");
    const BEFORE: usize = ARRAY_MAGIC.len() + 4;
    let padding = 64 - (BEFORE + text.len() + 1) % 64;
    text.extend(std::iter::repeat_n(' ', padding % 64));
    text.push('\n');
    let length = (text.len() as u16).to_le_bytes();
    [ARRAY_MAGIC, &[1, 0], &length, text.as_bytes()].concat()
}

/// Reads the tensors of an npz archive: a member `name.npy` for each.
pub(crate) fn gather(bytes: &[u8], gathered: &mut Gathered) -> Result<(), Fault> {
    let bad = |reason: String| Fault::Npz {
        name: String::new(),
        reason,
    };
    let directory = Directory::read(bytes).map_err(bad)?;
    // All names, before anything is unpacked.
    let mut members = Vec::new();
    let mut names = HashSet::new();
    for entry in &directory.entries {
        let name = entry.name.strip_suffix(".npy").unwrap_or(entry.name);
        let (place, wanted) = gathered.expect(name)?;
        if !names.insert(name) {
            let name = name.to_string();
            return Err(Fault::Twice { name });
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
            array(&mut member, length, &wanted)?
        };
        end = directory.end_before(&source);
        gathered.set(place, data);
    }
    Ok(())
}

/// One npy array of `length` bytes, header included, in row-major order.
fn array(source: &mut impl Read, length: u64, wanted: &Wanted) -> Result<Vec<i64>, Fault> {
    let fault = |reason: String| Fault::Npz {
        name: wanted.name.clone(),
        reason,
    };
    let mut start = [0; 8];
    source
        .read_exact(&mut start)
        .map_err(|error| fault(error.to_string()))?;
    if &start[..6] != ARRAY_MAGIC {
        return Err(fault("not an npy array".into()));
    }
    if !(1..=3).contains(&start[6]) {
        return Err(fault(format!(
            "it is an npy array of version {}; 1 to 3 are read",
            start[6]
        )));
    }
    let mut size = [0; 4];
    let size_bytes = if start[6] == 1 { 2 } else { 4 };
    source
        .read_exact(&mut size[..size_bytes])
        .map_err(|error| fault(error.to_string()))?;
    let size = u32::from_le_bytes(size) as usize;
    if size > MAX_HEADER {
        return Err(fault(format!(
            "its header claims {size} bytes; at most {MAX_HEADER} are read"
        )));
    }
    let mut text = vec![0; size];
    source
        .read_exact(&mut text)
        .map_err(|error| fault(error.to_string()))?;
    let text = std::str::from_utf8(&text).map_err(|_| fault("its header is not text".into()))?;
    let header = header(text).map_err(fault)?;

    let expected: Vec<u64> = wanted.shape.iter().map(|&size| size as u64).collect();
    if header.shape != expected {
        return Err(Fault::Shape {
            name: wanted.name.clone(),
            expected: wanted.shape.clone(),
            found: header.shape.iter().map(|&size| size as usize).collect(),
        });
    }
    let count = wanted.size();
    let exact = (8 + size_bytes + size) as u64 + (count * header.kind.bytes) as u64;
    if length != exact {
        return Err(fault(format!(
            "it has {length} bytes, not the {exact} of its shape"
        )));
    }
    let mut bytes = Vec::new();
    let body = (count * header.kind.bytes) as u64;
    source
        .take(body)
        .read_to_end(&mut bytes)
        .map_err(|error| fault(error.to_string()))?;
    if bytes.len() as u64 != body {
        return Err(fault("it ends too early".into()));
    }
    // Reading on to the end makes the archive check its checksum.
    if source
        .read(&mut [0])
        .map_err(|error| fault(error.to_string()))?
        != 0
    {
        return Err(fault("it goes on beyond its shape".into()));
    }
    elements(&bytes, &header, wanted)
}

fn elements(bytes: &[u8], header: &Header, wanted: &Wanted) -> Result<Vec<i64>, Fault> {
    let mut data = Vec::with_capacity(wanted.size());
    let mut at = vec![0; wanted.shape.len()];
    for _ in 0..wanted.size() {
        let offset = match header.fortran {
            false => data.len(),
            true => at
                .iter()
                .zip(&wanted.shape)
                .rev()
                .fold(0, |offset, (&at, &size)| offset * size + at),
        };
        let element = &bytes[offset * header.kind.bytes..][..header.kind.bytes];
        data.push(number(element, header.kind, wanted, &at)?);
        for (at, &size) in at.iter_mut().zip(&wanted.shape).rev() {
            *at += 1;
            if *at < size {
                break;
            }
            *at = 0;
        }
    }
    Ok(data)
}

fn number(bytes: &[u8], kind: Kind, wanted: &Wanted, at: &[usize]) -> Result<i64, Fault> {
    let join = |word: u64, &byte: &u8| (word << 8) | u64::from(byte);
    let word = match kind.big_endian {
        true => bytes.iter().fold(0, join),
        false => bytes.iter().rev().fold(0, join),
    };
    match (kind.letter, kind.bytes) {
        (b'f', 2) => wanted.float(at, half(word as u16), 11),
        (b'f', 4) => wanted.float(at, f32::from_bits(word as u32).into(), 24),
        (b'f', _) => wanted.float(at, f64::from_bits(word), 53),
        (b'i', size) => {
            let unused = 64 - 8 * size as u32;
            wanted.integer(at, (((word << unused) as i64) >> unused).into())
        }
        (b'b', _) if word > 1 => Err(Fault::Kind {
            name: wanted.name.clone(),
            at: at.to_vec(),
            expected: "a truth value",
            found: "neither 0 nor 1",
            shape: wanted.shape.clone(),
        }),
        _ => wanted.integer(at, word.into()),
    }
}

/// A float of 16 bits: sign, 5 of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match i32::from((bits >> 10) & 0x1f) {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    match bits >> 15 {
        0 => magnitude,
        _ => -magnitude,
    }
}

/// The header's dictionary, such as `{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }`.
fn header(text: &str) -> Result<Header, String> {
    let unknown = || format!("its header is not understood: {}", text.trim_end());
    let (descr, fortran, shape) = fields(text).ok_or_else(unknown)?;
    let kind = element_kind(descr).ok_or_else(|| {
        format!(
            "its dtype is {descr}; convert it to an integer dtype, such as with astype(\"int64\")"
        )
    })?;
    Ok(Header {
        kind,
        fortran,
        shape,
    })
}

/// The header's dtype, whether the first index is the fastest, and its shape.
fn fields(text: &str) -> Option<(&str, bool, Vec<u64>)> {
    let inside = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let (mut descr, mut fortran, mut shape) = (None, None, None);
    let mut rest = inside.trim_start();
    while !rest.is_empty() {
        let (key, after) = quoted(rest)?;
        rest = after.trim_start().strip_prefix(':')?.trim_start();
        rest = match key {
            "descr" if descr.is_none() => {
                let (text, after) = quoted(rest)?;
                descr = Some(text);
                after
            }
            "fortran_order" if fortran.is_none() => {
                let after = rest
                    .strip_prefix("False")
                    .or_else(|| rest.strip_prefix("True"))?;
                fortran = Some(rest.starts_with("True"));
                after
            }
            "shape" if shape.is_none() => {
                let (sizes, after) = rest.strip_prefix('(')?.split_once(')')?;
                let sizes = sizes.trim();
                let sizes = sizes.strip_suffix(',').unwrap_or(sizes);
                shape = Some(match sizes.is_empty() {
                    true => Vec::new(),
                    false => sizes
                        .split(',')
                        .map(|size| size.trim().parse().ok())
                        .collect::<Option<_>>()?,
                });
                after
            }
            _ => return None,
        };
        rest = rest.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(after) => after.trim_start(),
            None if rest.is_empty() => rest,
            None => return None,
        };
    }
    Some((descr?, fortran?, shape?))
}

/// A string in single or double quotes, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text
        .chars()
        .next()
        .filter(|quote| ['\'', '"'].contains(quote))?;
    text[1..].split_once(quote)
}

/// `<i8`, `|u1`, `>f4` and the like; no strings, no records, no complex or long floats.
fn element_kind(descr: &str) -> Option<Kind> {
    let (order, rest) = descr.split_at_checked(1)?;
    let big_endian = match order {
        "<" | "|" => false,
        ">" => true,
        "=" => cfg!(target_endian = "big"),
        _ => return None,
    };
    let kind = match rest {
        "b1" => (b'b', 1),
        "i1" => (b'i', 1),
        "i2" => (b'i', 2),
        "i4" => (b'i', 4),
        "i8" => (b'i', 8),
        "u1" => (b'u', 1),
        "u2" => (b'u', 2),
        "u4" => (b'u', 4),
        "u8" => (b'u', 8),
        "f2" => (b'f', 2),
        "f4" => (b'f', 4),
        "f8" => (b'f', 8),
        _ => return None,
    };
    Some(Kind {
        letter: kind.0,
        bytes: kind.1,
        big_endian,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_in_the_ways_they_are_written() {
        let read = |text| {
            header(text)
                .ok()
                .map(|header| (header.kind.bytes, header.fortran, header.shape))
        };
        let numpy = "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }        \n";
        assert_eq!(read(numpy), Some((8, false, vec![2, 3])));
        let other = "{\"shape\":(7,),\"descr\":\">f4\",\"fortran_order\":True}\n";
        assert_eq!(read(other), Some((4, true, vec![7])));
        assert_eq!(
            read("{'descr': '|u1', 'fortran_order': False, 'shape': ()}"),
            Some((1, false, vec![]))
        );
        for wrong in [
            "",
            "{}",
            "{'descr': '<i8', 'fortran_order': False, 'shape': (2, -3)}",
            "{'descr': '<U4', 'fortran_order': False, 'shape': (2,)}",
            "{'descr': '<i8', 'fortran_order': 0, 'shape': (2,)}",
            "{'descr': '<i8', 'fortran_order': False, 'shape': (2,) 'x': 1}",
            "{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
            "{'descr",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
