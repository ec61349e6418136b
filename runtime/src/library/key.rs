//! What a verifier trusts: a program compiled, with the roots of its fixed columns.

use std::path::Path;

use attnc_compiler::Compiled;

use crate::files::key as file;
use crate::files::key::KeyError;
use crate::library::error::Error;
use crate::library::layout::Layout;
use crate::library::options::Options;
use crate::library::program::Program;
#[cfg(feature = "prove")]
use crate::session::security::Setting;

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
}

impl Key {
    /// The key of a layout, for every named security setting; for `standard` alone if the largest
    /// extension of its fixed columns is large (spec 7.3).
    #[cfg(feature = "prove")]
    pub fn make(layout: &Layout) -> Self {
        Self {
            file: file::Key::make(&layout.compiled),
            compiled: layout.compiled.clone(),
        }
    }

    /// The key of a layout for the layout's own security alone.
    #[cfg(feature = "prove")]
    pub fn make_for(layout: &Layout) -> Self {
        let one: Vec<&[Setting]> = layout.settings.iter().map(std::slice::from_ref).collect();
        Self {
            file: file::Key::make_for(&layout.compiled, &one),
            compiled: layout.compiled.clone(),
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
        Ok(Self { file, compiled })
    }

    /// The key file's text: the same bytes for the same layout, on every machine.
    pub fn to_json(&self) -> String {
        self.file.to_json()
    }

    /// The program that it is of, as the key writes it, with its tables.
    pub fn program(&self) -> Program {
        let compiled = &self.compiled[0];
        Program {
            file: format!("{} (source)", self.file.circuit),
            source: self.file.source.clone(),
            ast: compiled.ast.clone(),
            graph: compiled.graph.clone(),
        }
    }

    /// The layout that it is of, to prove at the security of `options`, which choose nothing else.
    ///
    /// # Errors
    /// A floor that no setting reaches, or a setting that the key has no roots for.
    pub fn layout(&self, options: &Options) -> Result<Layout, Error> {
        let mut settings = Vec::new();
        let mut roots = Vec::new();
        for (part, compiled) in self.compiled.iter().enumerate() {
            let setting = options.settle(&compiled.circuit)?;
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
