//! A checked program.

use std::ops::ControlFlow;
use std::path::PathBuf;

use attnc::{Contract, Inputs, Options, Tensor, TensorInfo};
use pyo3::prelude::*;
use serde_json::{json, Value};

use crate::error::{raised, refused};
use crate::key::Key;
use crate::tensor::{array, tensors, Arrays, Named};

/// Name, whether it is public, shape, the least and the largest element.
type Info = (String, bool, Vec<u64>, (i64, i64));

#[pyclass(frozen, module = "attnc._attnc")]
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
/// and GiB that a floor's setting may need.
#[derive(FromPyObject)]
pub struct Chosen(
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<f64>,
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
        let Self(plan, security, objective, contract, memory) = self;
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
        })
    }
}

#[pymethods]
impl Program {
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf, params: Vec<(String, i64)>) -> PyResult<Self> {
        let read = py.detach(|| attnc::Program::read(&path, &params));
        read.map(Self::from).map_err(raised)
    }

    #[staticmethod]
    fn compile(
        py: Python<'_>,
        source: &str,
        file: &str,
        params: Vec<(String, i64)>,
    ) -> PyResult<Self> {
        let checked = py.detach(|| attnc::Program::check(file, source, &params));
        checked.map(Self::from).map_err(raised)
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

    /// The names of the tables whose entries are an input.
    #[getter]
    fn tables(&self) -> Vec<String> {
        let tables = self
            .inner
            .graph
            .tables
            .iter()
            .filter(|table| table.from_input);
        tables.map(|table| table.name.clone()).collect()
    }

    #[getter]
    fn plans(&self) -> Vec<String> {
        self.inner.plans().map(str::to_string).collect()
    }

    /// The same program with its fixed inputs.
    fn with_fixed(&self, py: Python<'_>, fixed: Named<'_>) -> PyResult<Self> {
        let given = tensors(&fixed)?;
        let mut program = self.inner.clone();
        let taken = py.detach(|| program.take_fixed(by_name(&given)));
        taken.map_err(raised)?;
        Ok(Self::from(program))
    }

    /// The same program with fixed inputs drawn at random.
    fn with_sampled(&self, py: Python<'_>, seed: u64) -> PyResult<Self> {
        let mut program = self.inner.clone();
        py.detach(|| program.sample_fixed(seed)).map_err(raised)?;
        Ok(Self::from(program))
    }

    /// Every output of a run, by name, and what `show` names.
    fn run<'py>(
        &self,
        py: Python<'py>,
        given: Named<'_>,
        show: Vec<String>,
    ) -> PyResult<Arrays<'py>> {
        let given = tensors(&given)?;
        let ran = py.detach(|| {
            let mut program = self.inner.clone();
            let inputs = inputs_of(&program, &given)?;
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
        let outputs = ran.map_err(raised)?.into_iter();
        outputs
            .map(|(name, tensor)| Ok((name, array(py, tensor)?)))
            .collect()
    }

    /// Inputs drawn at random in their ranges, as an input file in JSON.
    fn sample(&self, seed: u64) -> String {
        Inputs::sample(&self.inner, seed).to_json(&self.inner)
    }

    /// The key of the layout that costs least, of a program that has its fixed inputs.
    fn key(&self, py: Python<'_>, tables: Named<'_>, chosen: Chosen) -> PyResult<Key> {
        let asked = chosen.1.is_some();
        let (tables, options) = (tensors(&tables)?, chosen.options()?);
        let made = py.detach(|| {
            let layout = self.layout(tables, &options)?;
            // Without a security the key serves every setting that has a name.
            Ok(match asked {
                true => attnc::Key::make_for(&layout),
                false => attnc::Key::make(&layout),
            })
        });
        made.map(Key::from).map_err(raised)
    }

    /// What every part of a plan comes to, as JSON.
    fn inspect(&self, py: Python<'_>, tables: Named<'_>, chosen: Chosen) -> PyResult<String> {
        let (tables, options) = (tensors(&tables)?, chosen.options()?);
        let found = py.detach(|| Ok(inspected(&self.layout(tables, &options)?).to_string()));
        found.map_err(raised)
    }

    /// Every boundary that the program offers, priced, as JSON.
    fn explore(&self, py: Python<'_>, tables: Named<'_>, chosen: Chosen) -> PyResult<String> {
        let (tables, options) = (tensors(&tables)?, chosen.options()?);
        let found = py.detach(|| {
            let mut program = self.learned(&tables)?;
            program.assume_tables();
            let watch = |_: usize, _: usize, _: &str| ControlFlow::Continue(());
            let found = program.explore(&options, &watch)?;
            Ok(json!(found).to_string())
        });
        found.map_err(raised)
    }
}

impl Program {
    fn learned(&self, tables: &[(String, Tensor)]) -> Result<attnc::Program, attnc::Error> {
        let mut program = self.inner.clone();
        if !tables.is_empty() {
            program.take_entries(by_name(tables))?;
        }
        Ok(program)
    }

    fn layout(
        &self,
        tables: Vec<(String, Tensor)>,
        options: &Options,
    ) -> Result<attnc::Layout, attnc::Error> {
        self.learned(&tables)?.lay_out(options)
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

pub fn by_name(tensors: &[(String, Tensor)]) -> impl Iterator<Item = (&str, Tensor)> {
    tensors
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor.clone()))
}

pub fn inputs_of(
    program: &attnc::Program,
    given: &[(String, Tensor)],
) -> Result<Inputs, attnc::Error> {
    Inputs::of(program, by_name(given))
}
