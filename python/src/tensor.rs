//! NumPy arrays as tensors, and back. The package has made every array one of 64-bit integers in C
//! order before it comes here.

use attnc::Tensor;
use numpy::{IntoPyArray, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

/// Tensors by name.
pub type Named<'py> = Vec<(String, PyReadonlyArrayDyn<'py, i64>)>;

/// Arrays by name.
pub type Arrays<'py> = Vec<(String, Bound<'py, PyArrayDyn<i64>>)>;

/// Tensors by name, to be given away once.
#[derive(Clone, Default)]
pub struct Given {
    names: Vec<String>,
    tensors: Vec<Tensor>,
}

impl Given {
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// All of them, without another copy; it is empty afterwards.
    pub fn take(&mut self) -> impl Iterator<Item = (&str, Tensor)> {
        let names = self.names.iter().map(String::as_str);
        names.zip(self.tensors.drain(..))
    }
}

impl From<&Given> for Given {
    fn from(given: &Given) -> Self {
        given.clone()
    }
}

/// One copy each: the arrays are the caller's, who may change them while the work goes on, or after a key
/// has bound them.
pub fn tensors(arrays: &Named<'_>) -> PyResult<Given> {
    let mut given = Given::default();
    for (name, array) in arrays {
        if !array.is_c_contiguous() {
            return Err(PyTypeError::new_err(format!("`{name}` is not in C order")));
        }
        given.names.push(name.clone());
        given.tensors.push(Tensor {
            shape: array.shape().to_vec(),
            data: array.as_slice()?.to_vec(),
        });
    }
    Ok(given)
}

/// Arrays of tensors by name.
pub fn arrays<'py>(
    py: Python<'py>,
    tensors: impl IntoIterator<Item = (String, Tensor)>,
) -> PyResult<Arrays<'py>> {
    let each = tensors.into_iter();
    each.map(|(name, tensor)| Ok((name, array(py, tensor)?)))
        .collect()
}

/// Without a copy.
pub fn array(py: Python<'_>, tensor: Tensor) -> PyResult<Bound<'_, PyArrayDyn<i64>>> {
    let Tensor { shape, data } = tensor;
    data.into_pyarray(py).reshape(shape)
}
