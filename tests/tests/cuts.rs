//! Graphs that are cut: the same elements as the whole, and circuits of pieces that are complete.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use attnc::session::security::Setting;
use attnc_compiler::circuit::choices::{Choices, Strategy};
use attnc_compiler::circuit::layout::{contractions, lay_out};
use attnc_compiler::diagnostic::Span;
use attnc_compiler::meaning::eval::{evaluate, Evaluation};
use attnc_compiler::meaning::graph::{Graph, InputId, Member, OutputId, Source, ValueId};
use attnc_compiler::meaning::space::for_each_point;
use attnc_compiler::meaning::validate::validate;
use attnc_compiler::plan::cut::{cut, find, Cut};
use attnc_compiler::plan::derived::{Derived, Origin, Whole};
use attnc_compiler::plan::text::choose;
use attnc_compiler::plan::{partition, Part, Plan};
use attnc_compiler::Compiled;
use common::contractions::contracted;
use common::generated::{program, shared_inputs, sum_of_products, sums_over_caches};
use common::programs::{examples, gadgets, residues, Case, Program};
use common::random::Random;
use common::session::{honest, Verifier};

/// Everything that a graph may be asked to be cut over.
fn axes(graph: &Graph) -> Vec<(String, u64)> {
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
fn ways_to_cut(size: u64, random: &mut Random) -> Vec<Vec<u64>> {
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

fn at_origin(whole: &Evaluation<'_>, origin: &Origin, at: &[i64]) -> i64 {
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
fn same_elements(whole: &Evaluation<'_>, derived: &Derived, what: &str) {
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
    for number in 0..given.values.len() as u32 {
        let count = whole.value(ValueId(number)).data.len();
        assert_eq!(
            seen.get(&Whole::Value(ValueId(number)))
                .copied()
                .unwrap_or(0),
            count,
            "{what}"
        );
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

fn cut_or_refuse(given: &Derived, over: &str, breaks: &[u64], what: &str) -> Option<Cut> {
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

/// A session of the cut graph: in one proof, or in a proof for every piece.
fn case(whole: &Case, cut: &Cut, apart: bool, lanes: Option<u32>, what: &str) -> Case {
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
    }
}

/// Caches of values that are cut as well, and of values that are not.
const APPENDED: &str = "circuit appended(steps = 4, heads = 4, share = 2, width = 2, seeded = 1) {
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
const WINDOWED: &str = "circuit windowed(steps = 6, width = 2) {
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

fn programs() -> Vec<Program> {
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
    let given = examples().into_iter().chain(gadgets()).chain(contracted);
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

/// An index expression.
enum Tree {
    Index(usize),
    Constant(i64),
    Op(char, Box<[Tree; 2]>),
}

impl Tree {
    /// With constants of all sizes; `divides`: `/` may stand in it.
    fn random(random: &mut Random, indices: usize, depth: usize, divides: bool) -> Self {
        let constant = |random: &mut Random| {
            let near = match random.below(2) {
                0 => 0,
                _ => 1i64 << random.below(63),
            };
            near.saturating_add(random.below(7) as i64)
        };
        if depth == 0 || random.below(5) == 0 {
            return match random.below(3) {
                0 => Self::Constant(constant(random)),
                _ => Self::Index(random.below(indices)),
            };
        }
        let op = ['+', '-', '*', '*', '%', '/'][random.below(if divides { 6 } else { 5 })];
        let left = Self::random(random, indices, depth - 1, divides);
        let right = match op {
            '%' | '/' => Self::Constant(constant(random).max(1)),
            _ => Self::random(random, indices, depth - 1, divides),
        };
        Self::Op(op, Box::new([left, right]))
    }

    fn text(&self, names: &[&str]) -> String {
        match self {
            Self::Index(index) => names[*index].to_string(),
            Self::Constant(value) => value.to_string(),
            Self::Op(op, sides) => {
                let [left, right] = &**sides;
                format!("({} {op} {})", left.text(names), right.text(names))
            }
        }
    }

    /// Its value over the integers; `None` if a part of it does not fit 64 bits.
    fn value(&self, at: &[i64]) -> Option<i64> {
        let value = match self {
            Self::Index(index) => at[*index].into(),
            Self::Constant(value) => i128::from(*value),
            Self::Op(op, sides) => {
                let (a, b) = (sides[0].value(at)?, sides[1].value(at)?);
                let (a, b) = (i128::from(a), i128::from(b));
                match op {
                    '+' => a + b,
                    '-' => a - b,
                    '*' => a * b,
                    '/' => a.div_euclid(b),
                    _ => a.rem_euclid(b),
                }
            }
        };
        i64::try_from(value).ok()
    }

    /// At every point of the loops, and of a reduction over three.
    fn fits(&self, reduced: bool) -> bool {
        let mut points = (0..5).flat_map(|i| (0..4).map(move |j| (i, j)));
        let most = if reduced { 3 } else { 1 };
        points.all(|(i, j)| (0..most).all(|k| self.value(&[i, j, k]).is_some()))
    }
}

/// Index expressions as numbers, subscripts, numerators, in sums and in assertions.
fn index_program(trees: &[Tree; 5]) -> Program {
    let text = |tree: usize, names: &[&str]| trees[tree].text(names);
    let source = format!(
        "circuit indices(n = 5, m = 4) {{
    private input x[7] : -9..=9
    public output number[n, m]
    public output element[n, m]
    public output quotient[n, m]
    number[i in n, j in m] = (i + {}) % 1009
    element[i in n, j in m] = x[(i + {}) % 7] - sum(k in 3) x[(i + {}) % 7]
    large[i in n, j in m] = floor((i + {}) / 1099511627776)
    quotient[i in n, j in m] = large[i, j] + 1
    assert[i in n, j in m] (i + {}) % 13 + x[0] + 9 >= 0
}}",
        text(0, &["i", "j"]),
        text(1, &["i", "j"]),
        text(2, &["i", "j", "k"]),
        text(3, &["i", "j"]),
        text(4, &["i", "j"]),
    );
    Program::new("indices", &source, &[], None)
}

fn index_trees(random: &mut Random, fitting: bool) -> [Tree; 5] {
    [0, 1, 2, 3, 4].map(|place| {
        let reduced = place == 2;
        loop {
            let depth = 2 + random.below(4);
            let indices = if reduced { 3 } else { 2 };
            let tree = Tree::random(random, indices, depth, place == 1 || reduced);
            // With the index that is added.
            let sum = Tree::Op('+', Box::new([Tree::Index(0), tree]));
            if fitting && !sum.fits(reduced) {
                continue;
            }
            let Tree::Op(_, sides) = sum else {
                unreachable!("a sum");
            };
            let [_, tree] = *sides;
            return tree;
        }
    })
}

/// Whatever is accepted means the same over the integers, evaluated, in the circuit and in
/// pieces; and nothing is accepted of which a part leaves 64 bits.
#[test]
fn index_arithmetic_of_any_size_is_exact() {
    let mut random = Random::new(7);
    let (mut accepted, mut refused, mut made) = (0, 0, 0);
    for round in 0..120u64 {
        let trees = index_trees(&mut random, round % 2 == 0);
        let program = index_program(&trees);
        let source = &program.source;
        let case = match program.compile(round) {
            Ok(case) => case,
            Err(error) => {
                assert!(error.contains("[E014]"), "{source}\n{error}");
                refused += 1;
                continue;
            }
        };
        accepted += 1;
        let whole = evaluate(&case.compiled.graph, &case.assignment).unwrap();
        let outputs: Vec<_> = (0..3).map(|id| whole.output(OutputId(id))).collect();
        let x = |at: i64| case.assignment.inputs[0].data[at.rem_euclid(7) as usize];
        for (i, j) in (0..5i64).flat_map(|i| (0..4i64).map(move |j| (i, j))) {
            let of = |tree: usize, k: i64| {
                let value = trees[tree].value(&[i, j, k]);
                let value = value.and_then(|value| value.checked_add(i));
                value.unwrap_or_else(|| panic!("tree {tree} leaves 64 bits:\n{source}"))
            };
            let sum: i64 = (0..3).map(|k| x(of(2, k))).sum();
            let expected = [
                of(0, 0).rem_euclid(1009),
                x(of(1, 0)) - sum,
                of(3, 0).div_euclid(1 << 40) + 1,
            ];
            of(4, 0);
            let place = (i * 4 + j) as usize;
            let found: Vec<i64> = outputs.iter().map(|output| output.data[place]).collect();
            assert_eq!(found, expected, "at {i}, {j}:\n{source}");
        }
        let faults = case.board().faults();
        assert!(faults.none(), "{faults:?}\n{source}");
        let all = Derived::all(case.compiled.graph.clone());
        for (over, size) in axes(&all.graph).into_iter().filter(|axis| axis.1 > 1) {
            let ways = ways_to_cut(size, &mut random);
            let breaks = &ways[random.below(ways.len())];
            let what = format!("{over} at {breaks:?}:\n{source}");
            let Some(cut) = cut_or_refuse(&all, &over, breaks, &what) else {
                continue;
            };
            made += 1;
            same_elements(&whole, &cut.derived, &what);
            let faults = self::case(&case, &cut, true, None, &what).board().faults();
            assert!(faults.none(), "{what}: {faults:?}");
        }
    }
    println!("{accepted} accepted, {refused} refused, {made} cuts");
    assert!(accepted > 40 && refused > 4 && made > 80);
}

/// Where a part is beyond the field, or in padding beyond 64 bits, a proof says what the integers do.
#[test]
fn products_beyond_the_field_are_proved() {
    let ways = residues().ways();
    assert_eq!(ways.len(), 3, "unrolled, and evaluated in 1 and 2 lanes");
    for program in ways {
        let whole = program.case(5);
        let all = Derived::all(whole.compiled.graph.clone());
        let cut = cut_or_refuse(&all, "n", &[0, 1, 3], "residues").unwrap();
        let cut = case(&whole, &cut, true, program.lanes, &program.name);
        for case in [whole, cut] {
            let session = honest(&case, Setting::Seed, "");
            let verdict = Verifier::new(&case, &session).verify(&session);
            assert_eq!(verdict, Ok(()), "{}", case.name);
        }
    }
}

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
