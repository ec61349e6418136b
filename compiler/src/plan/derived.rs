//! A graph made from a piece of another, and where its tensors come from (spec 3.7).

use std::collections::BTreeSet;

use crate::diagnostic::Span;
use crate::meaning::dims::for_each_point;
use crate::meaning::eval::{Assignment, Evaluation};
use crate::meaning::graph::{
    Graph, InputId, OutputId, PlanDecl, PlanTarget, PlanTerm, ProofDecl, Source, TableId, ValueId,
};
use crate::meaning::tensor::Tensor;

/// A tensor of the whole program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Whole {
    Input(InputId),
    Output(OutputId),
    /// Over the value's space, in the space's order.
    Value(ValueId),
}

/// The box of a tensor of the whole program that a tensor of a derived graph is: the element at
/// `at` of the derived one is the element at `from + at` of the whole one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    pub whole: Whole,
    /// One for each dimension of the tensor.
    pub from: Vec<u64>,
}

/// A graph that computes boxes of the tensors of another.
#[derive(Clone, Debug)]
pub struct Derived {
    pub graph: Graph,
    /// Whether `graph` is the whole program's own: an evaluation of one is one of the other.
    pub is_whole: bool,
    /// For every input, output and value of `graph`, in order. An input may be a value of the
    /// whole program, and an output may be a value that the whole program does not put out.
    pub inputs: Vec<Origin>,
    pub outputs: Vec<Origin>,
    pub values: Vec<Origin>,
    /// The values that repeat a box of another: what a piece of a loop hands to the next (spec 3.7).
    pub handed: BTreeSet<ValueId>,
}

impl Origin {
    /// What an input is a box of.
    fn source(&self) -> Source {
        match self.whole {
            Whole::Input(id) => Source::Input(id),
            Whole::Value(id) => Source::Value(id),
            Whole::Output(_) => unreachable!("an input is not a box of an output"),
        }
    }

    fn start(whole: Whole, dimensions: usize) -> Self {
        Self {
            whole,
            from: vec![0; dimensions],
        }
    }
}

impl Derived {
    /// Whether a value is a box of an input, for a cache to hold (spec 3.7), and none of the
    /// program's.
    pub fn is_of_input(&self, value: ValueId) -> bool {
        matches!(self.values[value.index()].whole, Whole::Input(_))
    }

    /// Whether a value is in every part that needs it, which makes it itself: a box of an input, or
    /// what everyone knows who has the key.
    pub fn is_everywhere(&self, value: ValueId) -> bool {
        self.is_of_input(value) || self.graph.is_known(value)
    }

    /// Whether a value is one of the program's, and what is proved of it is proved here alone.
    pub fn is_own(&self, value: ValueId) -> bool {
        !self.is_everywhere(value) && !self.handed.contains(&value)
    }

    /// Whether it has such a value.
    pub fn has_boxes(&self) -> bool {
        let origins = self.values.iter();
        origins
            .map(|origin| origin.whole)
            .any(|whole| matches!(whole, Whole::Input(_)))
    }

    /// The inputs of this graph, cut out of an evaluation of the whole program.
    pub fn assignment(&self, whole: &Evaluation<'_>) -> Assignment {
        let inputs = self.graph.inputs.iter().zip(&self.inputs);
        let inputs = inputs.map(|(input, origin)| {
            let shape: Vec<usize> = input.shape.iter().map(|&size| size as usize).collect();
            let mut tensor = Tensor::zeros(&shape);
            let mut from = vec![0; shape.len()];
            for_each_point(&input.dims(), &mut |_, at| {
                let mut offset = 0;
                for (k, &i) in at.iter().enumerate() {
                    offset = offset * shape[k] + i as usize;
                    from[k] = i + origin.from[k] as i64;
                }
                tensor.data[offset] = whole.element(origin.source(), &from);
            });
            tensor
        });
        Assignment {
            inputs: inputs.collect(),
            tables: (0..self.graph.tables.len() as u32)
                .map(|id| whole.table(TableId(id)).to_vec())
                .collect(),
        }
    }

    /// The whole graph, as it is proved.
    pub fn all(graph: Graph) -> Self {
        let mut graph = graph.in_limbs();
        graph.know();
        let inputs = graph.inputs.iter().enumerate();
        let outputs = graph.outputs.iter().enumerate();
        let values = graph.values.iter().enumerate();
        Self {
            inputs: inputs
                .map(|(n, t)| Origin::start(Whole::Input(InputId(n as u32)), t.shape.len()))
                .collect(),
            outputs: outputs
                .map(|(n, t)| Origin::start(Whole::Output(OutputId(n as u32)), t.shape.len()))
                .collect(),
            values: values
                .map(|(n, v)| Origin::start(Whole::Value(ValueId(n as u32)), v.space.len()))
                .collect(),
            handed: BTreeSet::new(),
            graph,
            is_whole: true,
        }
    }
}

/// The plan of a derived graph, which nobody asks for: everything in one proof.
pub(crate) fn everything(span: Span) -> PlanDecl {
    let all = PlanTerm {
        subtract: false,
        target: PlanTarget::All,
        span,
    };
    PlanDecl {
        name: "fused".into(),
        span,
        proofs: vec![ProofDecl {
            name: "all".into(),
            span,
            terms: vec![all],
            cuts: Vec::new(),
        }],
        boundaries: Vec::new(),
        hiding: false,
    }
}
