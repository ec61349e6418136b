//! The whole way of a program with a plan: checked, laid out, proved and verified in all its parts, beside
//! the reference evaluator.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use attnc::audit::board::Board;
use attnc::claim::whole::{check, origin, statements, Demands, Publics, Reading, Refusal};
use attnc::files::key::{Identity, Key};
use attnc::files::proof::{encode, set};
use attnc::price::{price, Aim};
use attnc::session::account;
use attnc::session::prove::{prove, public_tensors, Claimed, Session};
use attnc::session::security::Setting;
use attnc::session::statement::Public;
use attnc::session::verify::Rejection;
use attnc_compiler::circuit::choices::Strategy;
use attnc_compiler::diagnostic::{render, Diagnostic};
use attnc_compiler::meaning::dims::max_sizes;
use attnc_compiler::meaning::eval::{evaluate, Assignment, Evaluation};
use attnc_compiler::meaning::graph::{Graph, Interval, Visibility};
use attnc_compiler::meaning::tensor::Tensor;
use attnc_compiler::plan::derived::Whole;
use attnc_compiler::plan::partition;
use attnc_compiler::plan::text::choose;
use attnc_compiler::syntax::ast::Ast;
use attnc_compiler::syntax::parse::parse;
use attnc_compiler::{analyse, Compiled};

use super::hidden::Hidden;
use super::random::Random;
use super::reference::{self, Tensors};
use super::session::{lie, off_balance, one_off, Lie};
use super::ways::{lay_out, setting};
use super::written::Written;

/// Where a program's way ends before a proof.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// By the compiler, with this code.
    Refused(&'static str),
    /// Its assertions hold on none of the inputs that were tried.
    Unmet,
}

/// What was done on the way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    pub proofs: usize,
    pub several_parts: usize,
    pub several_proofs: usize,
    pub evaluated: usize,
    pub outputs_refused: usize,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.proofs += other.proofs;
        self.several_parts += other.several_parts;
        self.several_proofs += other.several_proofs;
        self.evaluated += other.evaluated;
        self.outputs_refused += other.outputs_refused;
    }
}

fn wide(data: &[i64]) -> Vec<i128> {
    data.iter().map(|&x| i128::from(x)).collect()
}

/// What the reference evaluator gives, which is what attnc's gives; `None` if both stop.
///
/// # Panics
/// If they do not agree.
pub fn agrees(ast: &Ast, graph: &Graph, assignment: &Assignment) -> Option<Tensors> {
    let inputs: Tensors = graph
        .inputs
        .iter()
        .zip(&assignment.inputs)
        .map(|(input, tensor)| {
            let shape = tensor.shape.iter().map(|&size| size as i128).collect();
            (input.name.clone(), (shape, wide(&tensor.data)))
        })
        .chain(fixed(graph))
        .collect();
    let tables: BTreeMap<String, Vec<i128>> = graph
        .tables
        .iter()
        .zip(&assignment.tables)
        .filter(|(table, _)| table.from_input)
        .map(|(table, entries)| (table.name.clone(), wide(entries)))
        .collect();
    let params = graph.params.iter().map(|p| (p.name.clone(), p.value));
    let params: Vec<(String, i64)> = params.collect();
    let found = reference::evaluate(ast, &params, &inputs, &tables);
    match (found, evaluate(graph, assignment)) {
        (Ok(found), Ok(evaluation)) => {
            let own = outputs(graph, &evaluation);
            assert_eq!(found, own, "the evaluators differ");
            Some(found)
        }
        (Err(_), Err(_)) => None,
        (found, own) => panic!("reference {found:?}, attnc {:?}", own.err()),
    }
}

/// The fixed inputs that a graph has been given.
fn fixed(graph: &Graph) -> impl Iterator<Item = (String, (Vec<i128>, Vec<i128>))> + '_ {
    let given = graph.fixed_inputs().zip(graph.given_again());
    given.map(|((_, fixed), tensor)| {
        let shape = tensor.shape.iter().map(|&size| size as i128).collect();
        (fixed.name.clone(), (shape, wide(&tensor.data)))
    })
}

