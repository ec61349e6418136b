//! Names with the sizes or parameters that they have.

use attnc_compiler::meaning::dims::{dimensions, dims, Dim};

use crate::files::key::listed;

/// `name[2, 3]`.
pub fn shaped(name: &str, shape: &[u64]) -> String {
    sized(name, &dims(shape, &[]))
}

/// `name[2, 3 + i0]`.
pub fn sized(name: &str, dims: &[Dim]) -> String {
    match dims {
        [] => name.to_string(),
        _ => format!("{name}{}", dimensions(dims)),
    }
}

/// `decode(heads = 4, width = 64)`.
pub fn titled(circuit: &str, params: &[(String, i64)]) -> String {
    if params.is_empty() {
        circuit.to_string()
    } else {
        format!("{circuit}({})", listed(params))
    }
}
