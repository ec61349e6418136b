//! A checked program.

use std::ops::ControlFlow;
use std::path::PathBuf;

use attnc::{Contract, Error, Inputs, Options, Tensor, TensorInfo};
use pyo3::prelude::*;
use serde_json::{json, Value};

use crate::error::{raised, refused};
use crate::key::{whole_file, Key};
use crate::patience::{interruptible, watched, Telling};
use crate::tensor::{arrays, tensors, Arrays, Given, Named};

/// Name, whether it is public, shape, the least and the largest element.
type Info = (String, bool, Vec<u64>, (i64, i64));

#[pyclass(frozen, module = "attnc._attnc")]
#[derive(Clone)]
pub struct Program {
    inner: attnc::Program,
}

impl From<attnc::Program> for Program {
    fn from(inner: attnc::Program) -> Self {
        Self { inner }
    }
}

fn info(tensor: TensorInfo<'_>) -> Info {
    let name = tensor.name.to_string();
    (name, tensor.public, tensor.shape.to_vec(), tensor.range)
}

/// How a layout is chosen: the plan, the security, the objective, how sums of products are proved,
/// GiB that a floor's setting may need, and whether proofs hide.
#[derive(FromPyObject)]
pub struct Chosen(
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<f64>,
    bool,
);

impl Chosen {
    pub fn options(self) -> PyResult<Options> {
        fn parsed<T: std::str::FromStr>(text: Option<String>, default: T) -> PyResult<T>
        where
            T::Err: std::fmt::Display,
        {
            let read = |text: String| {
                text.parse()
                    .map_err(|e: T::Err| refused(&e.to_string(), None))
            };
            text.map_or(Ok(default), read)
        }
        let Self(plan, security, objective, contract, memory, hiding) = self;
        let default = Options::default();
        Ok(Options {
            plan,
            security: parsed(security, default.security)?,
            objective: parsed(objective, default.objective)?,
            contract: match contract.as_deref() {
                None | Some("auto") => Contract::Auto,
                Some("unrolled") => Contract::Unrolled,
                Some("evaluated") => Contract::Evaluated,
                Some(other) => {
                    let hint = Some("write auto, unrolled or evaluated".into());
                    return Err(refused(&format!("`{other}` is no contract"), hint));
                }
            },
            memory_gib: memory.unwrap_or(default.memory_gib),
            hiding,
        })
    }
}

