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

/// One copy each.
pub fn tensors(arrays: &Named<'_>) -> PyResult<Vec<(String, Tensor)>> {
    let each = arrays.iter().map(|(name, array)| {
        if !array.is_c_contiguous() {
            return Err(PyTypeError::new_err(format!("`{name}` is not in C order")));
        }
        let tensor = Tensor {
            shape: array.shape().to_vec(),
            data: array.as_slice()?.to_vec(),
        };
        Ok((name.clone(), tensor))
    });
    each.collect()
}

/// Without a copy.
pub fn array(py: Python<'_>, tensor: Tensor) -> PyResult<Bound<'_, PyArrayDyn<i64>>> {
    let Tensor { shape, data } = tensor;
    data.into_pyarray(py).reshape(shape)
}
