//! Graphs that are cut: the same elements as the whole, and circuits of pieces that are complete.

use std::collections::{BTreeMap, BTreeSet};

use attnc_compiler::circuit::choices::{Choices, Strategy};
use attnc_compiler::circuit::layout::{contractions, lay_out};
use attnc_compiler::diagnostic::Span;
use attnc_compiler::meaning::eval::{evaluate, Evaluation};
use attnc_compiler::meaning::graph::{Graph, InputId, Member, OutputId, Source, ValueId};
use attnc_compiler::meaning::space::for_each_point;
use attnc_compiler::meaning::validate::validate;
use attnc_compiler::plan::cut::{cut, find, Cut};
use attnc_compiler::plan::derived::{Derived, Origin, Whole};
use attnc_compiler::plan::Part;
use attnc_compiler::Compiled;

use crate::common::carried;
use crate::common::contractions::contracted;
use crate::common::gadgets::{self, residues};
use crate::common::generated::{program, shared_inputs, sum_of_products, sums_over_caches};
use crate::common::programs::{examples, Case, Program};
use crate::common::random::Random;

/// Everything that a graph may be asked to be cut over.
pub fn axes(graph: &Graph) -> Vec<(String, u64)> {
    let spaces = graph.values.iter().flat_map(|value| &value.space);
    let names = spaces.flat_map(|&index| {
        let index = graph.index(index);
        [Some(index.name.clone()), index.over.clone()]
    });
    let found = names
        .flatten()
        .filter_map(|name| find(graph, &name, Span::default()).ok());
    let mut found: Vec<(String, u64)> = found.collect();
    found.sort();
    found.dedup();
    found
}

/// Where to cut an index of this size: one by one, and in two or three at random.
pub fn ways_to_cut(size: u64, random: &mut Random) -> Vec<Vec<u64>> {
    let mut ways = vec![(0..=size).collect()];
    for count in 1..3 {
        let mut ends = BTreeSet::from([0, size]);
        for _ in 0..count {
            ends.insert(1 + random.below(size as usize - 1) as u64);
        }
        ways.push(ends.into_iter().collect());
    }
    ways
}

pub fn at_origin(whole: &Evaluation<'_>, origin: &Origin, at: &[i64]) -> i64 {
    let from = origin.from.iter().map(|&from| from as i64);
    let place: Vec<i64> = from.zip(at).map(|(from, at)| from + at).collect();
    assert_eq!(place.len(), origin.from.len());
    match origin.whole {
        Whole::Input(id) => whole.element(Source::Input(id), &place),
        Whole::Value(id) => whole.element(Source::Value(id), &place),
        Whole::Output(id) => {
            let tensor = whole.output(id);
            let sizes = tensor.shape.iter().zip(&place);
            let offset = sizes.fold(0, |offset, (&size, &at)| offset * size + at as usize);
            tensor.data[offset]
        }
    }
}