/// Fixed inputs in their ranges, at the ends more often.
fn weights(graph: &Graph, random: &mut Random) -> Vec<Tensor> {
    let fixed = graph.fixed_inputs().map(|(_, fixed)| {
        let shape: Vec<usize> = max_sizes(&fixed.dims).iter().map(|&n| n as usize).collect();
        drawn(shape, fixed.interval, random)
    });
    fixed.collect()
}

fn drawn(shape: Vec<usize>, range: Interval, random: &mut Random) -> Tensor {
    let (lo, hi) = (range.lo as i64, range.hi as i64);
    let element = |random: &mut Random| match random.below(8) {
        0 => lo,
        1 => hi,
        _ => random.within(lo, hi),
    };
    let data = (0..shape.iter().product()).map(|_| element(random));
    let data = data.collect();
    Tensor { shape, data }
}

fn outputs(graph: &Graph, evaluation: &Evaluation<'_>) -> Tensors {
    let outputs = graph.outputs.iter().zip(0..);
    let outputs = outputs.map(|(output, number)| {
        let tensor = evaluation.output(attnc_compiler::meaning::graph::OutputId(number));
        let shape = output.shape.iter().map(|&size| size.into()).collect();
        (output.name.clone(), (shape, wide(&tensor.data)))
    });
    outputs.collect()
}

/// Inputs in their ranges, at the ends more often.
fn sample(graph: &Graph, random: &mut Random) -> Assignment {
    let mut inputs = Vec::new();
    for input in &graph.inputs {
        let shape: Vec<usize> = input.shape.iter().map(|&n| n as usize).collect();
        inputs.push(drawn(shape, input.range, random));
    }
    Assignment {
        inputs,
        tables: graph.tables.iter().map(|t| t.entries.clone()).collect(),
    }
}

/// A diagnostic is one that a user can read.
fn refused(errors: &[Diagnostic], written: &Written) -> Way {
    let first = errors.first().expect("an error without a diagnostic");
    let plan = written.plan.as_deref().unwrap_or_default();
    for error in errors {
        assert!(error.code.len() == 4 && !error.message.is_empty());
        assert!(!error.message.contains("bug of attnc"), "{}", error.message);
    }
    let _ = render(errors, "random.attn", &written.source, false) + plan;
    Way::Refused(first.code)
}

/// A part that was proved.
struct Proved {
    board: Board,
    session: Session,
    file: Vec<u8>,
}

