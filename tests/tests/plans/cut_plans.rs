//! Plans that cut: their parts mean what the program means, and their circuits are complete.

use std::collections::{BTreeMap, BTreeSet};

use attnc::session::security::Setting;
use attnc_compiler::circuit::choices::{Choices, Strategy};
use attnc_compiler::circuit::layout::{contractions, lay_out};
use attnc_compiler::meaning::eval::{evaluate, Evaluation};
use attnc_compiler::meaning::graph::{OutputId, Source, ValueId};
use attnc_compiler::meaning::space::for_each_point;
use attnc_compiler::meaning::validate::validate;
use attnc_compiler::plan::derived::{Derived, Whole};
use attnc_compiler::plan::text::choose;
use attnc_compiler::plan::{partition, Plan};
use attnc_compiler::Compiled;

use super::cuts::{
    at_origin, axes, case, cut_or_refuse, programs, ways_to_cut, APPENDED, WINDOWED,
};
use crate::common::generated::shared_inputs;
use crate::common::programs::{Case, Program};
use crate::common::random::Random;
use crate::common::session::{honest, Verifier};

/// One cut of a plan's text: `steps 0..2 | 2..4`.
fn cut_text(over: &str, breaks: &[u64], open: bool) -> String {
    let pieces = breaks.windows(2).map(|w| format!("{}..{}", w[0], w[1]));
    let pieces: Vec<String> = pieces.collect();
    let open = if open { "open " } else { "" };
    format!("{open}{over} {}", pieces.join(" | "))
}

/// Every element that the parts of a plan compute or put out is the whole's, no element of a value
/// is computed twice, and each of an output is put out once.
fn same_parts(whole: &Evaluation<'_>, plan: &Plan, what: &str) {
    let mut computed: BTreeSet<(Whole, Vec<u64>)> = BTreeSet::new();
    let mut put_out: BTreeMap<Whole, usize> = BTreeMap::new();
    for part in &plan.parts {
        let (graph, derived) = (part.graph(), &part.derived);
        assert_eq!(validate(graph), Ok(()), "{what}");
        let assignment = derived.assignment(whole);
        let own = match evaluate(graph, &assignment) {
            Ok(own) => own,
            Err(error) => panic!("{what}: {error}\n{graph}"),
        };
        for (number, origin) in derived.values.iter().enumerate() {
            let (id, value) = (ValueId(number as u32), &graph.values[number]);
            for_each_point(graph, &value.space, |at| {
                let expected = at_origin(whole, origin, at);
                let element = own.element(Source::Value(id), at);
                assert_eq!(element, expected, "{what}: {} {at:?}\n{graph}", value.name);
            });
            let first = computed.insert((origin.whole, origin.from.clone()));
            let is_input = matches!(origin.whole, Whole::Input(_));
            assert!(first || is_input, "{what}: {} twice", value.name);
        }
        for (number, origin) in derived.outputs.iter().enumerate() {
            let output = &graph.outputs[number];
            let tensor = own.output(OutputId(number as u32));
            for_each_point(graph, &graph.value(output.value).space, |point| {
                let at: Vec<i64> = output.layout.iter().map(|&place| point[place]).collect();
                let place: Vec<usize> = at.iter().map(|&at| at as usize).collect();
                let expected = at_origin(whole, origin, &at);
                assert_eq!(tensor.get(&place), expected, "{what}: {}", output.name);
                *put_out.entry(origin.whole).or_default() += 1;
            });
        }
    }
    let given = whole.graph();
    for (number, output) in given.outputs.iter().enumerate() {
        let count = output.shape.iter().product::<u64>() as usize;
        let whole = Whole::Output(OutputId(number as u32));
        assert_eq!(put_out.get(&whole), Some(&count), "{what}: {}", output.name);
    }
}

