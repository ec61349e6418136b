//! Public tensors that a verifier holds against a statement.

use std::path::Path;

use attnc::claim::whole::{showing, statements, Publics, Reading};
use attnc::files::input::{self, Fault};
use attnc_compiler::meaning::dims::{dim_size, for_each_point, Dim};
use attnc_compiler::meaning::graph::Visibility;
use attnc_compiler::Compiled;

use crate::cli::failure::Failure;
use crate::cli::verdict::listed_names;

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
    /// Reads public tensors by name, as JSON or npz, in the shapes that the program has them in.
    /// What `attnc run` writes is read too.
    pub fn read(path: &Path, parts: &[Compiled]) -> Result<Self, Failure> {
        let tensors_of_program = known(parts);
        let publics = tensors_of_program.iter().map(|(name, dims)| {
            // No dimension of theirs grows.
            let sizes = dims.iter().map(|&dim| dim_size(dim, &[]) as usize);
            (name.as_str(), sizes.collect())
        });
        let found = input::read_publics(path, publics).map_err(|error| {
            let message = error.message();
            let failure = Failure::misuse(match &error.fault {
                // It names the file already.
                Fault::Unreadable { .. } => message,
                _ => format!("{}: {message}", path.display()),
            });
            match error.remedy() {
                Some(remedy) => failure.hint(remedy),
                None => failure,
            }
        })?;
        let given = tensors_of_program.into_iter().zip(found);
        let given = given.filter_map(|((name, dims), elements)| {
            elements.map(|elements| Expected {
                name,
                dims,
                elements,
            })
        });
        Ok(Self(given.collect()))
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