#[pymethods]
impl Program {
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf, params: Vec<(String, i64)>) -> PyResult<Self> {
        interruptible(py, move || attnc::Program::read(&path, &params)).map(Self::from)
    }

    #[staticmethod]
    fn compile(
        py: Python<'_>,
        source: String,
        file: String,
        params: Vec<(String, i64)>,
    ) -> PyResult<Self> {
        interruptible(py, move || attnc::Program::check(&file, &source, &params)).map(Self::from)
    }

    /// What errors call its text.
    #[getter]
    fn file(&self) -> &str {
        &self.inner.file
    }

    #[getter]
    fn name(&self) -> &str {
        self.inner.name()
    }

    #[getter]
    fn params(&self) -> Vec<(String, i64)> {
        self.inner.params()
    }

    #[getter]
    fn digest(&self) -> String {
        self.inner.digest().to_string()
    }

    #[getter]
    fn source(&self) -> String {
        self.inner.alone()
    }

    #[getter]
    fn inputs(&self) -> Vec<Info> {
        self.inner.inputs().map(info).collect()
    }

    #[getter]
    fn outputs(&self) -> Vec<Info> {
        self.inner.outputs().map(info).collect()
    }

    #[getter]
    fn fixed(&self) -> Vec<Info> {
        self.inner.fixed().map(info).collect()
    }

    /// The tables whose entries are an input.
    #[getter]
    fn tables(&self) -> Vec<Info> {
        let tables = self.inner.graph.tables.iter();
        let from_input = tables.filter(|table| table.from_input);
        let info = from_input.map(|table| {
            let range = (table.range.lo as i64, table.range.hi as i64);
            (table.name.clone(), false, table.shape(), range)
        });
        info.collect()
    }

    #[getter]
    fn plans(&self) -> Vec<String> {
        self.inner.plans().map(str::to_string).collect()
    }

    /// The fixed inputs that it has.
    fn fixed_tensors<'py>(&self, py: Python<'py>) -> PyResult<Arrays<'py>> {
        named_fixed(py, &self.inner)
    }

    /// The same program with its fixed inputs.
    fn with_fixed(&self, py: Python<'_>, fixed: Named<'_>) -> PyResult<Self> {
        let (mut given, mut program) = (tensors(&fixed)?, self.inner.clone());
        interruptible(py, move || {
            program.take_fixed(given.take())?;
            Ok(Self::from(program))
        })
    }

    /// As `with_fixed`, from a file.
    fn read_fixed(&self, py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let mut program = self.inner.clone();
        interruptible(py, move || {
            program.read_fixed(&[whole_file(&path)])?;
            Ok(Self::from(program))
        })
    }

    /// The same program with fixed inputs drawn at random.
    fn with_sampled(&self, py: Python<'_>, seed: u64) -> PyResult<Self> {
        let mut program = self.inner.clone();
        interruptible(py, move || {
            program.sample_fixed(seed)?;
            Ok(Self::from(program))
        })
    }

    /// Every output of a run, by name, and what `show` names.
    fn run<'py>(
        &self,
        py: Python<'py>,
        given: Named<'_>,
        show: Vec<String>,
    ) -> PyResult<Arrays<'py>> {
        let (given, mut program) = (tensors(&given)?, self.inner.clone());
        let ran = interruptible(py, move || {
            let inputs = inputs_of(&program, given)?;
            program.take_tables(&inputs)?;
            let run = program.run(&inputs)?;
            let outputs = run
                .outputs()
                .map(|(name, tensor)| (name.to_string(), tensor));
            let mut all: Vec<(String, Tensor)> = outputs.collect();
            for name in &show {
                all.extend(run.named(name)?);
            }
            Ok(all)
        });
        arrays(py, ran?)
    }

    /// Inputs drawn at random in their ranges, as an input file in JSON.
    fn sample(&self, seed: u64) -> String {
        Inputs::sample(&self.inner, seed).to_json(&self.inner)
    }

    /// The key of the layout that costs least, of a program that has its fixed inputs.
    fn key(&self, py: Python<'_>, tables: Named<'_>, chosen: Chosen) -> PyResult<Key> {
        let asked = chosen.1.is_some();
        let (tables, options) = (tensors(&tables)?, chosen.options()?);
        let program = self.clone();
        interruptible(py, move || {
            let layout = program.layout(tables, &options)?;
            // Without a security the key serves every setting that has a name.
            Ok(Key::from(match asked {
                true => attnc::Key::make_for(&layout),
                false => attnc::Key::make(&layout),
            }))
        })
    }

    /// What every part of a plan comes to, as JSON.
    fn inspect(&self, py: Python<'_>, tables: Named<'_>, chosen: Chosen) -> PyResult<String> {
        let (tables, options) = (tensors(&tables)?, chosen.options()?);
        let program = self.clone();
        interruptible(py, move || {
            Ok(inspected(&program.layout(tables, &options)?).to_string())
        })
    }

    /// Every boundary that the program offers, priced, as JSON. `watch` is called with each plan's number,
    /// how many there are, and its text.
    fn explore(
        &self,
        py: Python<'_>,
        tables: Named<'_>,
        chosen: Chosen,
        watch: Option<Bound<'_, PyAny>>,
    ) -> PyResult<String> {
        let (tables, options) = (tensors(&tables)?, chosen.options()?);
        let program = self.clone();
        let work = move |telling: &Telling<'_, (usize, usize, String), _>| {
            let mut program = program.learned(tables)?;
            program.assume_tables();
            let told = |number, count, plan: &str| match telling.tell((number, count, plan.into()))
            {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            };
            Ok(json!(program.explore(&options, &told)?).to_string())
        };
        let found: Result<String, Error> = watched(py, work, |told| match &watch {
            Some(watch) => watch.call1(told).map(|_| ()),
            None => Ok(()),
        })?;
        found.map_err(raised)
    }
}

impl Program {
    fn learned(&self, tables: impl Into<Given>) -> Result<attnc::Program, Error> {
        let (mut program, mut tables) = (self.inner.clone(), tables.into());
        if !tables.is_empty() {
            program.take_entries(tables.take())?;
        }
        Ok(program)
    }

    fn layout(&self, tables: Given, options: &Options) -> Result<attnc::Layout, Error> {
        self.learned(tables)?.lay_out(options)
    }
}

/// What `attnc inspect --json` has of each part.
fn inspected(layout: &attnc::Layout) -> Value {
    let parts = layout.compiled.iter().zip(&layout.settings);
    let sources = &layout.program.sources;
    parts
        .map(|(part, &setting)| attnc::library::figures::part(&part.circuit, sources, setting))
        .collect()
}

pub fn inputs_of(program: &attnc::Program, mut given: Given) -> Result<Inputs, Error> {
    Inputs::of(program, given.take())
}

/// The fixed inputs that a program has, as arrays.
pub fn named_fixed<'py>(py: Python<'py>, program: &attnc::Program) -> PyResult<Arrays<'py>> {
    let fixed = program.named_fixed().into_iter();
    arrays(py, fixed.map(|(name, tensor)| (name.to_string(), tensor)))
}
