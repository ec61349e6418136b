//! attnc for Python. The package `attnc` wraps it, and says what each function takes and gives.
//!
//! - `error`: exceptions, in the words (`words`) of Python. `tensor`: NumPy arrays as tensors, and back.
//! - `patience`: work that an interrupt need not wait for.
//! - `program`, `key`, `verdict`: the library's own, for Python.

mod error;
mod key;
mod patience;
mod program;
mod tensor;
mod verdict;
mod words;

use pyo3::prelude::*;

#[pymodule]
mod _attnc {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::key::Key;
    #[pymodule_export]
    use super::program::Program;
    #[pymodule_export]
    use super::verdict::{verify, Verdict};

    /// A text of an error as it is said in Python, and whether it still names a flag or a verb.
    #[pyfunction]
    fn in_python(text: &str) -> (String, bool) {
        let said = super::words::in_python(text);
        let left = super::words::is_of_the_command(&said);
        (said, left)
    }

    /// The version of attnc.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
