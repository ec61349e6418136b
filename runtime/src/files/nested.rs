//! Tensors as nested arrays in JSON, both ways.

mod numbers;

use std::borrow::Cow;
use std::fmt;

use attnc_compiler::meaning::dims::{dim_size, Dim};
use attnc_compiler::meaning::eval::Assignment;
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::meaning::tensor::Tensor;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::files::fault::{Fault, InputError};
use crate::files::npz;
use crate::files::wanted::{Gathered, Wanted};
use numbers::Numbers;

/// Where `attnc run --show` has what it shows, after the outputs.
pub const SHOWN: &str = "shown";

/// A tensor as nested arrays; one without dimensions as a number.
pub fn nest(tensor: &Tensor) -> Value {
    let sizes = tensor.shape.iter();
    let dims: Vec<Dim> = sizes.map(|&size| Dim::Static(size as u64)).collect();
    nest_ragged(&dims, &tensor.data)
}

/// The elements of a tensor that exist, in lexicographic order, as nested arrays.
pub fn nest_ragged<T: Clone + Into<Value>>(dims: &[Dim], elements: &[T]) -> Value {
    fn level<T: Clone + Into<Value>>(
        dims: &[Dim],
        at: &mut Vec<i64>,
        rest: &mut std::slice::Iter<'_, T>,
    ) -> Value {
        let Some(&dim) = dims.get(at.len()) else {
            return rest.next().cloned().map_or(Value::Null, Into::into);
        };
        (0..dim_size(dim, at))
            .map(|k| {
                at.push(k);
                let below = level(dims, at, rest);
                at.pop();
                below
            })
            .collect()
    }
    level(dims, &mut Vec::new(), &mut elements.iter())
}

/// The tensors of an assignment that [`crate::files::input::read`] wants, by name.
pub fn named<'a>(
    graph: &'a Graph,
    assignment: &'a Assignment,
) -> impl Iterator<Item = (&'a str, Cow<'a, Tensor>)> {
    let inputs = graph.inputs.iter().zip(&assignment.inputs);
    let inputs = inputs.map(|(input, tensor)| (input.name.as_str(), Cow::Borrowed(tensor)));
    let tables = graph.tables.iter().zip(&assignment.tables);
    let tables = tables.filter(|(table, _)| table.from_input);
    let tables = tables.map(|(table, entries)| {
        let tensor = Tensor {
            shape: table.shape().iter().map(|&size| size as usize).collect(),
            data: entries.clone(),
        };
        (table.name.as_str(), Cow::Owned(tensor))
    });
    inputs.chain(tables)
}

/// An assignment as the JSON file that [`crate::files::input::read`] reads.
pub fn to_json(graph: &Graph, assignment: &Assignment) -> Value {
    let named = named(graph, assignment);
    Value::Object(
        named
            .map(|(name, tensor)| (name.to_string(), nest(&tensor)))
            .collect(),
    )
}

/// An assignment as the npz archive that [`crate::files::input::read`] reads.
///
/// # Errors
/// As [`npz::archive`].
pub fn to_npz(graph: &Graph, assignment: &Assignment) -> std::io::Result<Vec<u8>> {
    npz::archive(named(graph, assignment))
}

/// Reads the tensors of a JSON file, each straight into the shape that it must have.
pub(crate) fn gather(bytes: &[u8], gathered: &mut Gathered) -> Result<(), InputError> {
    read(bytes, gathered, |reading, json| {
        Tensors(reading).deserialize(json)
    })
}

/// Reads a JSON file that is one tensor's nested arrays, without its name.
pub(crate) fn gather_one(
    bytes: &[u8],
    name: &str,
    gathered: &mut Gathered,
) -> Result<(), InputError> {
    let (place, wanted) = gathered.expect(name)?;
    read(bytes, gathered, |reading, json| {
        reading.tensor(place, wanted, |level| level.deserialize(json))
    })
}

type Json<'a> = serde_json::Deserializer<serde_json::de::SliceRead<'a>>;

