//! A statement, and the tensors in it.

use attnc_compiler::meaning::dims::dims;
use serde_json::{json, Map, Value};

use crate::files::nested::nest_ragged;
use crate::session::statement::{Digest, Public, Statement};

/// Inputs or outputs by name, as nested arrays.
pub fn nested_publics(publics: &[Public], input: bool) -> Map<String, Value> {
    let of_kind = publics.iter().filter(|public| public.input == input);
    of_kind
        .map(|public| {
            let dims = dims(&public.shape, &public.growing);
            (public.name.clone(), nest_ragged(&dims, &public.elements))
        })
        .collect()
}

/// Tensors' digests by name.
pub fn digests(of: &[(String, Digest)]) -> Value {
    let each = of.iter();
    each.map(|(name, digest)| (name.clone(), json!(digest)))
        .collect()
}

/// Parameters by name.
pub fn by_name(params: &[(String, i64)]) -> Map<String, Value> {
    let each = params.iter();
    each.map(|(name, value)| (name.clone(), json!(value)))
        .collect()
}

/// A statement as `verify --json` shows it.
pub fn statement(statement: &Statement) -> Value {
    json!({
        "version": statement.version,
        "circuit": statement.circuit,
        "program": statement.program,
        "params": by_name(&statement.params),
        "plan": statement.plan,
        "part": statement.part,
        "choices": statement.choices,
        "tables": digests(&statement.tables),
        "fixed": digests(&statement.fixed),
        "layout": statement.layout,
        "preprocessed": statement.preprocessed,
        "security": statement.security,
        "context": statement.context,
        "inputs": nested_publics(&statement.publics, true),
        "outputs": nested_publics(&statement.publics, false),
    })
}
