//! attnc for Python. The package `attnc` wraps it, and says what each function takes and gives.
//!
//! - `error`: exceptions. `tensor`: NumPy arrays as tensors, and back.
//! - `program`, `key`, `verdict`: the library's own, for Python.

mod error;
mod key;
mod program;
mod tensor;
mod verdict;

use pyo3::prelude::*;

#[pymodule]
mod _attnc {
    #[pymodule_export]
    use super::key::Key;
    #[pymodule_export]
    use super::program::Program;
    #[pymodule_export]
    use super::verdict::{verify, Verdict};

    /// The version of attnc.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
