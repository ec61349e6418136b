//! A program that is checked: what it takes, what it gives, and under which plans.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use attnc_compiler::analyse_with;
use attnc_compiler::diagnostic::{Diagnostic, Sources};
use attnc_compiler::meaning::dims::max_sizes;
use attnc_compiler::meaning::graph::{Graph, PlanDecl, Visibility};
use attnc_compiler::meaning::tensor::Tensor;
use attnc_compiler::plan::text::{choose, is_text};
use attnc_compiler::plan::{partition, Plan};
use attnc_compiler::syntax::ast::Ast;
use attnc_compiler::syntax::expand::{no_files, Loaded, Loader};
use attnc_compiler::syntax::parse::decode;
pub use attnc_compiler::syntax::parse::MAX_SOURCE;

use crate::files;
use crate::files::kind::Kind;
use crate::library::error::{Error, Errors};
use crate::session::statement::{program_digest, Digest};

/// A program that is checked, with its parameters set.
///
/// ```
/// let source = "circuit twice(n = 3) { private input x[n] : 0..9  public output y[n]
///     y[i in n] = 2 * x[i] }";
/// let program = attnc::Program::check("twice.attn", source, &[("n".into(), 5)])?;
/// assert_eq!(program.name(), "twice");
/// assert_eq!(program.inputs().next().unwrap().shape, [5]);
/// # Ok::<(), attnc::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Program {
    #[doc(hidden)]
    pub file: String,
    /// Its own text, and those that it uses.
    #[doc(hidden)]
    pub sources: Sources,
    /// As it was written, definitions included.
    #[doc(hidden)]
    pub written: Ast,
    /// Without definitions.
    #[doc(hidden)]
    pub ast: Ast,
    #[doc(hidden)]
    pub graph: Graph,
    /// By fixed input.
    pub(crate) fixed_shapes: Vec<Vec<u64>>,
    /// The fixed inputs, while tables that values need beside them have no entries.
    pub(crate) waiting: Option<Arc<Vec<Tensor>>>,
}

/// A tensor that a program takes or gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo<'a> {
    pub name: &'a str,
    /// Whether a proof's statement has its elements. (Of a fixed input it has a digest.)
    pub public: bool,
    /// Empty for a scalar.
    pub shape: &'a [u64],
    /// The least and the largest integer that an element may be.
    pub range: (i64, i64),
}

impl Program {
    /// Reads a program's file and those that it uses, which lie beside it, and checks it, with some of its
    /// parameters set; `-` is standard input.
    ///
    /// # Errors
    /// [`Error::File`], or everything that is wrong with the program.
    pub fn read(path: &Path, params: &[(String, i64)]) -> Result<Self, Error> {
        let source = text_of(path)?;
        let file = path.display().to_string();
        let folder = folder_of(path);
        Self::with(&file, &source, params, &|used| beside(folder, used))
    }

    /// Checks a program's text, with some of its parameters set. `file` is what errors call it. It uses
    /// no other files, but may use what ships with attnc.
    ///
    /// # Errors
    /// Everything that is wrong with the program, or a parameter that it does not have.
    pub fn check(file: &str, source: &str, params: &[(String, i64)]) -> Result<Self, Error> {
        Self::with(file, source, params, &no_files)
    }

    pub(crate) fn with(
        file: &str,
        source: &str,
        params: &[(String, i64)],
        load: &Loader<'_>,
    ) -> Result<Self, Error> {
        match analyse_with(source, params, load) {
            Ok(found) => Ok(Self {
                written: found.written,
                ..Self::of(file.to_string(), found.sources, found.ast, found.graph)
            }),
            Err(refused) => Err(wrong(file, &refused.sources, refused.errors)),
        }
    }

    pub(crate) fn of(file: String, sources: Sources, ast: Ast, graph: Graph) -> Self {
        let shapes = graph
            .fixed_inputs()
            .map(|(_, fixed)| max_sizes(&fixed.dims));
        Self {
            file,
            sources,
            written: ast.clone(),
            ast,
            fixed_shapes: shapes.collect(),
            graph,
            waiting: None,
        }
    }

    /// A text of the program that needs no other file: its own, unless it uses some.
    #[doc(hidden)]
    pub fn alone(&self) -> String {
        match self.written.uses.is_empty() {
            true => self.sources.text().to_string(),
            false => self.ast.to_string(),
        }
    }

    /// The circuit's name.
    pub fn name(&self) -> &str {
        &self.graph.name
    }

    /// Every parameter with its value, in the program's order.
    pub fn params(&self) -> Vec<(String, i64)> {
        let params = self.graph.params.iter();
        params.map(|p| (p.name.clone(), p.value)).collect()
    }

    /// What identifies the program with its parameters in a key and in a statement; its tables from
    /// input and its fixed inputs have digests of their own.
    pub fn digest(&self) -> Digest {
        program_digest(&self.ast.to_string(), &self.params())
    }

    /// What identifies the program's text, whatever its parameters: the subject of a study.
    pub fn text_digest(&self) -> Digest {
        Digest::of("attnc study 1", self.ast.to_string().as_bytes())
    }

