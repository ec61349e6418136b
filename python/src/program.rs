//! A checked program.

use std::path::PathBuf;

use attnc::{Contract, Error, Inputs, Options, Tensor, TensorInfo};
use pyo3::prelude::*;
use serde_json::{json, Value};

use crate::error::{raised, refused};
use crate::explore::explored;
use crate::key::{whole_file, Key};
use crate::patience::interruptible;
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
        let found = py.detach(|| Ok(inspected(&self.layout(tables, &options)?).to_string()));
        found.map_err(raised)
    }

    /// Every boundary that the program offers, priced, as JSON.
    fn explore(&self, py: Python<'_>, tables: Named<'_>, chosen: Chosen) -> PyResult<String> {
        let (tables, options) = (tensors(&tables)?, chosen.options()?);
        let found = py.detach(|| {
            let mut program = self.learned(&tables)?;
            program.assume_tables();
            Ok(explored(&program, &options)?.to_string())
        });
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

/// What `Inspection` has of each part, and of each component.
fn inspected(layout: &attnc::Layout) -> Value {
    let sources = &layout.program.sources;
    let parts = layout.inspect().into_iter().zip(&layout.compiled);
    let parts = parts.map(|(part, compiled)| {
        let components = compiled.circuit.components.iter().map(|component| {
            json!({
                "proof": compiled.circuit.proofs[component.proof],
                "name": component.title(),
                "rows": component.rows,
                "padded_rows": 1u64 << component.log_rows,
                "fixed": component.fixed.len(),
                "main": component.count.columns,
                "interaction": component.count.interaction_columns(),
                "sends": component.count.sends.len(),
                "rules": component.count.constraints(),
                "degree": component.count.max_degree(),
                "lines": component.lines(sources),
            })
        });
        json!({
            "part": part.name,
            "proofs": part.proofs,
            "columns": part.columns,
            "cells": part.cells,
            "predicted_bytes": part.proof_bytes,
            "setting": part.setting.name(),
            "conjectured_bits": part.account.conjectured_bits,
            "proven_bits": part.account.proven_bits,
            "components": components.collect::<Vec<_>>(),
        })
    });
    parts.collect()
}

pub fn inputs_of(program: &attnc::Program, mut given: Given) -> Result<Inputs, Error> {
    Inputs::of(program, given.take())
}

/// The fixed inputs that a program has, as arrays.
pub fn named_fixed<'py>(py: Python<'py>, program: &attnc::Program) -> PyResult<Arrays<'py>> {
    let fixed = program.named_fixed().into_iter();
    arrays(py, fixed.map(|(name, tensor)| (name.to_string(), tensor)))
}
