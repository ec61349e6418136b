//! What a test gives and draws: its program's inputs, fixed ones and tables among them.

use std::borrow::Cow;

use attnc_compiler::meaning::eval::{Assignment, EvalError};
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::meaning::tensor::Tensor;
use attnc_compiler::meaning::test::Giver;
use attnc_compiler::Prepared;

use crate::files::sample;

/// The program with its fixed inputs and tables, and what it is given beside them. With a seed, what the
/// test does not give is what `attnc sample` draws with it.
pub fn drawn(
    prepared: &Prepared,
    seed: Option<u64>,
) -> Result<(Cow<'_, Graph>, Assignment), EvalError> {
    let mut assignment = match seed {
        Some(seed) => sample::sample(&prepared.graph, seed),
        None => empty(&prepared.graph),
    };
    let mut fixed = Vec::new();
    for given in &prepared.given {
        match given.what {
            Giver::Input(place) => assignment.inputs[place].clone_from(&given.tensor),
            Giver::Table(place) => assignment.tables[place].clone_from(&given.tensor.data),
            Giver::Fixed(place) => fixed.push((place, given.tensor.clone())),
        }
    }
    let tables = &prepared.graph.tables;
    let is_complete =
        prepared.graph.fixed_inputs().next().is_none() && tables.iter().all(|it| !it.from_input);
    if is_complete {
        return Ok((Cow::Borrowed(&prepared.graph), assignment));
    }
    let mut graph = prepared.graph.clone();
    for (table, entries) in graph.tables.iter_mut().zip(&assignment.tables) {
        if table.from_input {
            table.entries.clone_from(entries);
        }
    }
    match (seed, fixed.len() == graph.fixed_inputs().count()) {
        (Some(seed), false) => sample::learn_rest(&mut graph, seed, &fixed)?,
        // A fixed input of no elements need not be given.
        _ => {
            let mut all = none_fixed(&graph);
            for (place, tensor) in fixed {
                all[place] = tensor;
            }
            graph.learn(all)?;
        }
    }
    Ok((Cow::Owned(graph), assignment))
}

fn zeros(shape: &[u64]) -> Tensor {
    let shape: Vec<usize> = shape.iter().map(|&size| size as usize).collect();
    Tensor::zeros(&shape)
}

/// What is then given, or has no elements.
fn empty(graph: &Graph) -> Assignment {
    Assignment {
        inputs: graph
            .inputs
            .iter()
            .map(|input| zeros(&input.shape))
            .collect(),
        tables: graph
            .tables
            .iter()
            .map(|table| table.entries.clone())
            .collect(),
    }
}

fn none_fixed(graph: &Graph) -> Vec<Tensor> {
    let fixed = graph.fixed_inputs();
    let shapes = fixed.map(|(_, fixed)| attnc_compiler::meaning::dims::max_sizes(&fixed.dims));
    shapes.map(|shape| zeros(&shape)).collect()
}
