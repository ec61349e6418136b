//! What a program is given: its tensors, and the tables that come from outside.

use std::path::Path;

use attnc_compiler::diagnostic::Diagnostic;
use attnc_compiler::meaning::eval::Assignment;
use attnc_compiler::meaning::tensor::Tensor;

use crate::files::input::{self, Fault, InputError, Source};
use crate::files::kind::Kind;
use crate::files::{nested, sample};
use crate::library::error::Error;
use crate::library::program::Program;
use crate::session::statement::Digest;

/// A program's inputs: every one there, in its shape, each element in its range.
///
/// ```
/// # let source = "circuit twice { private input x[3] : 0..9  public output y[3] \
/// #     y[i in 3] = 2 * x[i] }";
/// # let program = attnc::Program::check("twice.attn", source, &[])?;
/// let x = attnc::Tensor { shape: vec![3], data: vec![1, 2, 8] };
/// let inputs = attnc::Inputs::of(&program, [("x", x)])?;
/// assert!(attnc::Inputs::parse(&program, br#"{"x": [1, 2, 9]}"#).is_err());
/// # let _ = inputs;
/// # Ok::<(), attnc::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The program that they were checked for.
    of: Digest,
    assignment: Assignment,
}

impl Inputs {
    pub(crate) fn checked(program: &Program, assignment: Assignment) -> Self {
        Self {
            of: program.digest(),
            assignment,
        }
    }

    /// What they are, to a program that they were checked for.
    #[doc(hidden)]
    pub fn assignment(&self, program: &Program) -> Result<&Assignment, Error> {
        match self.of == program.digest() {
            true => Ok(&self.assignment),
            false => Err(Error::refused("the inputs were read for another program")
                .hint("read them for this one, with these parameters")),
        }
    }

    /// Reads a file of inputs: JSON, npz, npy or safetensors, told by its content (spec 8.6); `-` is
    /// standard input.
    ///
    /// # Errors
    /// E078 to E083: it cannot be read, or has not the program's tensors.
    pub fn read(program: &Program, path: &Path) -> Result<Self, Error> {
        Self::read_all(program, &[Source { name: None, path }])
    }

    /// As [`Inputs::read`], from several files together, each with tensors by name, or with one whose
    /// name is given.
    ///
    /// # Errors
    /// As [`Inputs::read`]; and two files that give one tensor.
    pub fn read_all(program: &Program, sources: &[Source<'_>]) -> Result<Self, Error> {
        let read = input::read_all(sources, &program.graph);
        let assignment = read.map_err(|error| bad_input(program, sources, &error))?;
        Ok(Self::checked(program, assignment))
    }

    /// As [`Inputs::read`], from a file's bytes.
    ///
    /// # Errors
    /// As [`Inputs::read`].
    pub fn parse(program: &Program, bytes: &[u8]) -> Result<Self, Error> {
        let parsed = input::parse(bytes, &program.graph);
        let bad = |error: InputError| program.error(vec![error.diagnostic(&program.graph)]);
        let assignment = parsed.map_err(bad)?;
        Ok(Self::checked(program, assignment))
    }

    /// Inputs from memory, by name.
    ///
    /// # Errors
    /// E079 to E083: a tensor is missing, unknown, given twice, has another shape, or an element
    /// that is out of range.
    pub fn of<'a>(
        program: &Program,
        tensors: impl IntoIterator<Item = (&'a str, Tensor)>,
    ) -> Result<Self, Error> {
        let given = input::from_memory(tensors, &program.graph);
        let bad = |error: InputError| program.error(vec![error.diagnostic(&program.graph)]);
        let assignment = given.map_err(bad)?;
        Ok(Self::checked(program, assignment))
    }

    /// Inputs drawn at random in their ranges, the same for the same seed.
    pub fn sample(program: &Program, seed: u64) -> Self {
        Self::checked(program, sample::sample(&program.graph, seed))
    }

    /// As an input file in JSON.
    pub fn to_json(&self, program: &Program) -> String {
        nested::to_json(&program.graph, &self.assignment).to_string() + "\n"
    }

    /// As an input file in npz.
    ///
    /// # Errors
    /// That the archive would be too large.
    pub fn to_npz(&self, program: &Program) -> std::io::Result<Vec<u8>> {
        nested::to_npz(&program.graph, &self.assignment)
    }
}

impl Program {
    /// Gives tables from input the entries that some inputs have: they are part of what is laid out,
    /// and of the key.
    ///
    /// # Errors
    /// That the inputs are of another program.
    pub fn take_tables(&mut self, inputs: &Inputs) -> Result<(), Error> {
        let tables = inputs.assignment(self)?.tables.clone();
        self.learn_tables(&tables)
    }

    /// Reads the tables from input; `input` must be there if the program has any. What else the file
    /// has is checked.
    ///
    /// # Errors
    /// As [`Inputs::read`], or that there is no file where one is wanted.
    pub fn read_tables(&mut self, input: Option<&Path>) -> Result<(), Error> {
        let source = input.map(|path| Source { name: None, path });
        self.read_tables_of(source.as_slice())
    }

    /// As [`Program::read_tables`], from several files together, or none.
    ///
    /// # Errors
    /// As [`Program::read_tables`], and as [`Inputs::read_all`].
    pub fn read_tables_of(&mut self, sources: &[Source<'_>]) -> Result<(), Error> {
        if sources.is_empty() {
            return self.require_tables();
        }
        let read = input::read_tables(sources, &self.graph);
        let tables = read.map_err(|error| bad_input(self, sources, &error))?;
        self.learn_tables(&tables)
    }
}

impl Program {
    /// Gives tables from input their entries, from memory: what else is given is checked, and may be
    /// missing.
    ///
    /// # Errors
    /// As [`Inputs::of`], but for what is missing.
    pub fn take_entries<'a>(
        &mut self,
        tensors: impl IntoIterator<Item = (&'a str, Tensor)>,
    ) -> Result<(), Error> {
        let given = input::tables_from_memory(tensors, &self.graph);
        let tables = given.map_err(|error| self.error(vec![error.diagnostic(&self.graph)]))?;
        self.learn_tables(&tables)
    }
}

/// What is wrong with input files, of which one may be a file of another kind.
pub(crate) fn bad_input(program: &Program, sources: &[Source<'_>], error: &InputError) -> Error {
    let mut diagnostic = error.diagnostic(&program.graph);
    let path = match sources {
        [only] => Some(only.path),
        _ => error.file.as_deref().map(Path::new),
    };
    // What it says names the files already.
    let names_files = matches!(
        error.fault,
        Fault::Unreadable { .. } | Fault::Twice { files: Some(_), .. }
    );
    if let Some(path) = path {
        // Another kind of file is no damaged input.
        let found = Kind::at(path).filter(|kind| !kind.is_input());
        if let Some(kind) = found.filter(|_| ["E078", "E079"].contains(&diagnostic.code)) {
            let what = format!("this is {}, not an input file", kind.name());
            diagnostic = Diagnostic::new("E078", what).hint(kind.hint());
        }
        if !names_files {
            diagnostic.message = format!("{}: {}", path.display(), diagnostic.message);
        }
    }
    program.error(vec![diagnostic])
}
