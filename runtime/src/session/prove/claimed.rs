//! What a statement says: of the program, and of its public tensors.

use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::circuit::Circuit;
use attnc_compiler::meaning::eval::Evaluation;
use attnc_compiler::meaning::graph::{InputId, OutputId};

use crate::session::security::Setting;
use crate::session::statement::{Digest, Public, Statement, VERSION};

/// What a statement says besides its public tensors.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub program: Digest,
    pub layout: Digest,
    pub choices: Choices,
    pub params: Vec<(String, i64)>,
    pub tables: Vec<(String, Digest)>,
    pub fixed: Vec<(String, Digest)>,
    pub context: String,
}

impl Claimed {
    /// The statement of a session whose key has these preprocessed roots.
    pub fn statement(
        &self,
        circuit: &Circuit,
        setting: Setting,
        preprocessed: Vec<Digest>,
        publics: Vec<Public>,
    ) -> Statement {
        Statement {
            version: VERSION,
            circuit: circuit.name.clone(),
            program: self.program,
            params: self.params.clone(),
            plan: circuit.plan.clone(),
            part: circuit.part.clone(),
            choices: self.choices.clone(),
            tables: self.tables.clone(),
            fixed: self.fixed.clone(),
            layout: self.layout,
            preprocessed,
            security: setting.name().to_string(),
            context: self.context.clone(),
            publics,
        }
    }
}

/// The statement's public tensors.
pub fn public_tensors(circuit: &Circuit, evaluation: &Evaluation<'_>) -> Vec<Public> {
    circuit
        .publics
        .iter()
        .map(|tensor| {
            let mut elements = if tensor.input {
                evaluation.input(InputId(tensor.number as u32)).to_vec()
            } else {
                evaluation.output(OutputId(tensor.number as u32)).data
            };
            if !tensor.growing.is_empty() {
                let mut existing = Vec::with_capacity(tensor.elements() as usize);
                tensor.for_each_point(|at| {
                    let sized = at.iter().zip(&tensor.shape);
                    let offset = sized.fold(0, |flat, (&i, &size)| flat * size + i as u64);
                    existing.push(elements[offset as usize]);
                });
                elements = existing;
            }
            Public {
                name: tensor.name.clone(),
                input: tensor.input,
                shape: tensor.shape.clone(),
                growing: tensor.growing.clone(),
                elements,
            }
        })
        .collect()
}
