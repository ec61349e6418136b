//! What a proof shows, held against a key.

use attnc::{Demands, Error, Proof};
use pyo3::prelude::*;
use serde_json::{json, Value};

use crate::key::Key;
use crate::patience::interruptible;
use crate::tensor::{arrays, Arrays};

/// A proof that holds.
#[pyclass(frozen, module = "attnc._attnc")]
pub struct Verdict {
    said: String,
    shown: Vec<attnc::Public>,
}

#[pymethods]
impl Verdict {
    /// All but the tensors, as JSON.
    fn to_json(&self) -> &str {
        &self.said
    }

    /// The public inputs, or the outputs, that are shown whole; flat where a dimension grows.
    fn tensors<'py>(&self, py: Python<'py>, inputs: bool) -> PyResult<Arrays<'py>> {
        let shown = self.shown.iter().filter(|public| public.input == inputs);
        let shown = shown.map(|public| {
            let shape = match public.growing.is_empty() {
                true => public.shape.iter().map(|&size| size as usize).collect(),
                false => vec![public.elements.len()],
            };
            let data = public.elements.clone();
            let tensor = attnc::Tensor { shape, data };
            (public.name.clone(), tensor)
        });
        arrays(py, shown)
    }
}

/// What is demanded: the context, conjectured and proven bits, and whether every part of the plan has
/// to be there. (What is shown the package compares itself, in arrays.)
#[derive(FromPyObject)]
pub struct Wanted(Option<String>, f64, f64, bool);

/// Holds a proof file against a key. Raises `ValueError` subclass `Error` if it does not hold.
#[pyfunction]
pub fn verify(py: Python<'_>, proof: Vec<u8>, key: &Key, wanted: Wanted) -> PyResult<Verdict> {
    let Wanted(context, min_security, min_proven_security, whole) = wanted;
    let key = key.inner.clone();
    interruptible(py, move || {
        let demands = Demands {
            min_security,
            min_proven_security,
            context,
            whole,
            ..Demands::default()
        };
        let verdict = attnc::verify(&key, &Proof::from(proof), &demands);
        let verdict = verdict.map_err(|rejected| Error::Refused {
            message: rejected.reason,
            hint: None,
        })?;
        Ok(Verdict {
            said: said(&verdict).to_string(),
            shown: verdict.shown(),
        })
    })
}

fn said(verdict: &attnc::Verdict<'_>) -> Value {
    let digests = |of: &[(String, attnc::Digest)]| -> Value {
        let each = of
            .iter()
            .map(|(name, digest)| (name.clone(), digest.to_string().into()));
        Value::Object(each.collect())
    };
    let parts = verdict.parts();
    let parts = parts.iter().map(|part| {
        json!({
            "name": part.name,
            "proofs": part.proofs,
            "setting": part.setting.name(),
            "hiding": part.setting.hides(),
            "private": part.private.iter().map(|tensor| tensor.name).collect::<Vec<_>>(),
            "hints": part.hints.iter().map(|tensor| tensor.name).collect::<Vec<_>>(),
            "account": part.account,
            "verify_ms": part.took.as_secs_f64() * 1e3,
        })
    });
    json!({
        "circuit": verdict.circuit(),
        "program": verdict.program().to_string(),
        "params": verdict.params(),
        "tables": digests(verdict.tables()),
        "fixed": digests(verdict.fixed()),
        "plan": verdict.plan(),
        "context": verdict.context(),
        "covers": verdict.covers(),
        "missing": verdict.missing(),
        "relies_on": verdict.relied_on(),
        "conjectured_bits": verdict.conjectured_bits(),
        "proven_bits": verdict.proven_bits(),
        "parts": parts.collect::<Vec<_>>(),
    })
}
