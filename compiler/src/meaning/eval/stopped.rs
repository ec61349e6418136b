//! A run that came to an error.

use super::{EvalError, Evaluation};

/// An evaluation that came to an error.
pub struct Stopped<'a> {
    pub error: EvalError,
    /// What it had until then; nothing if what is given is wrong.
    pub so_far: Option<Box<Evaluation<'a>>>,
}

impl From<EvalError> for Stopped<'_> {
    fn from(error: EvalError) -> Self {
        Self {
            error,
            so_far: None,
        }
    }
}
