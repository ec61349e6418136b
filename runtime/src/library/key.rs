//! What a verifier trusts: a program compiled, with the roots of its fixed columns.

use std::path::Path;

use attnc_compiler::diagnostic::Sources;
use attnc_compiler::meaning::tensor::Tensor;
use attnc_compiler::Compiled;

use crate::files::input::Source;
use crate::files::key as file;
use crate::files::key::KeyError;
use crate::library::error::Error;
use crate::library::inputs::Inputs;
use crate::library::layout::Layout;
use crate::library::options::Options;
use crate::library::program::Program;
#[cfg(feature = "prove")]
use crate::session::security::Setting;
use crate::session::statement::{fixed_digest, table_digest, Digest};

/// A verifying key, and its program compiled. Whoever verifies trusts it as it trusts a program:
/// the program in it is compiled again and held against it, its roots are taken as they are.
///
/// ```
/// # let source = "circuit twice { private input x[3] : 0..9  public output y[3] \
/// #     y[i in 3] = 2 * x[i] }";
/// # let program = attnc::Program::check("twice.attn", source, &[])?;
/// let key = attnc::Key::make(&program.lay_out(&attnc::Options::default())?);
/// let again = attnc::Key::parse(key.to_json().as_bytes())?;
/// assert_eq!(key.to_json(), again.to_json());
/// # Ok::<(), attnc::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Key {
    #[doc(hidden)]
    pub file: file::Key,
    #[doc(hidden)]
    pub compiled: Vec<Compiled>,
    /// The program that it is of.
    pub(crate) program: Program,
}

impl Key {
    /// The key of a layout, for every named security setting; for `standard` alone if the largest
    /// extension of its fixed columns is large (spec 7.3).
    #[cfg(feature = "prove")]
    pub fn make(layout: &Layout) -> Self {
        Self {
            file: file::Key::make(&layout.compiled),
            compiled: layout.compiled.clone(),
            program: layout.program.clone(),
        }
    }

    /// The key of a layout for the layout's own security alone.
    #[cfg(feature = "prove")]
    pub fn make_for(layout: &Layout) -> Self {
        let one: Vec<&[Setting]> = layout.settings.iter().map(std::slice::from_ref).collect();
        Self {
            file: file::Key::make_for(&layout.compiled, &one),
            compiled: layout.compiled.clone(),
            program: layout.program.clone(),
        }
    }