/// As `partition` makes them of a plan's text: linked and open, cut once and twice. What several
/// pieces read of one input, caches that share it, and what is read at other steps than its own
/// stand in the way of no cut of the steps.
#[test]
fn plans_that_cut_mean_what_the_program_means() {
    let mut random = Random::new(5);
    let (mut made, mut parts, mut boards, mut refused) = (0, 0, 0, BTreeMap::new());
    let shared = (0..60).map(shared_inputs);
    let own = [("appended", APPENDED), ("windowed", WINDOWED)];
    let own = own.map(|(name, source)| Program::new(name, source, &[], None));
    for program in own.into_iter().chain(shared) {
        let case = program.case(3);
        let (ast, graph) = (&case.compiled.ast, &case.compiled.graph);
        let whole = evaluate(graph, &case.assignment).unwrap();
        let axes: Vec<(String, u64)> = axes(graph).into_iter().filter(|a| a.1 > 1).collect();
        for (over, size) in &axes {
            for breaks in ways_to_cut(*size, &mut random) {
                let open = random.below(2) == 0;
                let mut text = format!("proof p: * {}", cut_text(over, &breaks, open));
                let (other, size) = &axes[random.below(axes.len())];
                let twice = other != over && random.below(2) == 0;
                if twice {
                    let ways = ways_to_cut(*size, &mut random);
                    let again = &ways[random.below(ways.len())];
                    text += &format!(" {}", cut_text(other, again, random.below(2) == 0));
                }
                let what = format!("{}, {text}\n{}", program.name, program.source);
                let declared = choose(ast, graph, Some(&text));
                let declared = declared.unwrap_or_else(|errors| panic!("{what}: {errors:#?}"));
                let plan = match partition(graph, &declared) {
                    Ok(plan) => plan,
                    Err(errors) => {
                        *refused.entry(errors[0].code).or_insert(0) += 1;
                        assert!(
                            ["E104", "E105", "E108", "E109"].contains(&errors[0].code),
                            "{what}: {errors:#?}"
                        );
                        let steps = over == "steps" && !twice;
                        assert!(!steps || errors[0].code != "E105", "{what}: {errors:#?}");
                        continue;
                    }
                };
                made += 1;
                parts += usize::from(plan.parts.len() > 1);
                same_parts(&whole, &plan, &what);
                if random.below(3) > 0 {
                    continue;
                }
                for part in plan.parts {
                    let graph = part.graph().clone();
                    let assignment = part.derived.assignment(&whole);
                    let lanes = [None, Some(1), Some(2)][random.below(3)];
                    let strategy =
                        lanes.map_or(Strategy::Unrolled, |lanes| Strategy::Evaluated { lanes });
                    let choices = Choices::default().with_all(strategy, contractions(&graph).len());
                    let circuit = lay_out(&part, &choices)
                        .unwrap_or_else(|errors| panic!("{what}: {errors:#?}"));
                    let compiled = Compiled {
                        ast: ast.clone(),
                        graph,
                        part,
                        choices,
                        circuit,
                    };
                    let piece = Case {
                        name: what.clone(),
                        compiled,
                        assignment,
                        hides: false,
                    };
                    let faults = piece.board().faults();
                    assert!(faults.none(), "{what}: {faults:?}");
                    boards += 1;
                }
            }
        }
    }
    println!("{made} plans, {parts} of several parts, {boards} boards, refused {refused:?}");
    let refused: usize = refused.values().sum();
    assert!(
        made > 200 && parts > 80 && boards > 100,
        "{made} {parts} {boards}"
    );
    assert!(made > 4 * refused, "{made} made, {refused} refused");
}

/// The circuits of pieces hold on the honest trace, in one proof and in several.
#[test]
fn circuits_of_pieces_are_complete() {
    let mut random = Random::new(11);
    let mut boards = 0;
    for program in programs() {
        let whole = program.case(3);
        let all = Derived::all(whole.compiled.graph.clone());
        for (over, size) in axes(&all.graph).into_iter().filter(|axis| axis.1 > 1) {
            let ways = ways_to_cut(size, &mut random);
            let breaks = &ways[random.below(ways.len())];
            let what = format!("{}, {over} at {breaks:?}", whole.name);
            let Some(cut) = cut_or_refuse(&all, &over, breaks, &what) else {
                continue;
            };
            let apart = random.below(2) == 0;
            let lanes = [None, Some(1), Some(2)][random.below(3)];
            let what = format!("{what}, apart {apart}, lanes {lanes:?}");
            let board = case(&whole, &cut, apart, lanes, &what).board();
            let faults = board.faults();
            assert!(faults.none(), "{what}: {faults:?}");
            boards += 1;
        }
    }
    assert!(boards > 60, "{boards} boards");
}

#[test]
fn decode_is_proved_in_pieces() {
    let source = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/decode.attn"
    ));
    let sizes = [("heads", 2), ("width", 4), ("steps", 4)];
    let program = Program::new("decode", &source.unwrap(), &sizes, None);
    let whole = program.case(1);
    let all = Derived::all(whole.compiled.graph.clone());
    let steps = cut_or_refuse(&all, "steps", &[0, 2, 4], "steps").unwrap();
    let heads = cut_or_refuse(&all, "heads", &[0, 1, 2], "heads").unwrap();
    let both = cut_or_refuse(&steps.derived, "heads", &[0, 1, 2], "both").unwrap();
    for (cut, name) in [(steps, "steps"), (heads, "heads"), (both, "both")] {
        for (apart, lanes) in [(false, None), (true, None), (true, Some(2))] {
            let case = case(
                &whole,
                &cut,
                apart,
                lanes,
                &format!("{name} {apart} {lanes:?}"),
            );
            let session = honest(&case, Setting::Seed, "");
            let verdict = Verifier::new(&case, &session).verify(&session);
            assert_eq!(verdict, Ok(()), "{}", case.name);
        }
    }
}
