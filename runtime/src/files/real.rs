//! Real numbers by name: what a program's integers are held against. Nothing of them is ever proved.

use attnc_compiler::diagnostic::json;
use attnc_compiler::meaning::tensor::Tensor;
use serde_json::{Map, Value};

use crate::files::fault::{Fault, InputError};

/// An array, row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Real {
    pub name: String,
    pub shape: Vec<usize>,
    pub data: Vec<f64>,
}

/// What a shape has to fit, with why it does not.
pub type Fits<'a> = dyn Fn(&str, &[usize]) -> Result<(), String> + 'a;

impl Real {
    /// # Errors
    /// The first NaN or infinity.
    pub fn require_finite(&self) -> Result<(), String> {
        let Some(offset) = self.data.iter().position(|number| !number.is_finite()) else {
            return Ok(());
        };
        let (number, at) = (self.data[offset], self.at(offset));
        Err(format!("{number} at {at:?}, which is no finite number"))
    }

    /// The subscripts of an element.
    pub fn at(&self, offset: usize) -> Vec<usize> {
        let (shape, data) = (self.shape.clone(), Vec::new());
        Tensor { shape, data }.position(offset)
    }
}

pub(crate) fn fault(format: &'static str, name: &str, reason: &str) -> Fault {
    let (name, reason) = (name.to_string(), reason.to_string());
    Fault::Container {
        format,
        name,
        reason,
    }
}

pub(crate) fn from_json(bytes: &[u8], fits: &Fits<'_>) -> Result<Vec<Real>, InputError> {
    let read: Result<Value, _> = json::read(bytes);
    let value = read.map_err(|error| InputError {
        fault: Fault::Json {
            reason: error.to_string(),
        },
        file: None,
        place: None,
    })?;
    let Value::Object(object) = value else {
        return Err(Fault::NotAnObject.into());
    };
    Ok(arrays(object, fits)?)
}

fn arrays(object: Map<String, Value>, fits: &Fits<'_>) -> Result<Vec<Real>, Fault> {
    let each = object.into_iter().map(|(name, value)| {
        let (mut shape, mut data) = (Vec::new(), Vec::new());
        let mut level = &value;
        while let Value::Array(elements) = level {
            shape.push(elements.len());
            let Some(first) = elements.first() else { break };
            level = first;
        }
        fits(&name, &shape).map_err(|reason| fault("JSON file", &name, &reason))?;
        match flatten(&value, &shape, &mut data) {
            true => Ok(Real { name, shape, data }),
            false => {
                let what = format!("it is not an array {shape:?} of numbers");
                Err(fault("JSON file", &name, &what))
            }
        }
    });
    each.collect()
}

/// Whether nested arrays have this shape: their numbers.
fn flatten(value: &Value, shape: &[usize], data: &mut Vec<f64>) -> bool {
    match (value, shape.split_first()) {
        (Value::Array(elements), Some((&size, rest))) => {
            elements.len() == size && elements.iter().all(|element| flatten(element, rest, data))
        }
        (Value::Number(number), None) => number.as_f64().is_some_and(|number| {
            data.push(number);
            true
        }),
        _ => false,
    }
}