    /// Reads a key file and compiles its program.
    ///
    /// # Errors
    /// [`Error::Key`]: it is no key, of another version, or contradicts itself.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Ok(Self::compile(file::Key::read(path)?)?)
    }

    /// As [`Key::read`], from a file's bytes.
    ///
    /// # Errors
    /// As [`Key::read`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self::compile(file::Key::parse(bytes)?)?)
    }

    fn compile(file: file::Key) -> Result<Self, KeyError> {
        let compiled = file.compile()?;
        let (ast, graph) = (compiled[0].ast.clone(), compiled[0].graph.clone());
        let name = format!("{} (source)", file.circuit);
        Ok(Self {
            program: Program::of(name, Sources::of(&file.source), ast, graph),
            file,
            compiled,
        })
    }

    /// The key file's text: the same bytes for the same layout, on every machine.
    pub fn to_json(&self) -> String {
        self.file.to_json()
    }

    /// The program that it is of, as the key writes it, with the tables and fixed inputs that the key
    /// has or was given.
    pub fn program(&self) -> Program {
        self.program.clone()
    }

    /// The digest of every fixed input, in the program's order.
    pub fn fixed(&self) -> &[(String, Digest)] {
        &self.file.fixed
    }

    /// Reads the fixed inputs, which a key file has the digests of alone: a prover needs their elements, a
    /// verifier none.
    ///
    /// ```
    /// # let source = "circuit scaled { fixed input w[2] : -8..8  private input x[2] : 0..9 \
    /// #     public output y  y = sum(i in 2) w[i] * x[i] }";
    /// # let mut program = attnc::Program::check("scaled.attn", source, &[])?;
    /// let w = |last| attnc::Tensor { shape: vec![2], data: vec![-3, last] };
    /// program.take_fixed([("w", w(7))])?;
    /// let options = attnc::Options::default();
    /// let text = attnc::Key::make(&program.lay_out(&options)?).to_json();
    ///
    /// let mut key = attnc::Key::parse(text.as_bytes())?;
    /// assert!(key.layout(&options).is_err());
    /// assert!(key.take_fixed([("w", w(6))]).is_err());
    /// key.take_fixed([("w", w(7))])?;
    /// let prover_s = key.layout(&options)?;
    /// # let _ = prover_s;
    /// # Ok::<(), attnc::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Program::read_fixed`]; and a tensor that is not the key's.
    pub fn read_fixed(&mut self, sources: &[Source<'_>]) -> Result<(), Error> {
        let fixed = self.program.fixed_in(sources)?;
        self.give_fixed(fixed)
    }

    /// As [`Key::read_fixed`], from memory.
    ///
    /// # Errors
    /// As [`Key::read_fixed`].
    pub fn take_fixed<'a>(
        &mut self,
        tensors: impl IntoIterator<Item = (&'a str, Tensor)>,
    ) -> Result<(), Error> {
        let fixed = self.program.fixed_of(tensors)?;
        self.give_fixed(fixed)
    }

    /// Takes from some inputs the entries of tables that the key has the digests of alone: those that no
    /// circuit looks up at run time.
    ///
    /// # Errors
    /// That the inputs are of another program, or a table of theirs is not the key's.
    pub fn take_tables(&mut self, inputs: &Inputs) -> Result<(), Error> {
        let given = &inputs.assignment(&self.program)?.tables;
        let mut program = self.program.clone();
        let tables = program.graph.tables.iter_mut().zip(given);
        let missing = tables.filter(|(table, _)| table.from_input && table.entries.is_empty());
        let mut missing = missing.peekable();
        if missing.peek().is_none() {
            return Ok(());
        }
        for (table, entries) in missing {
            table.entries.clone_from(entries);
            let found = table_digest(table);
            let known = self
                .file
                .tables
                .iter()
                .find(|(name, _)| *name == table.name);
            if let Some((name, expected)) = known.filter(|(_, known)| *known != found) {
                return Err(not_of_key("table", name, found, *expected)
                    .hint("give that one, or make another key"));
            }
        }
        program.learn()?;
        self.learned(program)
    }

    fn give_fixed(&mut self, fixed: Vec<Tensor>) -> Result<(), Error> {
        for (tensor, (name, expected)) in fixed.iter().zip(&self.file.fixed) {
            let shape: Vec<u64> = tensor.shape.iter().map(|&size| size as u64).collect();
            let found = fixed_digest(&shape, &tensor.data);
            if found != *expected {
                return Err(not_of_key("fixed input", name, found, *expected)
                    .hint("give the file that the key was made with, or make another key"));
            }
        }
        let mut program = self.program.clone();
        program.give_fixed(fixed)?;
        self.learned(program)
    }

    /// The same circuits, with what their provers need.
    fn learned(&mut self, program: Program) -> Result<(), Error> {
        if program.is_learned() {
            self.compiled = self.file.lay_out(&program.ast, &program.graph)?;
        }
        self.program = program;
        Ok(())
    }

    /// From now on errors are of this text of the key's program.
    #[doc(hidden)]
    pub fn as_written(&mut self, mut program: Program) {
        let tables = program.graph.tables.iter_mut();
        for (table, keyed) in tables.zip(&self.program.graph.tables) {
            table.entries.clone_from(&keyed.entries);
        }
        program.graph.known.clone_from(&self.program.graph.known);
        program.waiting.clone_from(&self.program.waiting);
        self.program = program;
    }

    /// The layout that it is of, to prove at the security of `options`, which choose nothing else.
    ///
    /// # Errors
    /// A floor that no setting reaches, or a setting that the key has no roots for; a table or a fixed
    /// input that the key does not have and was not given.
    pub fn layout(&self, options: &Options) -> Result<Layout, Error> {
        self.program.ready()?;
        let mut parts = self.compiled.iter();
        let hides = parts.any(|part| part.choices.least_bits.is_some());
        if options.hides() && !hides {
            let what = "the key is of proofs that do not hide";
            return Err(Error::refused(what).hint("make one with --hiding"));
        }
        let mut settings = Vec::new();
        let mut roots = Vec::new();
        for (part, compiled) in self.compiled.iter().enumerate() {
            let setting = options.settle(compiled)?;
            let expected = self.file.expected(&self.compiled, part, setting)?;
            roots.push(expected.preprocessed.to_vec());
            settings.push(setting);
        }
        Ok(Layout {
            program: self.program(),
            compiled: self.compiled.clone(),
            settings,
            roots: Some(roots),
        })
    }
}

fn not_of_key(what: &str, name: &str, found: Digest, expected: Digest) -> Error {
    Error::refused(format!(
        "{what} `{name}` is not that of the key: its digest is {found}, the key is for {expected}"
    ))
}
