//! Public tensors that a verifier holds against a statement.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use attnc::statement::Statement;
use attnc_compiler::circuit::Circuit;
use attnc_compiler::diagnostic::suggest;
use attnc_compiler::tensor::Tensor;
use serde_json::Value;

use crate::failure::Failure;

/// Bytes of a file of expectations at most.
const MAX_BYTES: u64 = 1 << 30;

/// Tensors by name, in the shapes that the circuit has them in.
#[derive(Default)]
pub struct Expectations(Vec<(String, Tensor)>);

impl Expectations {
    /// Reads a JSON object of nested arrays by the name of a public tensor. What `attnc run
    /// --json` prints, `{"outputs": {...}}`, is one too.
    pub fn read(path: &Path, circuit: &Circuit) -> Result<Self, Failure> {
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| Failure::file(path, "read", &error))?;
        let wrong = |what: String| Failure::misuse(format!("{}: {what}", path.display()));
        if bytes.len() as u64 > MAX_BYTES {
            return Err(wrong(format!("it has more than {MAX_BYTES} bytes")));
        }
        let parsed: Value = serde_json::from_slice(&bytes)
            .map_err(|error| wrong(format!("it is not JSON: {error}")))?;
        let Value::Object(mut object) = parsed else {
            return Err(wrong("it does not hold an object of tensors".into()));
        };
        let named = |name: &str| circuit.publics.iter().find(|tensor| tensor.name == name);
        if object.len() == 1 && named("outputs").is_none() {
            if let Some(Value::Object(outputs)) = object.get("outputs") {
                object = outputs.clone();
            }
        }
        let mut tensors = Vec::new();
        for (name, value) in object {
            let Some(tensor) = named(&name) else {
                let names = circuit.publics.iter().map(|tensor| tensor.name.as_str());
                let failure = wrong(format!("the program has no public tensor `{name}`"));
                let all: Vec<&str> = names.clone().collect();
                return Err(failure.hint(match suggest(&name, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if all.is_empty() => "it has none".to_string(),
                    None => format!("it has {}", all.join(", ")),
                }));
            };
            let shape: Vec<usize> = tensor.shape.iter().map(|&size| size as usize).collect();
            let mut data = Vec::new();
            flatten(&value, &shape, &mut Vec::new(), &mut data)
                .map_err(|what| wrong(format!("`{name}`{what}")))?;
            tensors.push((name, Tensor { shape, data }));
        }
        Ok(Self(tensors))
    }

    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Whether the statement has these tensors.
    ///
    /// # Errors
    /// The first element that differs.
    pub fn compare(&self, statement: &Statement) -> Result<(), String> {
        for (name, tensor) in &self.0 {
            let public = statement.publics.iter().find(|public| public.name == *name);
            let Some(public) = public else {
                unreachable!("expectations are of the circuit's tensors");
            };
            let mut both = public.elements.iter().zip(&tensor.data);
            if let Some(offset) = both.position(|(found, expected)| found != expected) {
                let at = tensor.position(offset);
                let (found, expected) = (public.elements[offset], tensor.data[offset]);
                return Err(format!(
                    "public tensor `{name}`: {name}{at:?} is {found} in the statement, \
                     {expected} is expected"
                ));
            }
        }
        Ok(())
    }
}

/// Appends the elements of nested arrays of exactly this shape; an error continues the name.
fn flatten(
    value: &Value,
    shape: &[usize],
    at: &mut Vec<usize>,
    data: &mut Vec<i64>,
) -> Result<(), String> {
    let place = |at: &[usize]| match at.is_empty() {
        true => String::new(),
        false => format!("{at:?}"),
    };
    let Some((&size, rest)) = shape.split_first() else {
        let element = value.as_i64();
        let element = element.ok_or_else(|| format!("{} is not an integer", place(at)))?;
        data.push(element);
        return Ok(());
    };
    match value {
        Value::Array(elements) if elements.len() == size => {
            for (k, element) in elements.iter().enumerate() {
                at.push(k);
                flatten(element, rest, at, data)?;
                at.pop();
            }
            Ok(())
        }
        _ => Err(format!("{} is not an array of length {size}", place(at))),
    }
}
