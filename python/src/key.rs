//! A verifying key, and proofs under it.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{channel, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use attnc::{Options, Prover};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::raised;
use crate::program::{by_name, inputs_of, Chosen, Program};
use crate::tensor::{tensors, Named};

/// How often Python's signals are looked at while a proof is made.
const PATIENCE: Duration = Duration::from_millis(50);

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

/// What a proof under way says.
enum Said {
    Step(String, Option<String>),
    Done(Result<Vec<u8>, attnc::Error>),
}

#[pymethods]
impl Key {
    #[staticmethod]
    fn parse(py: Python<'_>, bytes: &[u8]) -> PyResult<Self> {
        let parsed = py.detach(|| attnc::Key::parse(bytes));
        parsed.map(Self::from).map_err(raised)
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

    /// The same key, with the fixed inputs that its prover needs.
    fn with_fixed(&self, py: Python<'_>, fixed: Named<'_>) -> PyResult<Self> {
        let given = tensors(&fixed)?;
        let mut key = (*self.inner).clone();
        py.detach(|| key.take_fixed(by_name(&given)))
            .map_err(raised)?;
        Ok(Self::from(key))
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
        let (say, hear) = channel();
        // Another thread may hold the interpreter while this one waits.
        let hear = Mutex::new(hear);
        let next = || {
            let hear = hear.lock().unwrap_or_else(PoisonError::into_inner);
            hear.recv_timeout(PATIENCE)
        };
        let ended = Arc::new(AtomicBool::new(false));
        let (key, stop) = (self.inner.clone(), ended.clone());
        let work = move || {
            let proved = prove(
                &key,
                &given,
                &options,
                &context,
                part.as_deref(),
                &|step, part| {
                    // Nobody listens any more: the proof is to end.
                    let heard = say.send(Said::Step(step, part)).is_ok();
                    match heard && !stop.load(Ordering::Relaxed) {
                        true => ControlFlow::Continue(()),
                        false => ControlFlow::Break(()),
                    }
                },
            );
            let _ = say.send(Said::Done(proved));
        };
        let started = thread::Builder::new().name("attnc".into()).spawn(work);
        started?;
        let end = |error| {
            ended.store(true, Ordering::Relaxed);
            Err(error)
        };
        loop {
            match py.detach(next) {
                Ok(Said::Done(proved)) => {
                    return proved.map(|bytes| PyBytes::new(py, &bytes)).map_err(raised)
                }
                Ok(Said::Step(step, part)) => {
                    if let Some(watch) = &watch {
                        if let Err(error) = watch.call1((step, part)) {
                            return end(error);
                        }
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(raised(attnc::Error::Bug("the prover panicked".into())))
                }
            }
            if let Err(error) = py.check_signals() {
                return end(error);
            }
        }
    }
}

fn prove(
    key: &attnc::Key,
    given: &[(String, attnc::Tensor)],
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
