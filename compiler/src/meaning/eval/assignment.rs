//! What a program is given, and whether it may be given that.

use crate::meaning::fault::EvalError;
use std::borrow::Cow;

use crate::meaning::graph::{Graph, Known};
use crate::meaning::tensor::Tensor;

/// What a program is given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assignment {
    /// One for each of the graph's inputs, in its shape. What stands where a ragged one has no
    /// element is not looked at.
    pub inputs: Vec<Tensor>,
    /// The entries of each of the graph's tables. Only those of tables from input are looked
    /// at; the others are the graph's own.
    pub tables: Vec<Vec<i64>>,
}

/// The inputs' elements, once they are known to have their shapes and ranges.
pub(super) fn checked_inputs<'a>(
    graph: &Graph,
    assignment: &'a Assignment,
) -> Result<Vec<&'a [i64]>, EvalError> {
    if assignment.inputs.len() != graph.inputs.len() {
        let (expected, found) = (graph.inputs.len(), assignment.inputs.len());
        return Err(EvalError::InputCount { expected, found });
    }
    let mut inputs = Vec::new();
    for (input, tensor) in graph.inputs.iter().zip(&assignment.inputs) {
        let expected: Vec<usize> = input.shape.iter().map(|&size| size as usize).collect();
        let size: usize = expected.iter().product();
        if tensor.shape != expected || tensor.data.len() != size {
            return Err(EvalError::InputShape {
                name: input.name.clone(),
                span: input.span,
                expected,
                found: tensor.shape.clone(),
            });
        }
        let exists = |offset: usize| match input.growing[..] {
            [] => true,
            _ => input.has(&tensor.position(offset)),
        };
        let outside =
            |(offset, &value): (usize, &i64)| !input.range.contains(value.into()) && exists(offset);
        if let Some(offset) = tensor.data.iter().enumerate().position(outside) {
            return Err(EvalError::InputRange {
                name: input.name.clone(),
                span: input.span,
                at: tensor.position(offset),
                value: tensor.data[offset],
                range: input.range,
            });
        }
        inputs.push(tensor.data.as_slice());
    }
    Ok(inputs)
}

/// All tables' entries, once those that are given fit their tables.
pub(super) fn checked_tables<'a>(
    graph: &'a Graph,
    assignment: &'a Assignment,
) -> Result<Vec<&'a [i64]>, EvalError> {
    let mut tables = Vec::new();
    for (id, table) in graph.tables.iter().enumerate() {
        let entries = match table.from_input {
            true => assignment.tables.get(id).map_or(&[][..], Vec::as_slice),
            false => table.entries.as_slice(),
        };
        if entries.len() as i128 != table.domain.size() {
            return Err(EvalError::TableSize {
                name: table.name.clone(),
                span: table.span,
                expected: table.domain.size() as usize,
                found: entries.len(),
            });
        }
        let outside = |&value: &i64| !table.range.contains(value.into());
        if let Some(entry) = entries.iter().position(outside) {
            return Err(EvalError::TableRange {
                entry: table.call(entry),
                span: table.span,
                value: entries[entry],
                range: table.range,
            });
        }
        tables.push(entries);
    }
    Ok(tables)
}

/// The elements of what is known when the key is made: the graph's, unless the tables are others than
/// the graph has.
pub(super) fn known<'a>(
    graph: &'a Graph,
    assignment: &'a Assignment,
) -> Result<Cow<'a, Known>, EvalError> {
    let from_input = graph.statics_want_tables();
    let mut tables = graph.tables.iter().zip(&assignment.tables);
    let others =
        from_input && tables.any(|(table, given)| table.from_input && table.entries != *given);
    match &graph.known {
        Some(known) if !others => Ok(Cow::Borrowed(known)),
        _ => {
            let mut graph = graph.clone();
            for (table, entries) in graph.tables.iter_mut().zip(&assignment.tables) {
                if table.from_input {
                    table.entries.clone_from(entries);
                }
            }
            let fixed = graph.given_again();
            graph.learn(fixed)?;
            Ok(Cow::Owned(
                graph.known.as_deref().cloned().unwrap_or_default(),
            ))
        }
    }
}
