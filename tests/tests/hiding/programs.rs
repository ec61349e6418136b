//! What is proved: small programs, each with an input of one's choice, in layouts with room for masks.

use attnc_compiler::circuit::choices::{Choices, Strategy};
use attnc_compiler::circuit::layout::contractions;
use attnc_compiler::meaning::eval::Assignment;
use attnc_compiler::meaning::tensor::Tensor;
use attnc_compiler::{analyse, assemble, diagnostic};

use crate::common::programs::Case;

/// A program, and how it is laid out.
#[derive(Clone, Copy)]
pub struct Laid {
    pub name: &'static str,
    pub source: &'static str,
    pub params: &'static [(&'static str, i64)],
    pub plan: Option<&'static str>,
    /// The lanes in which its contractions are evaluated; unrolled if `None`.
    pub lanes: Option<u32>,
    pub least_bits: Option<u32>,
}

const VOTE: &str = include_str!("../../../examples/vote.attn");
const MATMUL: &str = include_str!("../../../examples/matmul.attn");

/// Both factors and their products are private; in one of the plans a product crosses.
const PRODUCT: &str = "circuit product(n = 2) {
    private input a[n] : 0..8
    private input b[n] : 0..8
    public output y : 0..200
    s[i in n] = a[i] * b[i]
    t = sum(i in n) s[i]
    y = floor(t / 2)
    plan one { proof all: * }
    plan two { proof front: * - y - t  proof back: y + t }
}";

/// The README's vote.
pub const fn vote(params: &'static [(&'static str, i64)], least_bits: Option<u32>) -> Laid {
    Laid {
        name: "vote",
        source: VOTE,
        params,
        plan: None,
        lanes: None,
        least_bits,
    }
}

/// Products, in one proof or in two that are linked.
pub const fn product(plan: &'static str, least_bits: Option<u32>) -> Laid {
    Laid {
        name: "product",
        source: PRODUCT,
        params: &[],
        plan: Some(plan),
        lanes: None,
        least_bits,
    }
}

/// Of a matrix product: its layout has three heights, and folds in a component a quarter as high as the
/// tallest.
pub const FOLDED: &[(&str, i64)] = &[("rows", 2), ("inner", 16), ("columns", 4)];

/// A matrix product, evaluated: it has folds.
pub const fn matmul(params: &'static [(&'static str, i64)], least_bits: Option<u32>) -> Laid {
    Laid {
        name: "matmul",
        source: MATMUL,
        params,
        plan: None,
        lanes: Some(1),
        least_bits,
    }
}

impl Laid {
    /// With these elements of its inputs.
    pub fn case(&self, inputs: &[&[i64]]) -> Case {
        let params: Vec<(String, i64)> = self
            .params
            .iter()
            .map(|&(name, value)| (name.to_string(), value))
            .collect();
        let shown = |found: Vec<_>| -> ! {
            let shown = diagnostic::render(&found, self.name, self.source, false);
            panic!("{shown}")
        };
        let (ast, graph) = analyse(self.source, &params).unwrap_or_else(|found| shown(found));
        let choices = Choices {
            least_bits: self.least_bits,
            ..Choices::default()
        };
        let strategy = match self.lanes {
            Some(lanes) => Strategy::Evaluated { lanes },
            None => Strategy::Unrolled,
        };
        let choices = choices.with_all(strategy, contractions(&graph).len());
        let compiled =
            assemble(ast, graph, self.plan, &choices).unwrap_or_else(|found| shown(found));
        assert_eq!(compiled.graph.inputs.len(), inputs.len(), "{}", self.name);
        let tensors = compiled.graph.inputs.iter().zip(inputs);
        let tensors = tensors.map(|(input, &data)| {
            let shape: Vec<usize> = input.shape.iter().map(|&size| size as usize).collect();
            assert_eq!(shape.iter().product::<usize>(), data.len());
            let data = data.to_vec();
            Tensor { shape, data }
        });
        let assignment = Assignment {
            inputs: tensors.collect(),
            tables: vec![vec![]; compiled.graph.tables.len()],
        };
        Case {
            name: self.name.into(),
            compiled,
            assignment,
            hides: self.least_bits.is_some(),
        }
    }
}
