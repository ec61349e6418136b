//! One array of NumPy: the npy format, read within limits that the program sets.
//!
//! What a file claims costs nothing: a header has at most 64 KiB, its shape must be the program's,
//! and the array must be exactly as long as header and shape say.

use std::io::Read;

use attnc_compiler::meaning::tensor::Tensor;

use crate::files::elements::{elements, reals, Kind};
use crate::files::fault::Fault;
use crate::files::wanted::{Gathered, Wanted};

/// What an array begins with.
pub(crate) const MAGIC: &[u8] = b"\x93NUMPY";
const MAX_HEADER: usize = 1 << 16;

/// What numbers are wanted, and what to do about others.
#[derive(Clone, Copy)]
struct Numbers {
    truth: bool,
    give: &'static str,
}

const INTEGERS: Numbers = Numbers {
    truth: true,
    give: "convert it to an integer dtype, such as with astype(\"int64\")",
};
const REALS: Numbers = Numbers {
    truth: false,
    give: "give float16, float32, float64 or integers, such as with astype(\"float64\")",
};

impl Numbers {
    fn reads(self, kind: Kind) -> bool {
        self.truth || kind.letter != b'b'
    }
}

#[derive(Debug, PartialEq)]
struct Header {
    kind: Kind,
    fortran: bool,
    shape: Vec<u64>,
}

/// A tensor as an array of `int64`: the same bytes for the same tensor.
pub fn encode(tensor: &Tensor) -> Vec<u8> {
    let mut bytes = head(&tensor.shape);
    bytes.reserve(8 * tensor.data.len());
    for element in &tensor.data {
        bytes.extend(element.to_le_bytes());
    }
    bytes
}

/// What stands before the elements of an array of `int64`: a multiple of 64 bytes.
fn head(shape: &[usize]) -> Vec<u8> {
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    let sizes = match sizes.as_slice() {
        [only] => format!("{only},"),
        _ => sizes.join(", "),
    };
    let mut text = format!("{{'descr': '<i8', 'fortran_order': False, 'shape': ({sizes}), }}");
    const BEFORE: usize = MAGIC.len() + 4;
    let padding = 64 - (BEFORE + text.len() + 1) % 64;
    text.extend(std::iter::repeat_n(' ', padding % 64));
    text.push('\n');
    let length = (text.len() as u16).to_le_bytes();
    [MAGIC, &[1, 0], &length, text.as_bytes()].concat()
}

/// Reads the tensor `name` from a file that is one array.
pub(crate) fn gather(bytes: &[u8], name: &str, gathered: &mut Gathered) -> Result<(), Fault> {
    let (place, wanted) = gathered.expect(name)?;
    let mut source = bytes;
    let data = array(&mut source, bytes.len() as u64, "npy file", &wanted)?;
    gathered.set(place, data);
    Ok(())
}

/// One npy array of `length` bytes, header included, in row-major order. What it stands in is a
/// `format`.
pub(crate) fn array(
    source: &mut impl Read,
    length: u64,
    format: &'static str,
    wanted: &Wanted,
) -> Result<Vec<i64>, Fault> {
    let fits = |shape: &[usize]| match shape == wanted.shape {
        true => Ok(()),
        false => Err(Fault::Shape {
            name: wanted.name.clone(),
            expected: wanted.shape.clone(),
            found: shape.to_vec(),
        }),
    };
    let (header, _, bytes) = body(source, length, format, &wanted.name, INTEGERS, &fits)?;
    elements(&bytes, header.kind, header.fortran, wanted)
}

/// As [`array`], of any shape that fits, as real numbers: shape and elements.
pub(crate) fn real_array(
    source: &mut impl Read,
    length: u64,
    format: &'static str,
    name: &str,
    fits: &dyn Fn(&[usize]) -> Result<(), Fault>,
) -> Result<(Vec<usize>, Vec<f64>), Fault> {
    let (header, shape, bytes) = body(source, length, format, name, REALS, fits)?;
    let data = reals(&bytes, header.kind, header.fortran, &shape);
    Ok((shape, data))
}

/// What an array's header says, its shape, and the bytes of its elements, read if the shape fits.
fn body(
    source: &mut impl Read,
    length: u64,
    format: &'static str,
    name: &str,
    numbers: Numbers,
    fits: &dyn Fn(&[usize]) -> Result<(), Fault>,
) -> Result<(Header, Vec<usize>, Vec<u8>), Fault> {
    let fault = |reason: String| Fault::Container {
        format,
        name: name.to_string(),
        reason,
    };
    let mut start = [0; 8];
    source
        .read_exact(&mut start)
        .map_err(|error| fault(error.to_string()))?;
    if &start[..6] != MAGIC {
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
    let header = header(text, numbers).map_err(fault)?;

    let shape: Vec<usize> = header.shape.iter().map(|&size| size as usize).collect();
    fits(&shape)?;
    let count = shape
        .iter()
        .try_fold(header.kind.bytes, |all, &size| all.checked_mul(size));
    let body = count.ok_or_else(|| fault("its shape is too large".into()))? as u64;
    let exact = (8 + size_bytes + size) as u64 + body;
    if length != exact {
        return Err(fault(format!(
            "it has {length} bytes, not the {exact} of its shape"
        )));
    }
    let mut bytes = Vec::new();
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
    Ok((header, shape, bytes))
}

/// The header's dictionary, such as `{'descr': '<i8', 'fortran_order': False, 'shape': (2, 3), }`.
fn header(text: &str, numbers: Numbers) -> Result<Header, String> {
    let unknown = || format!("its header is not understood: {}", text.trim_end());
    let (descr, fortran, shape) = fields(text).ok_or_else(unknown)?;
    let kind = element_kind(descr).filter(|kind| numbers.reads(*kind));
    let kind = kind.ok_or_else(|| format!("its dtype is {descr}; {}", numbers.give))?;
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
            header(text, INTEGERS)
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