/// The whole way of a program. `way` is one of [`WAYS`](super::ways::WAYS).
///
/// # Errors
/// Where the way ended early.
///
/// # Panics
/// If something is not as it must be.
pub fn go(written: &Written, way: u8, random: &mut Random) -> Result<Count, Way> {
    let refused = |errors: Vec<Diagnostic>| refused(&errors, written);
    let source = &written.source;
    let (ast, mut graph) = analyse(source, &written.params).map_err(refused)?;
    let printed = ast.to_string();
    assert_eq!(parse(&printed).unwrap().to_string(), printed);
    assert!(!graph.to_string().is_empty());
    for table in graph.tables.iter_mut().filter(|table| table.from_input) {
        let (lo, hi) = (table.range.lo as i64, table.range.hi as i64);
        let entries = (0..table.domain.size()).map(|_| random.within(lo, hi));
        table.entries = entries.collect();
    }
    // The key has the weights, so that one that breaks a static assertion is none.
    let given = weights(&graph, random);
    graph.learn(given).map_err(|_| Way::Unmet)?;
    // Whatever the plan makes of it, it means what it means.
    let tried = (0..20).map(|_| sample(&graph, random)).collect::<Vec<_>>();
    let held = tried
        .iter()
        .find_map(|assignment| Some((assignment, agrees(&ast, &graph, assignment)?)));
    let declared = choose(&ast, &graph, written.plan.as_deref()).map_err(refused)?;
    let parts = partition(&graph, &declared).map_err(refused)?.parts;
    let parts: Result<Vec<Compiled>, Vec<Diagnostic>> = parts
        .into_iter()
        .map(|part| lay_out(&ast, &graph, part, way))
        .collect();
    let parts = parts.map_err(refused)?;
    inspected(&parts);
    let (assignment, meant) = held.ok_or(Way::Unmet)?;

    let settings: Vec<Setting> = parts.iter().map(setting).collect();
    let settings: Vec<&[Setting]> = settings.iter().map(std::slice::from_ref).collect();
    let written_key = Key::make_for(&parts, &settings).to_json();
    let key = Key::parse(written_key.as_bytes()).unwrap();
    assert_eq!(key.to_json(), written_key);
    // A verifier has the key alone, a prover every element of tables and fixed inputs too.
    let parts = key.compile().unwrap_or_else(|error| panic!("{error}"));
    let proving = key.lay_out(&ast, &graph);
    let proving = proving.unwrap_or_else(|error| panic!("{error}"));

    let whole = evaluate(&graph, assignment).unwrap();
    let mut proved = Vec::new();
    for part in &proving {
        let own = part.part.derived.assignment(&whole);
        let evaluation = evaluate(&part.part.derived.graph, &own)
            .unwrap_or_else(|error| panic!("part {}: {error}", part.circuit.part));
        proved.push(one_part(part, &evaluation));
    }
    let mut count = Count {
        proofs: proved.iter().map(|part| part.session.proofs.len()).sum(),
        several_parts: usize::from(parts.len() > 1),
        several_proofs: usize::from(parts.iter().any(|part| part.circuit.proofs.len() > 1)),
        evaluated: usize::from(parts.iter().any(is_evaluated)),
        outputs_refused: 0,
    };
    for (number, part) in proved.iter().enumerate() {
        let readings = accepted(&key, &parts, &part.file);
        assert_eq!(readings[0].part, Some(number));
        true_of(&parts, &readings, assignment, &meant, parts.len() == 1);
        let claimed = Identity::of(&proving[number]).claimed("of a test".into());
        count.outputs_refused += lies(&key, &parts, (number, &claimed), part, random);
    }
    if parts.len() > 1 {
        let mut files: Vec<Vec<u8>> = proved.iter().map(|part| part.file.clone()).collect();
        let readings = accepted(&key, &parts, &set(&files));
        true_of(&parts, &readings, assignment, &meant, true);
        // In whatever order, and as far as it goes.
        files.reverse();
        accepted(&key, &parts, &set(&files));
        files.pop();
        let readings = accepted(&key, &parts, &set(&files));
        true_of(&parts, &readings, assignment, &meant, false);
        files.push(files[0].clone());
        assert!(verdict(&key, &parts, &set(&files)).is_err());
    }
    Ok(count)
}

fn is_evaluated(part: &Compiled) -> bool {
    let mut strategies = part.choices.contract.iter();
    strategies.any(|strategy| *strategy != Strategy::Unrolled)
}

/// What `attnc inspect` computes.
fn inspected(parts: &[Compiled]) {
    for part in parts {
        let circuit = &part.circuit;
        let standard = (!part.choices.hides()).then_some(Setting::Standard);
        for setting in [setting(part)].into_iter().chain(standard) {
            let price = price(circuit, setting.into(), Aim::default());
            let price = price.unwrap_or_else(|| panic!("{}: no price", circuit.part));
            assert!(price.bytes.is_finite() && price.bytes > 0.0);
            assert!(account(circuit, setting).conjectured_bits > 0.0);
        }
        assert!(!circuit.show(&part.ast.to_string()).to_string().is_empty());
    }
}

fn one_part(part: &Compiled, evaluation: &Evaluation<'_>) -> Proved {
    let (circuit, graph) = (&part.circuit, &part.part.derived.graph);
    let name = &circuit.part;
    let board = Board::new(name, circuit.clone(), graph, evaluation)
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let faults = board.faults();
    assert!(faults.none(), "{name}: {faults:?}");
    let claimed = Identity::of(part).claimed("of a test".into());
    let proved = prove(circuit, evaluation, setting(part), &claimed);
    let session = match proved {
        Ok(proved) => proved.session,
        Err(error) => panic!("{name}: {error}"),
    };
    let publics = public_tensors(circuit, evaluation);
    assert_eq!(session.statement.publics, publics, "{name}");
    let file = encoded(part, &session);
    Proved {
        board,
        session,
        file,
    }
}

fn encoded(part: &Compiled, session: &Session) -> Vec<u8> {
    encode(
        &session.statement,
        &part.circuit,
        session.nonce,
        &session.parts(),
    )
}

fn verdict(key: &Key, parts: &[Compiled], file: &[u8]) -> Result<Vec<Reading>, Refusal> {
    let demands = Demands {
        context: Some("of a test"),
        ..Demands::default()
    };
    let mut readings = Vec::new();
    check(key, parts, file, &demands, &mut readings)?;
    Ok(readings)
}