/// Reads a text of JSON, whole.
fn read<'b>(
    bytes: &'b [u8],
    gathered: &'b mut Gathered,
    value: impl FnOnce(&mut Reading<'b>, &mut Json<'b>) -> Result<(), serde_json::Error>,
) -> Result<(), InputError> {
    let mut reading = Reading {
        gathered,
        numbers: Numbers::new(bytes),
        first: true,
        wanted: None,
        at: Vec::new(),
        data: Vec::new(),
        fault: None,
    };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let result = value(&mut reading, &mut deserializer).and_then(|()| deserializer.end());
    result.map_err(|error| InputError {
        file: None,
        place: (error.line() > 0).then_some((error.line(), error.column())),
        fault: reading.fault(&error),
    })
}

/// The parser's words without the place, which stands in the error of its own.
fn reason(error: &serde_json::Error) -> String {
    let words = error.to_string();
    match words.rfind(" at line ") {
        Some(end) => words[..end].to_string(),
        None => words,
    }
}

/// What is known while a file is read.
struct Reading<'a> {
    gathered: &'a mut Gathered,
    numbers: Numbers<'a>,
    /// Whether no name was read yet.
    first: bool,
    /// The tensor that is read, with the place in it and the elements so far.
    wanted: Option<Wanted>,
    at: Vec<usize>,
    data: Vec<i64>,
    /// The first error that is not one of syntax.
    fault: Option<Fault>,
}

impl Reading<'_> {
    /// Keeps the fault, and stops the parser, which adds the place.
    fn fail<E: Error>(&mut self, fault: Fault) -> E {
        self.fault = Some(fault);
        E::custom("stopped")
    }

    fn unknown<E: Error>(&mut self, name: String) -> E {
        let fault = match self.gathered.expect(&name) {
            Err(fault) => fault,
            Ok(_) => Fault::Twice { name, files: None },
        };
        self.fail(fault)
    }

    /// One tensor, which `read` reads.
    fn tensor<E>(
        &mut self,
        place: usize,
        wanted: Wanted,
        read: impl FnOnce(Level<'_, '_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.data = Vec::with_capacity(wanted.size());
        self.wanted = Some(wanted);
        read(Level(self))?;
        self.wanted = None;
        let data = std::mem::take(&mut self.data);
        self.gathered.set(place, data);
        Ok(())
    }

    /// Of what the parser stopped at.
    fn fault(mut self, error: &serde_json::Error) -> Fault {
        let reason = reason(error);
        // A number that no float is near to is none for the parser, though it is one of JSON.
        let beyond = reason == "number out of range" && self.wanted.is_some();
        if beyond && self.fault.is_none() {
            let _: Result<(), serde_json::Error> = Level(&mut self).decimal();
        }
        self.fault.take().unwrap_or(Fault::Json { reason })
    }
}

/// The whole file, or the outputs in it.
struct Tensors<'a, 'b>(&'a mut Reading<'b>);

impl<'de> DeserializeSeed<'de> for Tensors<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tensors<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let reading = self.0;
        while let Some(name) = map.next_key::<String>()? {
            let run = name == "outputs" && reading.gathered.takes_run();
            if run && std::mem::take(&mut reading.first) {
                map.next_value_seed(Tensors(reading))?;
                return match map.next_key::<String>()? {
                    // What `--show` showed beside the outputs is nobody's expectation.
                    Some(shown) if shown == SHOWN => {
                        map.next_value::<IgnoredAny>()?;
                        match map.next_key::<String>()? {
                            Some(_) => Err(reading.unknown(name)),
                            None => Ok(()),
                        }
                    }
                    Some(_) => Err(reading.unknown(name)),
                    None => Ok(()),
                };
            }
            reading.first = false;
            let (place, wanted) = match reading.gathered.expect(&name) {
                Ok(expected) => expected,
                Err(fault) => return Err(reading.fail(fault)),
            };
            reading.tensor(place, wanted, |level| map.next_value_seed(level))?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.0.fail(Fault::NotAnObject))
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Err(self.0.fail(Fault::NotAnObject))
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Err(self.0.fail(Fault::NotAnObject))
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Err(self.0.fail(Fault::NotAnObject))
    }
    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Err(self.0.fail(Fault::NotAnObject))
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Err(self.0.fail(Fault::NotAnObject))
    }
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Err(self.0.fail(Fault::NotAnObject))
    }
}

