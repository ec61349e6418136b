//! Tensors as nested arrays in JSON, both ways.

use std::fmt;

use attnc_compiler::circuit::{dim_size, Dim};
use attnc_compiler::eval::Assignment;
use attnc_compiler::graph::Graph;
use attnc_compiler::tensor::Tensor;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::input::{Fault, Gathered, InputError, Wanted};

/// A tensor as nested arrays; one without dimensions as a number.
pub fn nest(tensor: &Tensor) -> Value {
    let sizes = tensor.shape.iter();
    let dims: Vec<Dim> = sizes.map(|&size| Dim::Static(size as u64)).collect();
    nest_ragged(&dims, &tensor.data)
}

/// The elements of a tensor that exist, in lexicographic order, as nested arrays.
pub fn nest_ragged(dims: &[Dim], elements: &[i64]) -> Value {
    fn level(dims: &[Dim], at: &mut Vec<i64>, rest: &mut std::slice::Iter<'_, i64>) -> Value {
        let Some(&dim) = dims.get(at.len()) else {
            return rest.next().copied().into();
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

/// An assignment as the JSON file that [`crate::input::read`] reads.
pub fn to_json(graph: &Graph, assignment: &Assignment) -> Value {
    let inputs = graph.inputs.iter().zip(&assignment.inputs);
    let inputs = inputs.map(|(input, tensor)| (input.name.clone(), nest(tensor)));
    let tables = graph
        .tables
        .iter()
        .zip(&assignment.tables)
        .filter(|(table, _)| table.from_input);
    let tables = tables.map(|(table, entries)| (table.name.clone(), entries.clone().into()));
    Value::Object(inputs.chain(tables).collect())
}

/// Reads the tensors of a JSON file, each straight into the shape that it must have.
pub(crate) fn gather(bytes: &[u8], gathered: &mut Gathered) -> Result<(), InputError> {
    let mut fault = None;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let file = Tensors {
        gathered,
        fault: &mut fault,
    };
    let result = file
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    result.map_err(|error| InputError {
        fault: fault.unwrap_or_else(|| Fault::Json {
            reason: reason(&error),
        }),
        place: (error.line() > 0).then_some((error.line(), error.column())),
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

/// The whole file. `fault` takes the first error that is not one of syntax.
struct Tensors<'a> {
    gathered: &'a mut Gathered,
    fault: &'a mut Option<Fault>,
}

impl<'de> DeserializeSeed<'de> for Tensors<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tensors<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let (place, wanted) = match self.gathered.expect(&name) {
                Ok(expected) => expected,
                Err(fault) => return Err(fail(self.fault, fault)),
            };
            let mut data = Vec::with_capacity(wanted.size());
            let level = Level {
                wanted: &wanted,
                at: &mut Vec::new(),
                data: &mut data,
                fault: self.fault,
            };
            map.next_value_seed(level)?;
            self.gathered.set(place, data);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(fail(self.fault, Fault::NotAnObject))
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Err(fail(self.fault, Fault::NotAnObject))
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Err(fail(self.fault, Fault::NotAnObject))
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Err(fail(self.fault, Fault::NotAnObject))
    }
    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Err(fail(self.fault, Fault::NotAnObject))
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Err(fail(self.fault, Fault::NotAnObject))
    }
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Err(fail(self.fault, Fault::NotAnObject))
    }
}

/// Keeps the fault, and stops the parser, which adds the place.
fn fail<E: Error>(slot: &mut Option<Fault>, fault: Fault) -> E {
    let error = E::custom("stopped");
    *slot = Some(fault);
    error
}

/// One array or number of a tensor, at `at`.
struct Level<'a> {
    wanted: &'a Wanted,
    at: &'a mut Vec<usize>,
    data: &'a mut Vec<i64>,
    fault: &'a mut Option<Fault>,
}

impl Level<'_> {
    fn expected(&self) -> &'static str {
        match self.at.len() < self.wanted.shape.len() {
            true => "an array",
            false => "an integer",
        }
    }

    fn wrong<E: Error>(self, found: &'static str) -> E {
        let fault = Fault::Kind {
            name: self.wanted.name.clone(),
            at: self.at.clone(),
            expected: self.expected(),
            found,
            shape: self.wanted.shape.clone(),
        };
        fail(self.fault, fault)
    }

    fn number<E: Error>(self, element: Result<i64, Fault>) -> Result<(), E> {
        if self.at.len() < self.wanted.shape.len() {
            return Err(self.wrong("a number"));
        }
        match element {
            Ok(element) => {
                self.data.push(element);
                Ok(())
            }
            Err(fault) => Err(fail(self.fault, fault)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Some(&expected) = self.wanted.shape.get(self.at.len()) else {
            return Err(self.wrong("an array"));
        };
        let wrong_length = |at: &[usize], found| Fault::Length {
            name: self.wanted.name.clone(),
            at: at.to_vec(),
            expected,
            found,
            shape: self.wanted.shape.clone(),
        };
        for k in 0..expected {
            self.at.push(k);
            let (at, data) = (&mut *self.at, &mut *self.data);
            let level = Level {
                wanted: self.wanted,
                at,
                data,
                fault: self.fault,
            };
            let element = seq.next_element_seed(level)?;
            self.at.pop();
            if element.is_none() {
                return Err(fail(self.fault, wrong_length(self.at, Some(k))));
            }
        }
        // One more of any kind is one too many.
        match seq.next_element::<serde::de::IgnoredAny>()? {
            Some(_) => Err(fail(self.fault, wrong_length(self.at, None))),
            None => Ok(()),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        let element = self.wanted.integer(self.at, value.into());
        self.number(element)
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        let element = self.wanted.integer(self.at, value.into());
        self.number(element)
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        let element = self.wanted.float(self.at, value);
        self.number(element)
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

#[cfg(test)]
mod tests {
    use super::*;

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