    /// The tensors that it takes.
    pub fn inputs(&self) -> impl Iterator<Item = TensorInfo<'_>> {
        self.graph.inputs.iter().map(|input| TensorInfo {
            name: &input.name,
            public: input.visibility == Visibility::Public,
            shape: &input.shape,
            range: (input.range.lo as i64, input.range.hi as i64),
        })
    }

    /// The tensors that it gives.
    pub fn outputs(&self) -> impl Iterator<Item = TensorInfo<'_>> {
        self.graph.outputs.iter().map(|output| TensorInfo {
            name: &output.name,
            public: output.visibility == Visibility::Public,
            shape: &output.shape,
            range: (output.range.lo as i64, output.range.hi as i64),
        })
    }

    /// The names of its plans, the first being the one that is taken where none is asked for.
    pub fn plans(&self) -> impl Iterator<Item = &str> {
        self.graph.plans.iter().map(|plan| plan.name.as_str())
    }

    /// Whether a table's entries come from an input file.
    pub fn wants_tables(&self) -> bool {
        self.graph.tables.iter().any(|table| table.from_input)
    }

    /// That every table from input has its entries, as many as its domain, each in its range: the
    /// circuit rests on that.
    pub(crate) fn require_tables(&self) -> Result<(), Error> {
        for table in self.graph.tables.iter().filter(|table| table.from_input) {
            let name = &table.name;
            if table.entries.is_empty() {
                let what = format!("table `{name}` comes from the input file");
                return Err(Error::refused(what).hint("give the file with --input"));
            }
            let fits = |entry: &i64| table.range.contains((*entry).into());
            if table.entries.len() as i128 != table.domain.size() || !table.entries.iter().all(fits)
            {
                let what = format!("the entries of table `{name}` are not what it declares");
                return Err(Error::refused(what));
            }
        }
        Ok(())
    }

    /// Gives tables whose entries do not matter now, and are not given, the least of their range.
    #[doc(hidden)]
    pub fn assume_tables(&mut self) {
        for table in self.graph.tables.iter_mut().filter(|t| t.from_input) {
            if table.entries.is_empty() {
                table.entries = vec![table.range.lo as i64; table.domain.size() as usize];
            }
        }
    }

    #[doc(hidden)]
    pub fn set_tables(&mut self, tables: &[Vec<i64>]) {
        for (table, entries) in self.graph.tables.iter_mut().zip(tables) {
            if table.from_input {
                table.entries.clone_from(entries);
            }
        }
        self.graph.known = None;
    }

    /// Errors of this program.
    #[doc(hidden)]
    pub fn error(&self, diagnostics: Vec<Diagnostic>) -> Error {
        wrong(&self.file, &self.sources, self.sources.resolve(diagnostics))
    }

    /// The plan of this name or text, or the first one.
    #[doc(hidden)]
    pub fn plan(&self, plan: Option<&str>) -> Result<Cow<'_, PlanDecl>, Error> {
        choose(&self.ast, &self.graph, plan).map_err(|errors| self.plan_error(plan, errors))
    }

    /// Partitions under the plan of this name or text, or the first one.
    #[doc(hidden)]
    pub fn partition(&self, plan: Option<&str>) -> Result<Plan, Error> {
        partition(&self.graph, &*self.plan(plan)?).map_err(|errors| self.plan_error(plan, errors))
    }

    fn plan_error(&self, plan: Option<&str>, diagnostics: Vec<Diagnostic>) -> Error {
        let error = self.error(diagnostics);
        match plan.filter(|plan| is_text(plan)) {
            Some(text) => error.of_plan(text),
            None => error,
        }
    }
}

/// The text of a program's file.
pub(crate) fn text_of(path: &Path) -> Result<String, Error> {
    let read = files::read_start(path, MAX_SOURCE as u64 + 1);
    let bytes = read.map_err(|error| Error::file(path, "read", error))?;
    let unreadable = |error| {
        let readable = String::from_utf8_lossy(&bytes);
        let file = path.display().to_string();
        wrong(&file, &Sources::of(&readable), vec![error])
    };
    Ok(text_in(path, &bytes).map_err(unreadable)?.to_string())
}

pub(crate) fn wrong(file: &str, sources: &Sources, diagnostics: Vec<Diagnostic>) -> Error {
    Error::Program(Errors {
        file: file.to_string(),
        source: sources.text().to_string(),
        used: sources.used().to_vec(),
        plan: None,
        diagnostics,
    })
}

/// Where a program lies, and what it uses beside it.
pub(crate) fn folder_of(program: &Path) -> &Path {
    program.parent().unwrap_or(Path::new(""))
}

/// A text that a program in a folder uses.
pub(crate) fn beside(folder: &Path, used: &str) -> Result<Loaded, String> {
    let path = folder.join(used);
    let bytes = files::read_start(&path, MAX_SOURCE as u64 + 1);
    Ok(Loaded {
        name: path.display().to_string(),
        bytes: bytes.map_err(|error| error.to_string())?,
    })
}

/// The text that a program's file has in these bytes.
///
/// # Errors
/// Where the bytes are no text, or plainly of something else.
#[doc(hidden)]
pub fn text_in<'b>(path: &Path, bytes: &'b [u8]) -> Result<&'b str, Diagnostic> {
    unless_program(path, bytes)?;
    decode(bytes)
}

/// An error of a source that is plainly no program: E004 for what is no text, else E003.
fn unless_program(path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    let Some(kind) = Kind::of(bytes).filter(|kind| *kind != Kind::Program) else {
        return Ok(());
    };
    let mut message = format!("{} is {}, not a program", path.display(), kind.name());
    let code = match std::str::from_utf8(bytes) {
        Ok(_) => "E003",
        Err(_) => {
            message += ": it is not UTF-8 text";
            "E004"
        }
    };
    Err(Diagnostic::new(code, message).hint(kind.hint()))
}
