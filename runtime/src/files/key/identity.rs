//! What identifies a compiled program in a statement.

use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::meaning::dims::max_sizes;
use attnc_compiler::meaning::graph::{Graph, Static};
use attnc_compiler::Compiled;

use crate::session::statement::{
    fixed_digest, layout_digest, program_digest, table_digest, Digest,
};

/// What identifies a compiled program in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub program: Digest,
    /// Every parameter with its value, in the program's order.
    pub params: Vec<(String, i64)>,
    /// Every table with the digest of its entries, in the program's order.
    pub tables: Vec<(String, Digest)>,
    /// Every fixed input with the digest of its elements, in the program's order.
    pub fixed: Vec<(String, Digest)>,
    pub layout: Digest,
    /// How `layout` came about.
    pub choices: Choices,
}

impl Identity {
    /// Of a program whose tables from input and fixed inputs have their elements.
    pub fn of(compiled: &Compiled) -> Self {
        let graph = &compiled.graph;
        let params = params(graph);
        Self {
            program: program_digest(&compiled.ast.to_string(), &params),
            tables: tables(graph),
            fixed: fixed(graph),
            params,
            layout: layout(compiled),
            choices: compiled.choices.clone(),
        }
    }

    /// Of another part of the same plan.
    #[cfg(feature = "prove")]
    pub fn of_part(&self, compiled: &Compiled) -> Self {
        Self {
            layout: layout(compiled),
            choices: compiled.choices.clone(),
            ..self.clone()
        }
    }

    /// What a statement says besides its public tensors.
    #[cfg(feature = "prove")]
    pub fn claimed(self, context: String) -> crate::session::prove::Claimed {
        crate::session::prove::Claimed {
            program: self.program,
            layout: self.layout,
            choices: self.choices,
            params: self.params,
            tables: self.tables,
            fixed: self.fixed,
            context,
        }
    }
}

/// Every parameter with its value, in the program's order.
pub fn params(graph: &Graph) -> Vec<(String, i64)> {
    let params = graph.params.iter();
    params.map(|it| (it.name.clone(), it.value)).collect()
}

/// Every table with the digest of its entries, which are there.
pub fn tables(graph: &Graph) -> Vec<(String, Digest)> {
    let tables = graph.tables.iter();
    tables
        .map(|table| (table.name.clone(), table_digest(table)))
        .collect()
}

/// Every fixed input with the digest of its elements, which are there.
pub fn fixed(graph: &Graph) -> Vec<(String, Digest)> {
    let known = graph.known.as_deref();
    let digest = |(id, fixed): (_, &Static)| {
        let Some(known) = known else {
            unreachable!(
                "whoever wants the digest of `{}` gives its elements",
                fixed.name
            );
        };
        let shape = max_sizes(&fixed.dims);
        (fixed.name.clone(), fixed_digest(&shape, known.elements(id)))
    };
    graph.fixed_inputs().map(digest).collect()
}

/// The digest of the circuit that it was laid out to.
pub(super) fn layout(compiled: &Compiled) -> Digest {
    match layout_digest(&compiled.circuit) {
        Ok(layout) => layout,
        Err(error) => unreachable!("a circuit serialises: {error}"),
    }
}
