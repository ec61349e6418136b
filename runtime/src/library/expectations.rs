//! Public tensors that a verifier holds against a statement.

use std::path::Path;

use attnc_compiler::meaning::dims::{dim_size, for_each_point, Dim};
use attnc_compiler::meaning::graph::Visibility;
use attnc_compiler::Compiled;

use crate::claim::whole::{showing, statements, Publics, Reading};
use crate::files::input::{self, Fault, InputError};
use crate::library::error::Error;
use crate::library::key::Key;
use crate::library::words::listed_names;
use crate::session::statement::Digest;

/// Tensors by name, in the shapes that the program has them in.
///
/// ```
/// # let source = "circuit twice { private input x[3] : 0..9  public output y[3] \
/// #     y[i in 3] = 2 * x[i] }";
/// # let program = attnc::Program::check("twice.attn", source, &[])?;
/// # let layout = program.lay_out(&attnc::Options::default())?;
/// # let inputs = attnc::Inputs::parse(&program, br#"{"x": [1, 2, 8]}"#)?;
/// # let proof = attnc::Prover::new(&layout).prove(&inputs, "", &|_| ().into_continue())?;
/// # trait Go { fn into_continue(self) -> std::ops::ControlFlow<()>; }
/// # impl Go for () { fn into_continue(self) -> std::ops::ControlFlow<()> { std::ops::ControlFlow::Continue(()) } }
/// let key = attnc::Key::make(&layout);
/// let demands = |y: &str| -> Result<attnc::Demands, attnc::Error> {
///     let expected = attnc::Expectations::parse(&key, y.as_bytes())?;
///     Ok(attnc::Demands { expected, ..Default::default() })
/// };
/// assert!(attnc::verify(&key, &proof, &demands(r#"{"y": [2, 4, 16]}"#)?).is_ok());
/// assert!(attnc::verify(&key, &proof, &demands(r#"{"y": [2, 4, 18]}"#)?).is_err());
/// # Ok::<(), attnc::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    /// The file that has them, if they come from one.
    file: Option<String>,
    /// The program that they were read for.
    of: Option<Digest>,
    tensors: Vec<Expected>,
}

#[derive(Clone, Debug)]
struct Expected {
    name: String,
    dims: Vec<Dim>,
    /// Those that exist, in lexicographic order.
    elements: Vec<i64>,
}

impl Expectations {
    /// Reads public tensors by name, in any format of inputs, in the shapes that the program has them in.
    /// What `attnc run` writes is read too.
    ///
    /// # Errors
    /// That the file is none of these, or has a tensor that the program does not show.
    pub fn read(key: &Key, path: &Path) -> Result<Self, Error> {
        let known = known(&key.compiled);
        let found = input::read_publics(path, sized(&known));
        let found = found.map_err(|error| unread(path, &error))?;
        let file = Some(path.display().to_string());
        let expected = Self::of(known, found);
        let of = Some(key.file.program);
        Ok(Self {
            file,
            of,
            ..expected
        })
    }

    /// As [`Expectations::read`], from a file's bytes.
    ///
    /// # Errors
    /// As [`Expectations::read`].
    pub fn parse(key: &Key, bytes: &[u8]) -> Result<Self, Error> {
        let known = known(&key.compiled);
        let found = input::parse_publics(bytes, sized(&known));
        let found = found.map_err(|error| Error::refused(error.message()))?;
        let of = Some(key.file.program);
        Ok(Self {
            of,
            ..Self::of(known, found)
        })
    }

    fn of(known: Vec<(String, Vec<Dim>)>, found: Vec<Option<Vec<i64>>>) -> Self {
        let given = known.into_iter().zip(found);
        let given = given.filter_map(|((name, dims), elements)| {
            elements.map(|elements| Expected {
                name,
                dims,
                elements,
            })
        });
        Self {
            file: None,
            of: None,
            tensors: given.collect(),
        }
    }

    /// The tensors that are expected.
    pub fn names(&self) -> Vec<&str> {
        self.tensors
            .iter()
            .map(|tensor| tensor.name.as_str())
            .collect()
    }

    /// Whether the statements show these tensors: see [`Publics::complete`]; if not, the first
    /// tensor that they do not show whole, or element that differs.
    pub(crate) fn compare(&self, key: &Key, readings: &[Reading]) -> Result<(), String> {
        let parts = &key.compiled;
        if self.of.is_some_and(|of| of != key.file.program) {
            return Err("what is expected was read for the key of another program".into());
        }
        let read = statements(readings);
        let publics = Publics::of(parts, &read).map_err(|rejection| rejection.to_string())?;
        let shown = publics.complete();
        for tensor in &self.tensors {
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
                let point = match point.as_slice() {
                    [] => String::new(),
                    point => format!("{point:?}"),
                };
                let file = self.file.as_ref();
                let file = file.map_or(String::new(), |file| format!(", in {file}"));
                return Err(format!(
                    "public tensor `{name}`: {name}{point} is {} in the statement, {} is expected{file}",
                    found[offset], expected[offset]
                ));
            }
        }
        Ok(())
    }
}

/// Why a file of expected tensors cannot be read.
#[doc(hidden)]
pub fn unread(path: &Path, error: &InputError) -> Error {
    let message = error.message();
    let refused = Error::refused(match &error.fault {
        // It names the file already.
        Fault::Unreadable { .. } => message,
        _ => {
            let message = message.replace("the input file", "the file");
            format!("{}: {message}", path.display())
        }
    });
    match (&error.fault, error.remedy()) {
        // What is expected has no flag that names it.
        (Fault::LoneArray { example, .. }, _) => {
            let name = example.as_deref().unwrap_or("name");
            refused.hint(format!(
                "put it into an npz: numpy.savez(\"out.npz\", {name}=numpy.load(\"out.npy\"))"
            ))
        }
        (_, Some(remedy)) => refused.hint(remedy),
        (_, None) => refused,
    }
}

/// No dimension of theirs grows.
fn sized(known: &[(String, Vec<Dim>)]) -> impl Iterator<Item = (&str, Vec<usize>)> {
    known.iter().map(|(name, dims)| {
        let sizes = dims.iter().map(|&dim| dim_size(dim, &[]) as usize);
        (name.as_str(), sizes.collect())
    })
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
