//! safetensors files, read within limits that the program sets.
//!
//! The header has at most 1 MiB and 4,096 tensors, gives no name twice, and all of it must be tensors
//! of the program, in its shapes, before one is read. The crate holds the places of the tensors
//! against the file: none over another, nothing between or after them.

use std::collections::HashSet;
use std::fmt;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use crate::files::elements::{elements, reals, Kind};
use crate::files::fault::{Fault, SAFETENSORS};
use crate::files::real::{Fits, Real};
use crate::files::wanted::Gathered;

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
    let tensors = tensors(bytes)?;
    if let Some(name) = only.filter(|_| tensors.len() != 1) {
        let (name, count) = (name.to_string(), tensors.len());
        return Err(Fault::NotOne { name, count });
    }
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
        let kind = integer_kind(tensor.dtype(), &wanted.name)?;
        read.push((place, kind, wanted, tensor.data()));
    }
    for (place, kind, wanted, data) in read {
        gathered.set(place, elements(data, kind, false, &wanted)?);
    }
    Ok(())
}

/// Reads the tensors of a safetensors file whose names and shapes fit, as real numbers.
pub(crate) fn real(bytes: &[u8], fits: &Fits<'_>) -> Result<Vec<Real>, Fault> {
    let tensors = tensors(bytes)?;
    for (name, tensor) in &tensors {
        fits(name, tensor.shape()).map_err(|reason| bad(name, reason))?;
    }
    let each = tensors.into_iter().map(|(name, tensor)| {
        let kind = kind(tensor.dtype()).filter(|kind| kind.letter != b'b');
        let kind = kind.ok_or_else(|| {
            let give = "give float16, bfloat16, float32, float64 or integers";
            bad(&name, format!("its dtype is {:?}; {give}", tensor.dtype()))
        })?;
        let shape = tensor.shape().to_vec();
        let data = reals(tensor.data(), kind, false, &shape);
        Ok(Real { name, shape, data })
    });
    each.collect()
}

/// The tensors in the file's order, whatever the order of the crate's map: the first fault is always
/// the same.
fn tensors(bytes: &[u8]) -> Result<Vec<(String, TensorView<'_>)>, Fault> {
    names(header(bytes)?)?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| bad("", error.to_string()))?;
    let mut tensors = file.tensors();
    tensors.sort_by_key(|(name, tensor)| (tensor.data().as_ptr() as usize, name.clone()));
    Ok(tensors)
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

/// Whether the header names every tensor once.
fn names(header: &[u8]) -> Result<(), Fault> {
    let mut names = Names::default();
    let mut json = serde_json::Deserializer::from_slice(header);
    let read = json.deserialize_map(&mut names);
    match (names.twice, read) {
        (Some(name), _) => Err(Fault::Twice { name, files: None }),
        (None, Err(error)) => Err(bad("", format!("its header is not understood: {error}"))),
        (None, Ok(())) => Ok(()),
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
fn integer_kind(dtype: Dtype, name: &str) -> Result<Kind, Fault> {
    let found =
        kind(dtype).filter(|kind| kind.letter != b'g' && (kind.letter, kind.bytes) != (b'f', 2));
    found.ok_or_else(|| {
        let quantise = format!(
            "its dtype is {dtype:?}, of numbers that are not integers; quantise it, such as with \
             (64 * {name}).round().to(torch.int32)"
        );
        bad(name, quantise)
    })
}

fn kind(dtype: Dtype) -> Option<Kind> {
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
        Dtype::F16 => (b'f', 2),
        Dtype::BF16 => (b'g', 2),
        Dtype::F32 => (b'f', 4),
        Dtype::F64 => (b'f', 8),
        _ => return None,
    };
    Some(Kind {
        letter,
        bytes,
        big_endian: false,
    })
}