/// Every element of a cut graph is the element of the whole that it comes from, and every element
/// of the whole is in exactly one piece.
pub fn same_elements(whole: &Evaluation<'_>, derived: &Derived, what: &str) {
    let graph = &derived.graph;
    assert_eq!(validate(graph), Ok(()), "{what}");
    let assignment = derived.assignment(whole);
    let pieces = match evaluate(graph, &assignment) {
        Ok(pieces) => pieces,
        Err(error) => panic!("{what}: {error}\n{graph}"),
    };
    let mut seen: BTreeMap<Whole, usize> = BTreeMap::new();
    for (number, value) in graph.values.iter().enumerate() {
        let origin = &derived.values[number];
        for_each_point(graph, &value.space, |at| {
            let element = pieces.element(Source::Value(ValueId(number as u32)), at);
            let expected = at_origin(whole, origin, at);
            assert_eq!(element, expected, "{what}: {} {at:?}\n{graph}", value.name);
            *seen.entry(origin.whole).or_default() += 1;
        });
    }
    for (number, output) in graph.outputs.iter().enumerate() {
        let tensor = pieces.output(OutputId(number as u32));
        let origin = &derived.outputs[number];
        for (offset, &element) in tensor.data.iter().enumerate() {
            let at: Vec<i64> = tensor.position(offset).iter().map(|&k| k as i64).collect();
            assert_eq!(
                element,
                at_origin(whole, origin, &at),
                "{what}: {}",
                output.name
            );
            *seen.entry(origin.whole).or_default() += 1;
        }
    }
    for (number, input) in graph.inputs.iter().enumerate() {
        *seen.entry(derived.inputs[number].whole).or_default() +=
            input.shape.iter().product::<u64>() as usize;
        assert!(matches!(derived.inputs[number].whole, Whole::Input(_)));
    }
    let given = whole.graph();
    // What is handed from piece to piece of a loop repeats what its last iteration leaves.
    let carried = given.states.iter().filter(|state| state.is_carried());
    let left = carried.filter_map(|state| state.append.as_ref()?.source);
    let left: Vec<Source> = left.collect();
    for number in 0..given.values.len() as u32 {
        let id = ValueId(number);
        let count = whole.value(id).data.len();
        let found = seen.get(&Whole::Value(id)).copied().unwrap_or(0);
        let repeats = left.contains(&Source::Value(id));
        assert!(found == count || (repeats && found > count), "{what}");
    }
    for (number, output) in given.outputs.iter().enumerate() {
        let count = output.shape.iter().product::<u64>() as usize;
        assert_eq!(
            seen[&Whole::Output(OutputId(number as u32))],
            count,
            "{what}"
        );
    }
    for number in 0..given.inputs.len() as u32 {
        // A value that stands for a box of an input may repeat it.
        let count = whole.input(InputId(number)).len();
        assert!(
            seen.get(&Whole::Input(InputId(number)))
                .copied()
                .unwrap_or(0)
                >= count,
            "{what}"
        );
    }
    let names: Vec<&str> = [
        graph
            .inputs
            .iter()
            .map(|t| t.name.as_str())
            .collect::<Vec<_>>(),
        graph.outputs.iter().map(|t| t.name.as_str()).collect(),
        graph.states.iter().map(|t| t.name.as_str()).collect(),
    ]
    .concat();
    let distinct: BTreeSet<&&str> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
}

pub fn cut_or_refuse(given: &Derived, over: &str, breaks: &[u64], what: &str) -> Option<Cut> {
    match cut(given, over, breaks, Span::default()) {
        Ok(cut) => {
            let members: BTreeSet<Member> = cut.derived.graph.members().into_iter().collect();
            let known: BTreeSet<Member> = cut.pieces.keys().copied().collect();
            assert_eq!(known, members, "{what}");
            let (graph, made) = (&cut.derived, &cut.derived.graph);
            assert_eq!(graph.inputs.len(), made.inputs.len());
            assert_eq!(graph.outputs.len(), made.outputs.len());
            assert_eq!(graph.values.len(), made.values.len());
            Some(cut)
        }
        Err(errors) => {
            assert!(
                errors
                    .iter()
                    .all(|error| ["E105", "E107"].contains(&error.code)),
                "{what}: {errors:#?}"
            );
            None
        }
    }
}

/// Loops that carry, cut between their iterations: layers with steps in them, and steps.
#[test]
fn loops_that_carry() {
    let mut random = Random::new(9);
    let mut cuts = 0;
    for program in carried::programs() {
        let whole = program.case(2);
        let graph = &whole.compiled.graph;
        let evaluation = evaluate(graph, &whole.assignment).unwrap();
        let given = Derived::all(graph.clone());
        for (over, size) in axes(graph) {
            for breaks in ways_to_cut(size, &mut random) {
                let what = format!("{}: {over} {breaks:?}", whole.name);
                let made = match cut(&given, &over, &breaks, Span::default()) {
                    Ok(made) => made,
                    Err(errors) => {
                        let known = ["E105", "E116"];
                        let refused = errors.iter().all(|it| known.contains(&it.code));
                        assert!(refused && over != "layers", "{what}: {errors:#?}");
                        continue;
                    }
                };
                same_elements(&evaluation, &made.derived, &what);
                let lanes = [None, Some(1), Some(2)][cuts % 3];
                let case = case(&whole, &made, cuts % 2 == 0, lanes, &what);
                let faults = case.board().faults();
                assert!(faults.none(), "{what}: {faults:?}");
                cuts += 1;
            }
        }
    }
    assert!(cuts > 8, "{cuts}");
}