fn accepted(key: &Key, parts: &[Compiled], file: &[u8]) -> Vec<Reading> {
    verdict(key, parts, file).unwrap_or_else(|refusal| panic!("an honest proof: {refusal}"))
}

/// The outputs of which some parts put out a piece.
fn defined(parts: &[Compiled], readings: &[Reading]) -> BTreeSet<String> {
    let read = readings.iter().filter_map(|reading| reading.part);
    let tensors = read.flat_map(|part| {
        let tensors = parts[part].circuit.publics.iter();
        tensors.map(move |tensor| (&parts[part], tensor))
    });
    let outputs = tensors.filter_map(|(part, tensor)| match origin(part, tensor).whole {
        Whole::Output(id) if !tensor.input => Some(part.graph.output(id).name.clone()),
        _ => None,
    });
    outputs.collect()
}

/// What the verifier says that some proofs show is what the program means; all of it if they are all
/// that there are.
fn true_of(
    parts: &[Compiled],
    readings: &[Reading],
    assignment: &Assignment,
    meant: &Tensors,
    all: bool,
) {
    let graph = &parts[0].graph;
    let shown = Publics::of(parts, &statements(readings)).unwrap();
    let shown: Vec<Public> = shown.complete();
    let defined = defined(parts, readings);
    for public in &shown {
        // What a part is only given another has to show.
        assert!(
            public.input || defined.contains(&public.name),
            "{}",
            public.name
        );
        let input = graph.inputs.iter().zip(&assignment.inputs);
        let input = input.filter(|(input, _)| public.input && input.name == public.name);
        let expected = match input.map(|(_, tensor)| wide(&tensor.data)).next() {
            Some(data) => data,
            None => meant[&public.name].1.clone(),
        };
        assert_eq!(wide(&public.elements), expected, "{}", public.name);
    }
    if all {
        let is_public = |visibility| visibility == Visibility::Public;
        let inputs = graph.inputs.iter().filter(|t| is_public(t.visibility));
        let outputs = graph.outputs.iter().filter(|t| is_public(t.visibility));
        let inputs = inputs.map(|t| &t.name).filter(|name| {
            // One that nothing reads may be in no part.
            parts.len() == 1 || shown.iter().any(|public| public.name == **name)
        });
        let names: Vec<&String> = inputs.chain(outputs.map(|t| &t.name)).collect();
        let found: Vec<&String> = shown.iter().map(|public| &public.name).collect();
        assert_eq!(found, names);
    }
}

/// Every public output of a part with an element changed: in the honest statement, and with a proof
/// that was made for it.
fn lies(
    key: &Key,
    parts: &[Compiled],
    (number, claimed): (usize, &Claimed),
    part: &Proved,
    random: &mut Random,
) -> usize {
    let mut refused = 0;
    let (compiled, honest) = (&parts[number], &part.session.statement.publics);
    let told = |publics: Vec<Public>| {
        let lied = Lie {
            hidden: Hidden::TRUE_TOTALS,
            ..Lie::of_publics(&part.board, publics)
        };
        let forged = lie(lied, setting(compiled), claimed).expect("no rule is broken");
        verdict(key, parts, &encoded(compiled, &forged)).err()
    };
    if setting(compiled).hides() {
        assert_eq!(told(honest.clone()), None, "the truth, by a liar");
    }
    for (tensor, public) in honest.iter().enumerate() {
        let range = part.board.circuit.publics[tensor].range;
        if public.input || public.elements.is_empty() || range.lo == range.hi {
            continue;
        }
        let position = random.below(public.elements.len());
        let mut edited = part.session.clone();
        let elements = &mut edited.statement.publics[tensor].elements;
        one_off(&mut elements[position], range);
        let found = told(edited.statement.publics.clone());
        let off =
            |rejection: &Rejection| off_balance(&compiled.circuit, setting(compiled), rejection);
        assert!(
            matches!(&found, Some(Refusal::Rejected(rejection)) if off(rejection)),
            "{found:?}"
        );
        assert!(verdict(key, parts, &encoded(compiled, &edited)).is_err());
        refused += 2;
    }
    refused
}
