//! The map of the house. attnc's compiler is pure: no IO, no cryptography.
//!
//! ```text
//! source -parse-> Ast -check-> Graph -partition-> Plan -lay_out-> Circuit
//! ```
//!
//! - [`diagnostic`]: one plain-data error; all that knows codespan. [`visible`]: text of strangers.
//! - [`ast`], [`parse`], [`print`]: what was written; `parse` is all that knows pest.
//! - [`graph`], [`check`], [`validate`], [`index`], [`space`]: what it means: typed dataflow over
//!   named indices with integer intervals.
//! - [`table`], [`real`], [`rounding`]: compile-time evaluation of tables in arbitrary precision.
//! - [`eval`], [`tensor`]: the reference meaning over the integers.
//! - [`plan`], [`plan_text`], [`cost`]: which values share a proof, and what proofs weigh.
//! - [`cut`], [`extract`], [`derived`]: pieces and parts as graphs of their own, and what they are of
//!   the whole.
//! - [`layout`], [`choices`]: which values share a component, and how the rest crosses.
//! - [`search`]: the choices that cost least.
//! - [`circuit`]: component instances, row counts, fixed columns.
//! - [`ledger`]: which place of the source a circuit's columns and sends are there for.
//! - [`crossing`]: what crosses between components, and what that costs.
//! - [`graph_print`], [`plan_print`], [`circuit_print`]: how stages print themselves.
//! - [`json`]: the one way JSON is read.
//! - [`row`], [`gadgets`]: the vocabulary that every row is written in.

pub mod ast;
pub mod candidates;
pub mod check;
pub mod choices;
pub mod circuit;
pub mod circuit_print;
pub mod cost;
pub mod crossing;
pub mod cut;
pub mod dataflow;
pub mod derived;
pub mod diagnostic;
pub mod eval;
pub mod extract;
pub mod gadgets;
pub mod graph;
pub mod graph_print;
pub mod index;
pub mod json;
pub mod layout;
pub mod ledger;
pub mod parse;
pub mod plan;
pub mod plan_print;
pub mod plan_text;
pub mod print;
pub mod real;
pub mod rounding;
pub mod row;
mod scan;
pub mod search;
pub mod space;
pub mod table;
pub mod tensor;
pub mod validate;
pub mod visible;

use ast::Ast;
use choices::Choices;
use circuit::Circuit;
use diagnostic::Diagnostic;
use graph::Graph;
use plan::Part;

/// What every stage made of one program: of one part of a plan.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub ast: Ast,
    /// The whole program's.
    pub graph: Graph,
    pub part: Part,
    /// How `circuit` was laid out.
    pub choices: Choices,
    pub circuit: Circuit,
}

/// Parses and checks a program with some of its parameters set.
///
/// # Errors
/// Everything that is wrong with the program; where it has errors of syntax, what else is wrong
/// with the items that have none.
pub fn analyse(source: &str, overrides: &[(String, i64)]) -> Result<(Ast, Graph), Vec<Diagnostic>> {
    let ast = parse::parse(source).map_err(|mut errors| {
        if let Some((ast, lost)) = parse::salvage(source) {
            errors.extend(check::check_rest(&ast, overrides, lost));
            errors.sort_by_key(|error| error.primary.as_ref().map(|label| label.span));
        }
        errors
    })?;
    let graph = check::check(&ast, overrides)?;
    debug_assert_eq!(validate::validate(&graph), Ok(()));
    Ok((ast, graph))
}

/// Partitions and lays out a checked program under the plan of this name or text, or the first
/// one, which has no open boundary.
///
/// # Errors
/// What is wrong with the plan, or does not fit a circuit; E106 for a plan of several parts.
pub fn assemble(
    ast: Ast,
    graph: Graph,
    plan: Option<&str>,
    choices: &Choices,
) -> Result<Compiled, Vec<Diagnostic>> {
    let declared = plan_text::choose(&ast, &graph, plan)?;
    let part = plan::partition(&graph, &declared)?.only()?;
    lay_out_part(&ast, &graph, part, choices)
}

/// Partitions and lays out every part of a plan, given by its name or text.
///
/// # Errors
/// What is wrong with the plan, or does not fit a circuit; E114 if there are not as many choices
/// as parts.
pub fn assemble_parts(
    ast: &Ast,
    graph: &Graph,
    plan: Option<&str>,
    choices: &[Choices],
) -> Result<Vec<Compiled>, Vec<Diagnostic>> {
    let declared = plan_text::choose(ast, graph, plan)?;
    let parts = plan::partition(graph, &declared)?.parts;
    if parts.len() != choices.len() {
        let (parts, choices) = (parts.len(), choices.len());
        let what = format!("there are layout choices for {choices} parts, the plan has {parts}");
        return Err(vec![Diagnostic::new("E114", what)]);
    }
    let parts = parts.into_iter().zip(choices);
    parts
        .map(|(part, choices)| lay_out_part(ast, graph, part, choices))
        .collect()
}

/// Lays out one part of a plan.
///
/// # Errors
/// What does not fit a circuit.
pub fn lay_out_part(
    ast: &Ast,
    graph: &Graph,
    part: Part,
    choices: &Choices,
) -> Result<Compiled, Vec<Diagnostic>> {
    let circuit = layout::lay_out(&part, choices)?;
    Ok(Compiled {
        ast: ast.clone(),
        graph: graph.clone(),
        part,
        choices: choices.clone(),
        circuit,
    })
}