/// A session of the cut graph: in one proof, or in a proof for every piece.
pub fn case(whole: &Case, cut: &Cut, apart: bool, lanes: Option<u32>, what: &str) -> Case {
    let graph = cut.derived.graph.clone();
    let proof = |piece: &Option<usize>| if apart { piece.unwrap_or(0) } else { 0 };
    let proof_of: BTreeMap<Member, usize> = cut
        .pieces
        .iter()
        .map(|(&member, (_, piece))| (member, proof(piece)))
        .collect();
    let proofs = proof_of.values().max().unwrap() + 1;
    let proofs: Vec<String> = (0..proofs).map(|proof| format!("p{proof}")).collect();
    let strategy = lanes.map_or(Strategy::Unrolled, |lanes| Strategy::Evaluated { lanes });
    let choices = Choices::default().with_all(strategy, contractions(&graph).len());
    let part = Part {
        hiding: false,
        plan: "cut".into(),
        name: proofs.join("+"),
        places: Vec::new(),
        proofs,
        proof_of,
        placed_tables: Vec::new(),
        derived: cut.derived.clone(),
    };
    let circuit = lay_out(&part, &choices).unwrap_or_else(|errors| panic!("{what}: {errors:#?}"));
    let evaluation = evaluate(&whole.compiled.graph, &whole.assignment).unwrap();
    let assignment = cut.derived.assignment(&evaluation);
    Case {
        name: what.to_string(),
        compiled: Compiled {
            ast: whole.compiled.ast.clone(),
            graph,
            part,
            choices,
            circuit,
        },
        assignment,
        hides: false,
    }
}

/// Caches of values that are cut as well, and of values that are not.
pub const APPENDED: &str = "circuit appended(steps = 4, heads = 4, share = 2, width = 2, seeded = 1) {
    private input x[steps, heads, width]          : -3..=3
    private input s[seeded, heads, width]         : -3..=3
    private input r[seeded, heads / share, width] : -3..=3
    state keys   = s
    state shared = r
    public output most[steps, heads]
    public output total[steps]
    public output top[steps]
    public output last[steps]
    step t in steps {
        key[h in heads, d in width] = clip(2 * x[t, h, d], -3, 4)
        mean[g in heads / share, d in width] = floor((x[t, share * g, d] + x[t, share * g + 1, d]) / 2)
        keys   <- key
        shared <- mean
        for h in heads {
            score[j in keys] = sum(d in width) keys[j, h, d] * shared[j, h / share, d]
            most[t, h]       = max(j in keys) score[j]
        }
        total[t] = sum(h in heads, j in keys, d in width) keys[j, h, d] * shared[j, 0, d]
        top[t]   = max(h in heads) max(j in keys) keys[j, h, 0]
        last[t]  = keys[t + 1, heads - 1, 0] - key[0, 1]
    }
}";

/// Reductions over the index that is cut, forwards, backwards, shifted, strided and nested.
const REDUCED: &str = "circuit reduced(n = 6, m = 3) {
    private input x[n, m] : -4..=4
    public output rest[n]
    public output sums[5]
    public output ends[2]
    a[i in n, k in m] = clip(x[i, k] * x[i, 0], -9, 12)
    all     = sum(q in n, k in m) a[q, k]
    top     = max(q in n) min(k in m) a[q, k]
    low     = min(k in m) max(q in n) a[q, k]
    next    = sum(q in n - 1) a[q + 1, 0] * a[q, 1]
    back    = sum(q in n) a[n - 1 - q, 0] * (q + 1)
    pairs   = sum(q in n / 2) (a[2 * q, 0] - a[2 * q + 1, 1])
    nested  = sum(q in n / 2, r in 2) a[2 * q + r, 0]
    squares = sum(q in n) a[q, 0] * a[q, 0]
    rest[i in n] = a[i, 0] * 2 - all
    sums[i in 5] = all + next * 2 + back + pairs + nested + squares + i
    ends[i in 2] = top - low
    assert[i in n] a[i, 0] + 30 >= a[i, 1]
    assert sum(q in n) a[q, 0] * a[q, 0] >= squares
}";

