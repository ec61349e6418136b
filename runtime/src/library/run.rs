//! What a program computes, by its reference meaning: nothing is proved.

use attnc_compiler::meaning::eval::{evaluate, Evaluation};
use attnc_compiler::meaning::graph::OutputId;
use attnc_compiler::meaning::tensor::Tensor;

use crate::library::error::Error;
use crate::library::inputs::Inputs;
use crate::library::program::Program;

/// A run of a program: its outputs.
///
/// ```
/// # let source = "circuit twice { private input x[3] : 0..9  public output y[3] \
/// #     y[i in 3] = 2 * x[i] }";
/// # let program = attnc::Program::check("twice.attn", source, &[])?;
/// let inputs = attnc::Inputs::parse(&program, br#"{"x": [1, 2, 8]}"#)?;
/// let run = program.run(&inputs)?;
/// assert_eq!(run.output("y").unwrap().data, [2, 4, 16]);
/// # Ok::<(), attnc::Error>(())
/// ```
pub struct Run<'a> {
    evaluation: Evaluation<'a>,
}

impl Program {
    /// Evaluates the program.
    ///
    /// # Errors
    /// E084 or E085: an assertion or a declared range does not hold on these inputs; inputs of another
    /// program; a fixed input that has no elements.
    pub fn run<'a>(&'a self, inputs: &'a Inputs) -> Result<Run<'a>, Error> {
        let assignment = inputs.assignment(self)?;
        // What depends on tables alone is evaluated with those of these inputs.
        self.require_fixed()?;
        if self.waiting.is_some() {
            self.require_tables()?;
        }
        let evaluation = evaluate(&self.graph, assignment);
        let evaluation = evaluation.map_err(|error| self.error(vec![error.into()]))?;
        Ok(Run { evaluation })
    }
}

impl<'a> Run<'a> {
    /// An output, public or private, if the program has one of this name.
    pub fn output(&self, name: &str) -> Option<Tensor> {
        let mut outputs = self.outputs();
        outputs.find_map(|(known, tensor)| (known == name).then_some(tensor))
    }

    /// All outputs, in the program's order.
    pub fn outputs(&self) -> impl Iterator<Item = (&'a str, Tensor)> + '_ {
        let numbered = self.evaluation.graph().outputs.iter().zip(0..);
        numbered.map(|(output, number)| {
            let tensor = self.evaluation.output(OutputId(number));
            (output.name.as_str(), tensor)
        })
    }

    #[doc(hidden)]
    pub fn evaluation(&self) -> &Evaluation<'a> {
        &self.evaluation
    }
}