/// One array or number of the tensor that is read.
struct Level<'a, 'b>(&'a mut Reading<'b>);

impl Level<'_, '_> {
    fn wanted(&self) -> &Wanted {
        match &self.0.wanted {
            Some(wanted) => wanted,
            None => unreachable!("a level is one of a tensor"),
        }
    }

    fn is_array(&self) -> bool {
        self.0.at.len() < self.wanted().shape.len()
    }

    fn expected(&self) -> &'static str {
        match self.is_array() {
            true => "an array",
            false => "an integer",
        }
    }

    fn wrong<E: Error>(self, found: &'static str) -> E {
        let wanted = self.wanted();
        let fault = Fault::Kind {
            name: wanted.name.clone(),
            at: self.0.at.clone(),
            expected: self.expected(),
            found,
            shape: wanted.shape.clone(),
        };
        self.0.fail(fault)
    }

    fn wrong_length<E: Error>(self, expected: usize, found: Option<usize>) -> E {
        let wanted = self.wanted();
        let fault = Fault::Length {
            name: wanted.name.clone(),
            at: self.0.at.clone(),
            expected,
            found,
            shape: wanted.shape.clone(),
        };
        self.0.fail(fault)
    }

    fn integer<E: Error>(self, value: i128) -> Result<(), E> {
        self.0.numbers.pass();
        let element = self.wanted().integer(&self.0.at, value);
        self.number(element)
    }

    fn decimal<E: Error>(self) -> Result<(), E> {
        let text = self.0.numbers.take();
        let element = self.wanted().decimal(&self.0.at, text);
        self.number(element)
    }

    fn number<E: Error>(self, element: Result<i64, Fault>) -> Result<(), E> {
        if self.is_array() {
            return Err(self.wrong("a number"));
        }
        match element {
            Ok(element) => {
                self.0.data.push(element);
                Ok(())
            }
            Err(fault) => Err(self.0.fail(fault)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let shape = &self.wanted().shape;
        let Some(&expected) = shape.get(self.0.at.len()) else {
            return Err(self.wrong("an array"));
        };
        let reading = self.0;
        for k in 0..expected {
            reading.at.push(k);
            let element = seq.next_element_seed(Level(reading))?;
            reading.at.pop();
            if element.is_none() {
                return Err(Level(reading).wrong_length(expected, Some(k)));
            }
        }
        // One more of any kind is one too many.
        match seq.next_element::<IgnoredAny>()? {
            Some(_) => Err(Level(reading).wrong_length(expected, None)),
            None => Ok(()),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.integer(value.into())
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.integer(value.into())
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.decimal()
    }
    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Err(self.wrong("a string"))
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Err(self.wrong("a truth value"))
    }
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Err(self.wrong("null"))
    }
    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.wrong("an object"))
    }
}

/// Entries of so many elements, each of which holds a part for each of `outer` layers, as the entries of
/// each layer.
pub fn layers_first(entries: &[i64], outer: usize, entry: usize) -> Vec<i64> {
    let part = entry / outer;
    let of = |layer: usize| {
        let each = entries.chunks(entry);
        each.flat_map(move |held| &held[layer * part..(layer + 1) * part])
    };
    (0..outer).flat_map(of).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_come_before_entries() {
        let entries = [10, 11, 20, 21, 30, 31, 40, 41, 50, 51, 60, 61];
        assert_eq!(
            layers_first(&entries, 2, 4),
            [10, 11, 30, 31, 50, 51, 20, 21, 40, 41, 60, 61]
        );
        assert_eq!(layers_first(&entries, 1, 4), entries);
        assert_eq!(layers_first(&[], 2, 4), [0; 0]);
    }

    #[test]
    fn ragged_tensors_are_ragged_arrays() {
        let growing = Dim::Growing {
            base: 1,
            position: 0,
        };
        let nested = nest_ragged(&[Dim::Static(3), growing], &[1, 2, 3, 4, 5, 6]);
        assert_eq!(nested.to_string(), "[[1],[2,3],[4,5,6]]");
        assert_eq!(nest_ragged(&[], &[7]).to_string(), "7");
        assert_eq!(nest(&Tensor::zeros(&[2, 0])).to_string(), "[[],[]]");
    }
}
