//! A session from source to verdict in one call, as a caller of the library makes it.

use std::fs;
use std::path::Path;

use attnc::session::prove::{prove, Claimed, Proved};
use attnc::session::security::Setting;
use attnc::session::statement::{layout_digest, Digest};
use attnc::session::verify::{verify, Expected};
use attnc_compiler::circuit::choices::{Choices, Strategy};
use attnc_compiler::circuit::layout::contractions;
use attnc_compiler::meaning::eval::{evaluate, Assignment};
use attnc_compiler::meaning::graph::Graph;
use attnc_compiler::plan::partition;
use attnc_compiler::plan::text::choose;
use attnc_compiler::{analyse, assemble, lay_out_part, Compiled};

/// The text of one of the examples.
pub fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../examples/{name}.attn"));
    fs::read_to_string(path).unwrap()
}

/// A program's graph at some parameters.
pub fn graph(source: &str, params: &[(&str, i64)]) -> Graph {
    let params: Vec<(String, i64)> = params
        .iter()
        .map(|&(name, value)| (name.to_string(), value))
        .collect();
    analyse(source, &params).unwrap().1
}

/// How a program's contractions are laid out: unrolled, or evaluated in some lanes.
pub type Way = Option<u32>;

/// Every way to lay out a program.
pub fn ways(graph: &Graph) -> Vec<Way> {
    let mut ways = vec![None];
    if !contractions(graph).is_empty() {
        ways.extend([Some(1), Some(2)]);
    }
    ways
}

pub fn name(way: Way) -> String {
    way.map_or("unrolled".into(), |lanes| format!("evaluated in {lanes}"))
}

/// A program's circuit at some parameters, with the tables of `assignment`.
pub fn compile(
    source: &str,
    params: &[(&str, i64)],
    plan: Option<&str>,
    assignment: &Assignment,
) -> Compiled {
    compile_in(source, params, plan, assignment, None)
}

/// As [`compile`], with contractions laid out one way.
pub fn compile_in(
    source: &str,
    params: &[(&str, i64)],
    plan: Option<&str>,
    assignment: &Assignment,
    way: Way,
) -> Compiled {
    compile_with_rows(source, params, plan, assignment, way, None)
}

/// As [`compile_in`], with at least 2^`least_bits` rows: for proofs that hide.
pub fn compile_with_rows(
    source: &str,
    params: &[(&str, i64)],
    plan: Option<&str>,
    assignment: &Assignment,
    way: Way,
    least_bits: Option<u32>,
) -> Compiled {
    let mut graph = graph(source, params);
    for (table, entries) in graph.tables.iter_mut().zip(&assignment.tables) {
        if table.from_input {
            table.entries.clone_from(entries);
        }
    }
    let ast = attnc_compiler::syntax::parse::parse(source).unwrap();
    let strategy = way.map_or(Strategy::Unrolled, |lanes| Strategy::Evaluated { lanes });
    let choices = Choices {
        pairs: way.is_some_and(|lanes| lanes > 1),
        least_bits,
        ..Choices::default()
    };
    let choices = choices.with_all(strategy, contractions(&graph).len());
    assemble(ast, graph, plan, &choices).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

/// As [`compile_in`], each part of a plan that is declared: open boundaries divide it.
pub fn compile_parts(source: &str, plan: &str, assignment: &Assignment, way: Way) -> Vec<Compiled> {
    let (ast, mut graph) = analyse(source, &[]).unwrap();
    for (table, entries) in graph.tables.iter_mut().zip(&assignment.tables) {
        if table.from_input {
            table.entries.clone_from(entries);
        }
    }
    let strategy = way.map_or(Strategy::Unrolled, |lanes| Strategy::Evaluated { lanes });
    let declared = choose(&ast, &graph, Some(plan)).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let parts = partition(&graph, &declared).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let parts = parts.parts.into_iter().map(|part| {
        let choices = Choices {
            pairs: way.is_some_and(|lanes| lanes > 1),
            ..Choices::default()
        };
        let choices = choices.with_all(strategy, contractions(part.graph()).len());
        lay_out_part(&ast, &graph, part, &choices).unwrap_or_else(|errors| panic!("{errors:#?}"))
    });
    parts.collect()
}

/// Proves a program on an assignment and verifies the proof.
pub fn prove_and_verify(compiled: &Compiled, assignment: &Assignment, setting: Setting) -> Proved {
    prove_in_context(compiled, assignment, setting, "")
}

/// As [`prove_and_verify`]; another context gives other challenges and queries.
pub fn prove_in_context(
    compiled: &Compiled,
    assignment: &Assignment,
    setting: Setting,
    context: &str,
) -> Proved {
    let evaluation = evaluate(&compiled.graph, assignment).unwrap();
    let layout = layout_digest(&compiled.circuit).unwrap();
    let program = Digest::of("test program", compiled.ast.to_string().as_bytes());
    let claimed = Claimed {
        program,
        layout,
        choices: compiled.choices.clone(),
        params: Vec::new(),
        tables: Vec::new(),
        fixed: Vec::new(),
        context: context.to_string(),
    };
    let proved = prove(&compiled.circuit, &evaluation, setting, &claimed).unwrap();
    let statement = &proved.session.statement;
    let expected = Expected {
        circuit: &compiled.circuit,
        program,
        layout,
        choices: &compiled.choices,
        params: &[],
        tables: &[],
        fixed: &[],
        preprocessed: &statement.preprocessed,
        min_security: f64::from(setting.target_bits()),
        min_proven_security: 0.0,
        context: Some(context),
    };
    let parts = proved.session.parts();
    verify(&expected, statement, proved.session.nonce, &parts).unwrap();
    proved
}
