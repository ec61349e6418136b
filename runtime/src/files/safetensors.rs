//! safetensors files, read within limits that the program sets.
//!
//! The header has at most 1 MiB and 4,096 tensors, gives no name twice, and all of it must be tensors
//! of the program, in its shapes, before one is read. The crate holds the places of the tensors
//! against the file: none over another, nothing between or after them.

use std::collections::HashSet;
use std::fmt;

use safetensors::{Dtype, SafeTensors};
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use crate::files::elements::{elements, Kind};
use crate::files::fault::{Fault, SAFETENSORS};
use crate::files::wanted::{Gathered, Wanted};

const MAX_HEADER: u64 = 1 << 20;
const MAX_TENSORS: usize = 4096;
/// Before the header stands its length.
const LENGTH_BYTES: usize = 8;

/// Whether a file is meant to be one: a length that a file could have, then an object. JSON has no
/// character 0.
pub(crate) fn begins(bytes: &[u8]) -> bool {
    bytes.get(5..LENGTH_BYTES) == Some(&[0; 3]) && bytes.get(LENGTH_BYTES) == Some(&b'{')
}

fn bad(name: &str, reason: impl Into<String>) -> Fault {
    Fault::Container {
        format: SAFETENSORS,
        name: name.to_string(),
        reason: reason.into(),
    }
}

/// Reads the tensors of a safetensors file; or, if a name is given, the one in it as that tensor.
pub(crate) fn gather(
    bytes: &[u8],
    only: Option<&str>,
    gathered: &mut Gathered,
) -> Result<(), Fault> {
    let count = names(header(bytes)?)?;
    if let Some(name) = only.filter(|_| count != 1) {
        let name = name.to_string();
        return Err(Fault::NotOne { name, count });
    }
    let file = SafeTensors::deserialize(bytes).map_err(|error| bad("", error.to_string()))?;
    let mut tensors = file.tensors();
    // In the file's order, whatever the order of the crate's map: the first fault is always the same.
    tensors.sort_by_key(|(name, tensor)| (tensor.data().as_ptr() as usize, name.clone()));
    let mut read = Vec::new();
    for (name, tensor) in &tensors {
        let (place, wanted) = gathered.expect(only.unwrap_or(name))?;
        if tensor.shape() != wanted.shape {
            return Err(Fault::Shape {
                name: wanted.name,
                expected: wanted.shape,
                found: tensor.shape().to_vec(),
            });
        }
        read.push((place, kind(tensor.dtype(), &wanted)?, wanted, tensor.data()));
    }
    for (place, kind, wanted, data) in read {
        gathered.set(place, elements(data, kind, false, &wanted)?);
    }
    Ok(())
}

/// The header's text, if it is of a size to be read.
fn header(bytes: &[u8]) -> Result<&[u8], Fault> {
    let (length, rest) = bytes
        .split_first_chunk::<LENGTH_BYTES>()
        .ok_or_else(|| bad("", "it is cut off"))?;
    let length = u64::from_le_bytes(*length);
    if length > MAX_HEADER {
        return Err(bad(
            "",
            format!("its header claims {length} bytes; at most {MAX_HEADER} are read"),
        ));
    }
    rest.get(..length as usize)
        .ok_or_else(|| bad("", "it is cut off"))
}

/// How many tensors the header names, each once.
fn names(header: &[u8]) -> Result<usize, Fault> {
    let mut names = Names::default();
    let mut json = serde_json::Deserializer::from_slice(header);
    let read = json.deserialize_map(&mut names);
    match (names.twice, read) {
        (Some(name), _) => Err(Fault::Twice { name, files: None }),
        (None, Err(error)) => Err(bad("", format!("its header is not understood: {error}"))),
        (None, Ok(())) => Ok(names.found.len()),
    }
}

#[derive(Default)]
struct Names {
    found: HashSet<String>,
    twice: Option<String>,
}

impl<'de> Visitor<'de> for &mut Names {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut metadata = false;
        while let Some(name) = map.next_key::<String>()? {
            map.next_value::<IgnoredAny>()?;
            let again = match name.as_str() {
                "__metadata__" => std::mem::replace(&mut metadata, true),
                _ => !self.found.insert(name.clone()),
            };
            if again {
                self.twice = Some(name);
                return Err(A::Error::custom("stopped"));
            }
            if self.found.len() > MAX_TENSORS {
                let most = format!("it has more than {MAX_TENSORS} tensors");
                return Err(A::Error::custom(most));
            }
        }
        Ok(())
    }
}

/// How elements of a dtype are stored, if they may be integers.
fn kind(dtype: Dtype, wanted: &Wanted) -> Result<Kind, Fault> {
    let (letter, bytes) = match dtype {
        Dtype::BOOL => (b'b', 1),
        Dtype::I8 => (b'i', 1),
        Dtype::I16 => (b'i', 2),
        Dtype::I32 => (b'i', 4),
        Dtype::I64 => (b'i', 8),
        Dtype::U8 => (b'u', 1),
        Dtype::U16 => (b'u', 2),
        Dtype::U32 => (b'u', 4),
        Dtype::U64 => (b'u', 8),
        Dtype::F32 => (b'f', 4),
        Dtype::F64 => (b'f', 8),
        _ => {
            let name = &wanted.name;
            let quantise = format!(
                "its dtype is {dtype:?}, of numbers that are not integers; quantise it, such as \
                 with (64 * {name}).round().to(torch.int32)"
            );
            return Err(bad(name, quantise));
        }
    };
    Ok(Kind {
        letter,
        bytes,
        big_endian: false,
    })
}
