//! Public tensors that a verifier holds against a statement.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use attnc::whole::{showing, statements, Publics, Reading};
use attnc_compiler::circuit::{dim_size, for_each_point, Dim};
use attnc_compiler::diagnostic::suggest;
use attnc_compiler::graph::Visibility;
use attnc_compiler::Compiled;
use serde_json::Value;

use crate::failure::Failure;
use crate::verdict::listed_names;

/// Bytes of a file of expectations at most.
const MAX_BYTES: u64 = 1 << 30;

/// Tensors by name, in the shapes that the program has them in.
#[derive(Default)]
pub struct Expectations(Vec<Expected>);

struct Expected {
    name: String,
    dims: Vec<Dim>,
    /// Those that exist, in lexicographic order.
    elements: Vec<i64>,
}

impl Expectations {
    /// Reads a JSON object of nested arrays by the name of a public tensor. What `attnc run
    /// --json` prints, `{"outputs": {...}}`, is one too.
    pub fn read(path: &Path, parts: &[Compiled]) -> Result<Self, Failure> {
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
        let tensors_of_program = known(parts);
        let named = |name: &str| {
            let found = tensors_of_program.iter().find(|(known, _)| known == name);
            found.map(|(_, dims)| dims.clone())
        };
        if object.len() == 1 && named("outputs").is_none() {
            if let Some(Value::Object(outputs)) = object.get("outputs") {
                object = outputs.clone();
            }
        }
        let mut tensors = Vec::new();
        for (name, value) in object {
            let Some(dims) = named(&name) else {
                let names = tensors_of_program.iter().map(|(name, _)| name.as_str());
                let failure = wrong(format!("the program has no public tensor `{name}`"));
                let all: Vec<&str> = names.clone().collect();
                return Err(failure.hint(match suggest(&name, names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None if all.is_empty() => "it has none".to_string(),
                    None => format!("it has {}", all.join(", ")),
                }));
            };
            let mut elements = Vec::new();
            flatten(&value, &dims, &mut Vec::new(), &mut elements)
                .map_err(|what| wrong(format!("`{name}`{what}")))?;
            tensors.push(Expected {
                name,
                dims,
                elements,
            });
        }
        Ok(Self(tensors))
    }

    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(|tensor| tensor.name.as_str()).collect()
    }

    /// Whether the statements show these tensors: see [`Publics::complete`].
    ///
    /// # Errors
    /// The first tensor that they do not show whole, or element that differs.
    pub fn compare(&self, parts: &[Compiled], readings: &[Reading]) -> Result<(), String> {
        let read = statements(readings);
        let publics = Publics::of(parts, &read).map_err(|rejection| rejection.to_string())?;
        let shown = publics.complete();
        for tensor in &self.0 {
            let name = &tensor.name;
            let Some(public) = shown.iter().find(|public| public.name == *name) else {
                let part = |part: usize| parts[part].circuit.part.as_str();
                let absent = showing(parts, name).into_iter();
                let absent = absent.filter(|part| read.iter().all(|(there, _)| there != part));
                let absent: Vec<&str> = absent.map(part).collect();
                return Err(format!(
                    "public tensor `{name}` is expected, and not shown here: the proof of {} shows \
                     it, what other parts are only given of it does not count",
                    listed_names(&absent)
                ));
            };
            let (found, expected) = (&public.elements, &tensor.elements);
            if found.len() != expected.len() {
                return Err(format!(
                    "public tensor `{name}` has {} elements in the statement, {} are expected",
                    found.len(),
                    expected.len()
                ));
            }
            let mut both = found.iter().zip(expected);
            if let Some(offset) = both.position(|(found, expected)| found != expected) {
                let mut point = Vec::new();
                for_each_point(&tensor.dims, &mut |number, at| {
                    if number == offset {
                        point = at.to_vec();
                    }
                });
                return Err(format!(
                    "public tensor `{name}`: {name}{point:?} is {} in the statement, {} is expected",
                    found[offset], expected[offset]
                ));
            }
        }
        Ok(())
    }
}

/// The program's public tensors, with their shapes.
fn known(parts: &[Compiled]) -> Vec<(String, Vec<Dim>)> {
    let Some(first) = parts.first() else {
        return Vec::new();
    };
    let graph = &first.graph;
    let dims = |shape: &[u64]| shape.iter().map(|&size| Dim::Static(size)).collect();
    let inputs = graph
        .inputs
        .iter()
        .filter(|t| t.visibility == Visibility::Public);
    let inputs = inputs.map(|input| (input.name.clone(), dims(&input.shape)));
    let outputs = graph
        .outputs
        .iter()
        .filter(|t| t.visibility == Visibility::Public);
    let outputs = outputs.map(|output| (output.name.clone(), dims(&output.shape)));
    inputs.chain(outputs).collect()
}

/// Appends the elements of nested arrays of exactly these dimensions; an error continues the name.
fn flatten(
    value: &Value,
    dims: &[Dim],
    at: &mut Vec<i64>,
    data: &mut Vec<i64>,
) -> Result<(), String> {
    let place = |at: &[i64]| match at.is_empty() {
        true => String::new(),
        false => format!("{at:?}"),
    };
    let Some(&dim) = dims.get(at.len()) else {
        let element = value.as_i64();
        let element = element.ok_or_else(|| format!("{} is not an integer", place(at)))?;
        data.push(element);
        return Ok(());
    };
    let size = dim_size(dim, at) as usize;
    match value {
        Value::Array(elements) if elements.len() == size => {
            for (k, element) in (0..).zip(elements) {
                at.push(k);
                flatten(element, dims, at, data)?;
                at.pop();
            }
            Ok(())
        }
        _ => Err(format!("{} is not an array of length {size}", place(at))),
    }
}
