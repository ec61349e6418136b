//! The ways to lay out and prove a program.

use attnc::price::{cost, Aim};
use attnc::session::security::Setting;
use attnc_compiler::choice::search::{search, Contract};
use attnc_compiler::circuit::choices::{Choices, Strategy};
use attnc_compiler::circuit::layout::{contractions, polynomials, short_sums};
use attnc_compiler::circuit::Circuit;
use attnc_compiler::diagnostic::Diagnostic;
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::plan::Part;
use attnc_compiler::syntax::ast::Ast;
use attnc_compiler::{lay_out_part, Compiled};

/// The ways to lay out and prove: four of each mode.
pub const WAYS: u8 = 8;

/// The setting that a part is proved at in its way.
pub fn setting(part: &Compiled) -> Setting {
    match part.choices.hides() {
        false => Setting::Seed,
        true => Setting::Seed.hiding(),
    }
}

/// log2 of the rows that every component has at least.
fn least_bits(way: u8) -> Option<u32> {
    let hides = way % WAYS >= WAYS / 2;
    let masks = Setting::Seed.hiding().masks();
    masks.filter(|_| hides).map(|masks| masks.least_bits)
}

fn choices(part: &Part, way: u8) -> Choices {
    let count = contractions(part.graph()).len();
    let least = Choices {
        least_bits: least_bits(way),
        ..Choices::default()
    };
    let evaluated = |lanes| least.clone().with_all(Strategy::Evaluated { lanes }, count);
    match way % 4 {
        1 => Choices {
            columns: polynomials(part.graph()).iter().map(|id| id.0).collect(),
            rows: (0..short_sums(part.graph()).len() as u32).collect(),
            ..evaluated(1)
        },
        2 => Choices {
            pairs: true,
            block_bits: Some(6),
            tallest_bits: Some(7),
            ..evaluated(2)
        },
        _ => least,
    }
}

pub fn lay_out(ast: &Ast, graph: &Graph, part: Part, way: u8) -> Result<Compiled, Vec<Diagnostic>> {
    if way % 4 < 3 {
        let choices = choices(&part, way);
        return lay_out_part(ast, graph, part, &choices);
    }
    let aim = Aim {
        hiding: least_bits(way).is_some(),
        ..Aim::default()
    };
    let cost = |circuit: &Circuit| cost(circuit, Setting::Seed.into(), aim);
    let found = search(&part, Contract::default(), least_bits(way), &cost)?;
    Ok(Compiled {
        ast: ast.clone(),
        graph: graph.clone(),
        part,
        choices: found.choices,
        circuit: found.circuit,
    })
}
