//! What identifies a compiled program in a statement.

use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::Compiled;

use crate::session::statement::{layout_digest, program_digest, table_digest, Digest};

/// What identifies a compiled program in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub program: Digest,
    /// Every parameter with its value, in the program's order.
    pub params: Vec<(String, i64)>,
    /// Every table with the digest of its entries, in the program's order.
    pub tables: Vec<(String, Digest)>,
    pub layout: Digest,
    /// How `layout` came about.
    pub choices: Choices,
}

impl Identity {
    pub fn of(compiled: &Compiled) -> Self {
        let graph = &compiled.graph;
        let params: Vec<(String, i64)> = graph
            .params
            .iter()
            .map(|param| (param.name.clone(), param.value))
            .collect();
        let tables = graph.tables.iter();
        Self {
            program: program_digest(&compiled.ast.to_string(), &params),
            tables: tables
                .map(|table| (table.name.clone(), table_digest(table)))
                .collect(),
            params,
            layout: layout(compiled),
            choices: compiled.choices.clone(),
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
            context,
        }
    }
}

/// The digest of the circuit that it was laid out to.
pub(super) fn layout(compiled: &Compiled) -> Digest {
    match layout_digest(&compiled.circuit) {
        Ok(layout) => layout,
        Err(error) => unreachable!("a circuit serialises: {error}"),
    }
}
