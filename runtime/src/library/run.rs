//! What a program computes, by its reference meaning: nothing is proved.

use attnc_compiler::meaning::dims::Dim;
use attnc_compiler::meaning::eval::{evaluate_far, Evaluation, Stopped};
use attnc_compiler::meaning::graph::OutputId;
use attnc_compiler::meaning::tensor::Tensor;

use crate::library::error::Error;
use crate::library::inputs::Inputs;
use crate::library::named::{find, names, Elements};
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
/// assert_eq!(run.named("x")?[0].1.data, [1, 2, 8]);
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
        self.run_far(inputs).map_err(|(error, _)| error)
    }

    /// As [`Program::run`]; of a run that fails also what it had until then.
    #[doc(hidden)]
    pub fn run_far<'a>(
        &'a self,
        inputs: &'a Inputs,
    ) -> Result<Run<'a>, (Error, Option<Box<Evaluation<'a>>>)> {
        let none = |error| (error, None);
        let assignment = inputs.assignment(self).map_err(none)?;
        // What depends on tables alone is evaluated with those of these inputs.
        self.require_fixed().map_err(none)?;
        if self.waiting.is_some() {
            self.require_tables().map_err(none)?;
        }
        match evaluate_far(&self.graph, assignment) {
            Ok(evaluation) => Ok(Run { evaluation }),
            Err(Stopped { error, so_far }) => Err((self.error(vec![error.into()]), so_far)),
        }
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

    /// The tensors of this name, and those that blocks call alike (`x`, `x#2`): inputs, tables, caches,
    /// values, outputs; flat where a dimension grows.
    ///
    /// # Errors
    /// That the program has none, or that one may have elements of more than 64 bits.
    pub fn named(&self, name: &str) -> Result<Vec<(String, Tensor)>, Error> {
        let all = names(&self.evaluation);
        let found = find(&all, &self.evaluation.graph().name, name)?;
        let each = found.into_iter().map(|known| {
            let Elements { dims, narrow, wide } = known.elements(&self.evaluation);
            if !wide.is_empty() {
                let what = format!("`{}` has elements of more than 64 bits", known.name);
                return Err(Error::refused(what).hint("show what is computed from it"));
            }
            let size = |dim: &Dim| match dim {
                Dim::Static(size) => Some(*size as usize),
                Dim::Growing { .. } => None,
            };
            let shape: Option<Vec<usize>> = dims.iter().map(size).collect();
            let tensor = Tensor {
                shape: shape.unwrap_or_else(|| vec![narrow.len()]),
                data: narrow,
            };
            Ok((known.name.clone(), tensor))
        });
        each.collect()
    }

    #[doc(hidden)]
    pub fn evaluation(&self) -> &Evaluation<'a> {
        &self.evaluation
    }
}
