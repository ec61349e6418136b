//! A verifying key, and proofs under it.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use attnc::{Options, Prover, Source};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::raised;
use crate::patience::{interruptible, watched};
use crate::program::{inputs_of, named_fixed, Chosen, Program};
use crate::tensor::{tensors, Arrays, Given, Named};

#[pyclass(frozen, module = "attnc._attnc")]
pub struct Key {
    pub inner: Arc<attnc::Key>,
}

impl From<attnc::Key> for Key {
    fn from(key: attnc::Key) -> Self {
        let inner = Arc::new(key);
        Self { inner }
    }
}

#[pymethods]
impl Key {
    #[staticmethod]
    fn parse(py: Python<'_>, bytes: Vec<u8>) -> PyResult<Self> {
        interruptible(py, move || attnc::Key::parse(&bytes)).map(Self::from)
    }

    fn to_json(&self) -> String {
        self.inner.to_json()
    }

    /// The program that it is of.
    #[getter]
    fn program(&self) -> Program {
        self.inner.program().into()
    }

    /// The digest of every fixed input.
    #[getter]
    fn fixed(&self) -> Vec<(String, String)> {
        let fixed = self.inner.fixed().iter();
        fixed
            .map(|(name, digest)| (name.clone(), digest.to_string()))
            .collect()
    }

    /// The fixed inputs that it has the elements of.
    fn fixed_tensors<'py>(&self, py: Python<'py>) -> PyResult<Arrays<'py>> {
        named_fixed(py, &self.inner.program())
    }

    /// The same key, with the fixed inputs that its prover needs.
    fn with_fixed(&self, py: Python<'_>, fixed: Named<'_>) -> PyResult<Self> {
        let (mut given, key) = (tensors(&fixed)?, self.inner.clone());
        interruptible(py, move || {
            let mut key = (*key).clone();
            key.take_fixed(given.take())?;
            Ok(Self::from(key))
        })
    }

    /// As `with_fixed`, from a file.
    fn read_fixed(&self, py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let key = self.inner.clone();
        interruptible(py, move || {
            let mut key = (*key).clone();
            key.read_fixed(&[whole_file(&path)])?;
            Ok(Self::from(key))
        })
    }

    /// A proof's file. `watch` is called with each step and its part, on this thread; where it raises,
    /// or the interpreter is interrupted, the proof ends after the step that it is at.
    fn prove<'py>(
        &self,
        py: Python<'py>,
        given: Named<'_>,
        chosen: Chosen,
        context: String,
        part: Option<String>,
        watch: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let (given, options) = (tensors(&given)?, chosen.options()?);
        let key = self.inner.clone();
        let proved = watched(
            py,
            move |telling| {
                let watch = |step, part| match telling.tell((step, part)) {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                };
                prove(&key, given, &options, &context, part.as_deref(), &watch)
            },
            |(step, part): (String, Option<String>)| {
                watch
                    .as_ref()
                    .map_or(Ok(()), |watch| watch.call1((step, part)).map(|_| ()))
            },
        )?;
        proved.map(|bytes| PyBytes::new(py, &bytes)).map_err(raised)
    }
}

/// A file of tensors by name.
pub fn whole_file(path: &Path) -> Source<'_> {
    Source { name: None, path }
}

fn prove(
    key: &attnc::Key,
    given: Given,
    options: &Options,
    context: &str,
    part: Option<&str>,
    watch: &dyn Fn(String, Option<String>) -> ControlFlow<()>,
) -> Result<Vec<u8>, attnc::Error> {
    let inputs = inputs_of(&key.program(), given)?;
    let mut key = key.clone();
    key.take_tables(&inputs)?;
    let layout = key.layout(options)?;
    let prover = Prover::new(&layout);
    let watch = |progress: attnc::Progress<'_>| {
        watch(
            format!("{:?}", progress.step).to_lowercase(),
            progress.part.map(str::to_string),
        )
    };
    let proof = match part {
        Some(part) => prover.prove_part(part, &inputs, context, &watch)?,
        None => prover.prove(&inputs, context, &watch)?,
    };
    Ok(proof.bytes().to_vec())
}