/// What is appended is read in ways that pieces share: windows, and a fixed step.
pub const WINDOWED: &str = "circuit windowed(steps = 6, width = 2) {
    private input x[steps, width] : -3..=3
    private input y[steps]        : 0..=7
    state past = empty
    state ahead = empty
    public output o[steps]
    public output p[steps]
    step t in steps {
        past  <- x[t]
        ahead <- y[t]
        o[t] = sum(j in past, d in width) past[j, d] * x[0, d] + t
        p[t] = y[(t + 1) % steps] - y[t] + max(j in ahead) ahead[j]
    }
}";

pub fn programs() -> Vec<Program> {
    let own = [
        ("appended", APPENDED),
        ("reduced", REDUCED),
        ("windowed", WINDOWED),
    ];
    let own = own.map(|(name, source)| Program::new(name, source, &[], None));
    let random = (0..24).flat_map(|seed| {
        [
            sum_of_products(seed),
            sums_over_caches(seed),
            shared_inputs(seed),
            program(seed),
        ]
    });
    // Some of the random ones do not fit the field, or have a divisor that may be 0.
    let random = random.filter(|program| program.compile(3).is_ok());
    let contracted = contracted().into_iter().map(|form| form.program);
    let given = examples()
        .into_iter()
        .chain(gadgets::all())
        .chain(contracted);
    given.chain([residues()]).chain(own).chain(random).collect()
}

/// Cuts each of the programs every way, and every cut once more; returns how many were made and
/// how many refused.
fn cut_all(programs: &[Program], seed: u64) -> (usize, usize) {
    let (mut made, mut refused) = (0, 0);
    let mut random = Random::new(seed);
    for program in programs {
        let case = program.case(seed);
        let whole = evaluate(&case.compiled.graph, &case.assignment).unwrap();
        let all = Derived::all(case.compiled.graph.clone());
        for (over, size) in axes(&all.graph).into_iter().filter(|axis| axis.1 > 1) {
            for breaks in ways_to_cut(size, &mut random) {
                let what = format!("{}, {over} at {breaks:?}", case.name);
                let Some(first) = cut_or_refuse(&all, &over, &breaks, &what) else {
                    refused += 1;
                    continue;
                };
                made += 1;
                same_elements(&whole, &first.derived, &what);
                for (other, size) in axes(&first.derived.graph) {
                    if other == over || size == 1 {
                        continue;
                    }
                    let ways = ways_to_cut(size, &mut random);
                    let again = &ways[random.below(ways.len())];
                    let what = format!("{what}, then {other} at {again:?}");
                    match cut_or_refuse(&first.derived, &other, again, &what) {
                        Some(second) => {
                            made += 1;
                            same_elements(&whole, &second.derived, &what);
                        }
                        None => refused += 1,
                    }
                }
            }
        }
    }
    (made, refused)
}

#[test]
fn pieces_are_boxes_of_the_whole() {
    let (made, refused) = cut_all(&programs(), 3);
    println!("{made} made, {refused} refused");
    assert!(made > 4 * refused, "{made} made, {refused} refused");
}

/// What an expression has twice, its piece has once: a remainder of a remainder of a remainder.
#[test]
fn pieces_share_what_the_whole_shares() {
    let remainder = (3..15).fold("x[i]".to_string(), |inner, by| {
        format!("({inner} * 3 + {by}) % {by}")
    });
    let source = format!(
        "circuit nested(n = 8) {{
            private input x[n] : 0..9
            public output y[n]
            y[i in n] = {remainder}
        }}"
    );
    let whole = Program::new("nested", &source, &[], None).case(1);
    let graph = &whole.compiled.graph;
    let evaluation = evaluate(graph, &whole.assignment).unwrap();
    let given = Derived::all(graph.clone());
    let made = cut(&given, "i", &[0, 4, 8], Span::default()).unwrap();
    assert!(made.derived.graph.exprs.len() <= 2 * given.graph.exprs.len());
    same_elements(&evaluation, &made.derived, "nested");
    let case = case(&whole, &made, true, None, "nested");
    assert!(case.board().faults().none());
}
