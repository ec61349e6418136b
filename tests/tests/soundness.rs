//! Malicious traces: nothing but the honest witness satisfies a circuit.
//!
//! The checker (`common/mirror.rs`) is exact: where it accepts, a proof would verify. Names are
//! those of the defects that published audits found elsewhere.

mod common;

use std::collections::BTreeSet;

use attnc_compiler::circuit::gadgets::division::Policy;
use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::{Circuit, Element, Kind, Op};
use attnc_compiler::meaning::graph::Source;
use common::attack::{Attacker, Outcome, Overrides};
use common::board::{Board, Place};
use common::mirror::{field, Bus, Effect, F};
use common::programs::{self, Case, Program};
use common::random::Random;
use num_traits::Zero;

fn boards() -> impl Iterator<Item = Board> {
    programs::all()
        .into_iter()
        .map(|program| program.case(1).board())
}

#[test]
fn honest_traces_satisfy_every_rule_and_balance_the_bus() {
    for program in programs::all() {
        for seed in 0..4 {
            let board = program.case(seed).board();
            let faults = board.faults();
            assert!(faults.none(), "{}: {faults:?}", board.name);
        }
    }
}

/// The cases of a gadget that the programs must reach. A new gadget does not compile here.
fn cases(gadget: &Gadget) -> Vec<String> {
    match gadget {
        Gadget::Clip(clip) => {
            let ends = match (clip.above, clip.below) {
                (Some(_), Some(_)) => "both ends",
                (Some(_), None) => "above",
                (None, Some(_)) => "below",
                (None, None) => "no end",
            };
            let ranged = if clip.ranged { "ranged" } else { "looked up" };
            vec![format!("clip: {ends}"), format!("clip: {ranged}")]
        }
        Gadget::Divide(divide) => {
            let (least, most) = divide.divisor;
            let divisor = if least == most {
                "constant"
            } else {
                "variable"
            };
            let sign = if divide.signed.is_some() {
                "signed"
            } else {
                "plain"
            };
            let ranged = if divide.public { "public" } else { "ranged" };
            vec![
                format!("{:?}: {divisor}", divide.policy),
                format!("{:?}: {sign}", divide.policy),
                format!("{:?}: {ranged}", divide.policy),
            ]
        }
        Gadget::Magnitude(_) => vec!["magnitude".into()],
        Gadget::Maximum(maximum) => {
            let ranged = if maximum.bound.is_some() {
                "itself"
            } else {
                "by a clip"
            };
            vec![format!("maximum: ranged {ranged}")]
        }
        Gadget::Select(select) => {
            vec![format!(
                "select: {}",
                if select.larger { "larger" } else { "smaller" }
            )]
        }
        Gadget::Lookup(_) => vec!["lookup".into()],
    }
}

#[test]
fn the_programs_reach_every_case_of_every_gadget() {
    let mut found = BTreeSet::new();
    for board in boards() {
        for op in board.circuit.components.iter().flat_map(|c| &c.ops) {
            if let Op::Gadget(gadget) = op {
                found.extend(cases(gadget));
            }
        }
    }
    let mut wanted: BTreeSet<String> = [
        "clip: both ends",
        "clip: above",
        "clip: below",
        "clip: ranged",
        "clip: looked up",
        "Floor: signed",
        "HalfUp: signed",
        "Floor: public",
        "HalfUp: public",
        "magnitude",
        "maximum: ranged itself",
        "maximum: ranged by a clip",
        "select: larger",
        "select: smaller",
        "lookup",
    ]
    .map(String::from)
    .into();
    for policy in ["Floor", "HalfUp", "HalfEven"] {
        for case in ["constant", "variable", "plain", "ranged"] {
            wanted.insert(format!("{policy}: {case}"));
        }
    }
    assert_eq!(found, wanted);
}

/// A private input may be any other in its range.
fn is_another_input(board: &Board, (c, _, column): Place, value: F) -> bool {
    match board.op(c, column) {
        (&Op::Private { lo, hi, .. }, 0) => (lo..=hi).contains(&common::mirror::integer(value)),
        _ => false,
    }
}

#[test]
fn change_each_column_of_each_component_in_one_row() {
    let mut random = Random::new(3);
    for board in boards() {
        for (c, component) in board.circuit.components.iter().enumerate() {
            for row in 0..1usize << component.log_rows {
                let mut cells = board.cells(c, row);
                for column in 0..cells.len() {
                    let kept = cells[column];
                    for value in [kept + field(1), -kept, field(0), random.field()] {
                        if value == kept {
                            continue;
                        }
                        cells[column] = value;
                        let place = (c, row, column);
                        // The rest of the bus is as it was: it balances if and only if the row,
                        // and those that its folds reach, put the same on it.
                        let caught = board.change(c, row, &cells) != Effect::default();
                        assert!(
                            caught
                                || !board.counts(c, row)
                                || board.is_sign_of_zero(place)
                                || is_another_input(&board, place, value),
                            "{}: {place:?} of `{}`, {:?}, is {kept} and may be {value}",
                            board.name,
                            component.name,
                            board.op(c, column)
                        );
                    }
                    cells[column] = kept;
                }
            }
        }
    }
}

/// Padding behind a gate is free, and therefore must not reach the bus, whatever stands in it.
#[test]
fn padding_puts_nothing_on_the_bus() {
    let mut random = Random::new(4);
    for board in boards() {
        for (c, component) in board.circuit.components.iter().enumerate() {
            if !matches!(component.kind, Kind::Space(_)) || component.is_ordered() {
                continue;
            }
            for row in component.rows as usize..1 << component.log_rows {
                let cells: Vec<F> = board.cells(c, row).iter().map(|_| random.field()).collect();
                let seen = board.see(c, row, &cells);
                assert_eq!(
                    seen.effect.bus,
                    Bus::new(),
                    "{} `{}`",
                    board.name,
                    component.name
                );
            }
        }
    }
}

/// Leave each component out of what is proved: the bus misses it.
#[test]
fn an_operator_claimed_but_not_constrained() {
    for board in boards() {
        for (c, component) in board.circuit.components.iter().enumerate() {
            let mut sum = Bus::new();
            for seen in &board.seen[c] {
                for (key, &value) in &seen.effect.bus {
                    common::mirror::add(&mut sum, key, value);
                }
            }
            assert_ne!(
                sum,
                Bus::new(),
                "{}: `{}` is not missed",
                board.name,
                component.name
            );
        }
    }
}

/// Everything that an attacker gets away with on a board, by one cell at a time.
fn get_away(attacker: &Attacker<'_>, seed: u64) -> Vec<(Place, Outcome)> {
    let board = attacker.board;
    let mut random = Random::new(seed);
    let mut accepted = Vec::new();
    for (c, component) in board.circuit.components.iter().enumerate() {
        if !matches!(component.kind, Kind::Space(_)) {
            continue;
        }
        for row in board.sample_rows(c, &mut random) {
            for column in (0..board.trace[c].len()).filter(|&k| !board.is_input(c, k)) {
                let place = (c, row, column);
                for value in attacker.candidates(place, &mut random) {
                    let outcome = attacker.run(&Overrides::from([(place, value)]));
                    if !matches!(outcome, Outcome::Rejected) {
                        accepted.push((place, outcome));
                    }
                }
            }
        }
    }
    accepted
}

/// What may be accepted without changing anything that is stated.
fn is_documented(board: &Board, outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Rejected => true,
        Outcome::Harmless(changed) => changed
            .iter()
            .all(|&place| board.is_sign_of_zero(place) || board.is_excess_of_a_point(place)),
        Outcome::Undecided | Outcome::Forged(_) => false,
    }
}

/// For each hint and each witness column another value, with everything that follows mended:
/// quotients that wrap the field, independent digits, another denominator with the output that
/// fits it, peak + 1 with all gaps shifted, output + 1 with all else made consistent.
#[test]
fn second_witness_for_every_hint() {
    for board in boards() {
        for (place, outcome) in get_away(&Attacker::new(&board), 11) {
            let (op, offset) = board.op(place.0, place.2);
            assert!(
                is_documented(&board, &outcome),
                "{}: {place:?} of `{}`, column {offset} of {op:?}: {outcome:?}",
                board.name,
                board.circuit.components[place.0].name
            );
        }
    }
}

/// Two hints of one gadget at once: a bit with its half, a value with its excess, a sign with its
/// magnitude, a digit with what it is a digit of.
#[test]
fn second_witness_for_every_pair_of_hints() {
    let mut random = Random::new(12);
    for board in boards() {
        let attacker = Attacker::new(&board);
        for (c, component) in board.circuit.components.iter().enumerate() {
            for (op, made) in component.ops.iter().enumerate() {
                if !matches!(made, Op::Gadget(_)) {
                    continue;
                }
                let of_op = |&column: &usize| board.origins[c][column].0 == op;
                let columns: Vec<usize> = (0..board.trace[c].len()).filter(of_op).collect();
                for row in [0, random.below(component.rows as usize)] {
                    for (position, &first) in columns.iter().enumerate() {
                        for &second in &columns[position + 1..] {
                            let (a, b) = ((c, row, first), (c, row, second));
                            for x in short(&attacker, a, &mut random) {
                                for y in short(&attacker, b, &mut random) {
                                    let outcome = attacker.run(&Overrides::from([(a, x), (b, y)]));
                                    assert!(
                                        is_documented(&board, &outcome),
                                        "{}: {a:?}, {b:?} of {made:?}: {outcome:?}",
                                        board.name
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A few of the values that an attacker tries in a cell.
fn short(attacker: &Attacker<'_>, place: Place, random: &mut Random) -> Vec<F> {
    let mut values = attacker.candidates(place, random);
    while values.len() > 6 {
        values.swap_remove(random.below(values.len()));
    }
    values
}

/// The peak of another row: accepted only where that row attains the maximum as well.
#[test]
fn the_maximum_is_attained_and_is_a_maximum() {
    let (mut refused, mut ties) = (0, 0);
    for board in boards() {
        let attacker = Attacker::new(&board);
        for group in attacker.groups.values() {
            let Some(peak) = group.peak else {
                panic!("{}: a group without its peak", board.name);
            };
            for &(c, row, flag) in &group.flags {
                let attained = &board.seen[c][row].attained;
                let Some(&(_, difference)) = attained.iter().find(|(column, _)| *column == flag)
                else {
                    panic!("a flag multiplies a difference");
                };
                let honest = board.trace[peak.0][peak.2][peak.1];
                let other = if group.largest {
                    honest - difference
                } else {
                    honest + difference
                };
                let mut overrides = Overrides::from([(peak, other)]);
                for &place in &group.flags {
                    overrides.insert(place, field(i64::from(place == (c, row, flag))));
                }
                match attacker.run(&overrides) {
                    Outcome::Rejected => refused += 1,
                    Outcome::Harmless(changed) => {
                        assert!(difference.is_zero());
                        assert!(changed.iter().all(|&place| board.is_flag(place)));
                        ties += usize::from(!changed.is_empty());
                    }
                    forged => panic!("{}: {forged:?}", board.name),
                }
            }
        }
    }
    assert!(refused > 0 && ties > 0, "{refused} refused, {ties} ties");
}

/// A private element just outside its range, or anywhere in the field.
#[test]
fn a_private_element_outside_its_range() {
    let mut random = Random::new(5);
    for board in boards() {
        let attacker = Attacker::new(&board);
        for c in 0..board.circuit.components.len() {
            for column in 0..board.trace[c].len() {
                let (&Op::Private { lo, hi, .. }, 0) = board.op(c, column) else {
                    continue;
                };
                for row in board.sample_rows(c, &mut random) {
                    for value in [lo - 1, hi + 1, hi + board.circuit.ranges.base(), 1 << 30] {
                        let place = (c, row, column);
                        let outcome = attacker.run(&Overrides::from([(place, field(value))]));
                        let inside = (lo..=hi).contains(&value);
                        assert!(
                            inside || matches!(outcome, Outcome::Rejected),
                            "{}: {value} at {place:?}: {outcome:?}",
                            board.name
                        );
                    }
                }
            }
        }
    }
}

/// An attacker who keeps to the ranges reaches other outputs by other private inputs: mending
/// works, and what `second_witness_for_every_hint` rejects is not rejected for its clumsiness.
#[test]
fn control_another_private_input_is_another_honest_proof() {
    let mut random = Random::new(6);
    for board in boards() {
        let attacker = Attacker::new(&board);
        let (mut tried, mut accepted) = (0, 0);
        for c in 0..board.circuit.components.len() {
            for column in 0..board.trace[c].len() {
                let (&Op::Private { lo, hi, .. }, 0) = board.op(c, column) else {
                    continue;
                };
                for row in board.sample_rows(c, &mut random) {
                    let value = field(random.within(lo, hi));
                    let outcome = attacker.run(&Overrides::from([((c, row, column), value)]));
                    tried += 1;
                    accepted += usize::from(!matches!(outcome, Outcome::Rejected));
                }
            }
        }
        assert!(
            2 * accepted >= tried,
            "{}: {accepted} of {tried}",
            board.name
        );
    }
}

/// A circuit with one rule taken out.
fn weakened(case: &Case, weaken: impl Fn(&mut Op) -> bool) -> Board {
    let mut circuit: Circuit = case.compiled.circuit.clone();
    for component in &mut circuit.components {
        let (mut ops, mut spans) = (Vec::new(), Vec::new());
        for (mut op, span) in component.ops.drain(..).zip(component.spans.drain(..)) {
            let outputs = op.outputs();
            let remove = weaken(&mut op) && outputs == 0;
            if !remove {
                ops.push(op);
                spans.push(span);
            }
        }
        (component.ops, component.spans) = (ops, spans);
    }
    case.board_of(circuit)
}

fn forges(board: &Board) -> bool {
    assert!(board.faults().none());
    get_away(&Attacker::new(board), 11)
        .iter()
        .any(|(_, outcome)| matches!(outcome, Outcome::Forged(_)))
}

fn named(name: &str) -> Case {
    let found = programs::all()
        .into_iter()
        .find(|program| program.name == name);
    found.unwrap_or_else(|| panic!("{name}")).case(1)
}

#[test]
fn control_quotient_unranged_so_it_wraps_the_field() {
    for policy in ["floor", "round_half_up", "trunc", "ceil"] {
        let board = weakened(&named(policy), |op| {
            if let Op::Gadget(Gadget::Divide(divide)) = op {
                divide.public = divide.policy != Policy::HalfEven;
            }
            false
        });
        assert!(forges(&board), "{policy}");
    }
}

#[test]
fn control_clip_without_its_range() {
    let case = programs::two_clips().case(1);
    let board = weakened(&case, |op| {
        if let Op::Gadget(Gadget::Clip(clip)) = op {
            clip.ranged = false;
        }
        false
    });
    assert!(forges(&board));
}

#[test]
fn control_maximum_that_is_only_attained() {
    let board = weakened(&named("extrema"), |op| {
        if let Op::Gadget(Gadget::Maximum(maximum)) = op {
            maximum.bound = None;
        }
        false
    });
    let attacker = Attacker::new(&board);
    let mut forged = 0;
    for group in attacker.groups.values() {
        let peak = group.peak.unwrap();
        for value in -9..9 {
            let outcome = attacker.run(&Overrides::from([(peak, field(value))]));
            forged += usize::from(matches!(outcome, Outcome::Forged(_)));
        }
    }
    assert!(forged > 0);
}

/// Without membership in tables every gadget falls: it is the lookups that hold it.
#[test]
fn control_values_outside_the_table() {
    for program in programs::gadgets() {
        let board = program.case(1).board();
        let mut attacker = Attacker::new(&board);
        attacker.lookups_checked = false;
        if board.name == "ranges" {
            // Its ranges are those of inputs: there are no hints to forge, but inputs.
            let free = |&(c, column): &(usize, usize)| {
                let outside = Overrides::from([((c, 0, column), field(-70))]);
                !matches!(attacker.run(&outside), Outcome::Rejected)
            };
            let places = (0..board.trace.len())
                .flat_map(|c| (0..board.trace[c].len()).map(move |column| (c, column)))
                .filter(|&(c, column)| board.is_input(c, column));
            assert!(places.filter(free).count() >= 3);
            continue;
        }
        let forged = get_away(&attacker, 11)
            .iter()
            .any(|(_, outcome)| matches!(outcome, Outcome::Forged(_)));
        assert!(forged, "{}", board.name);
    }
}

/// Inputs that a declared range or an assertion excludes: refused, unless it is left out.
#[test]
fn declared_ranges_and_assertions_hold() {
    let source = "circuit held(n = 2) {
        private input x[n] : 0..30
        private input y[n] : 0..=3
        public output o[n]
        v[i in n] : -8..=20 = x[i] - y[i] * y[i]
        assert[i in n] x[i] + 1 >= y[i]
        o[i in n] = x[i] * y[i]
    }";
    let case = Program::new("held", source, &[], None).case(1);
    let whole = case.board();
    let weak = weakened(&case, |op| matches!(op, Op::Range { .. }));
    // The first breaks the assertion, the second the range, the third both.
    let inputs = [
        (0, 2, false),
        (29, 1, false),
        (0, 3, false),
        (1, 2, true),
        (20, 0, true),
    ];
    for (x, y, allowed) in inputs {
        for (board, accepted) in [(&whole, allowed), (&weak, true)] {
            let attacker = Attacker::new(board);
            let mut inputs = Vec::new();
            for c in 0..board.circuit.components.len() {
                for column in 0..board.trace[c].len() {
                    if let (Op::Private { witness, .. }, 0) = board.op(c, column) {
                        inputs.push((witness.name.clone(), (c, 0, column)));
                    }
                }
            }
            let cells = inputs
                .iter()
                .map(|(name, place)| (*place, field(if name == "x" { x } else { y })));
            let outcome = attacker.run(&cells.collect());
            let refused = matches!(outcome, Outcome::Rejected);
            assert_eq!(refused, !accepted, "x = {x}, y = {y}: {outcome:?}");
        }
    }
}

/// Drops every term of the families for which `drop` holds, on both sides.
fn without_families(circuit: &mut Circuit, drop: impl Fn(u32) -> bool) {
    for op in circuit.components.iter_mut().flat_map(|c| &mut c.ops) {
        if let Op::Weigh { terms, .. } = op {
            terms.retain(|term| !drop(term.family));
        }
    }
}

/// The families of weighed sums that tie a total to its terms.
fn total_families(circuit: &Circuit) -> BTreeSet<u32> {
    let mut families = BTreeSet::new();
    for component in &circuit.components {
        let slots: Vec<&Op> = component
            .ops
            .iter()
            .flat_map(|op| vec![op; op.outputs() as usize])
            .collect();
        for op in &component.ops {
            let Op::Weigh { terms, .. } = op else {
                continue;
            };
            families.extend(terms.iter().filter(|term| term.negative).filter_map(|term| {
                let total = matches!(slots[term.value.0 as usize], Op::Pinned { witness, .. }
                    if matches!(witness.element, Element::Reduction { .. }) && witness.lanes.is_empty());
                total.then_some(term.family)
            }));
        }
    }
    families
}

#[test]
fn control_softmax_row_sum_or_denominator_free() {
    let case = programs::decode("fused").case(1);
    let mut circuit = case.compiled.circuit.clone();
    let families = total_families(&circuit);
    assert!(families.len() >= 2, "mass and the numerators");
    without_families(&mut circuit, |family| families.contains(&family));
    assert!(forges(&case.board_of(circuit)));
    assert!(!forges(&case.board()));
}

/// State that differs on the two sides of a crossing: the wires' other end.
#[test]
fn control_copies_that_nothing_ties() {
    let case = programs::decode("sidecar").case(1);
    let mut circuit = case.compiled.circuit.clone();
    let totals = total_families(&circuit);
    let publics: BTreeSet<u32> = circuit.publics.iter().map(|public| public.family).collect();
    // What is left of the weighed sums ties vectors to the tensors that they copy.
    without_families(&mut circuit, |family| {
        !totals.contains(&family) && !publics.contains(&family)
    });
    let board = case.board_of(circuit);
    let attacker = Attacker::new(&board);
    let mut forged = 0;
    for (c, component) in board.circuit.components.iter().enumerate() {
        for column in 0..board.trace[c].len() {
            let vector = matches!(board.op(c, column).0, Op::Pinned { witness, .. } if !witness.lanes.is_empty());
            for row in (0..component.rows as usize).filter(|_| vector) {
                let value = board.trace[c][column][row] + field(3);
                let outcome = attacker.run(&Overrides::from([((c, row, column), value)]));
                forged += usize::from(matches!(outcome, Outcome::Forged(_)));
            }
        }
    }
    assert!(forged > 0);
}

/// `round_half_even` writes its quotient as 2h + b. Where only the even one of the last two
/// candidates is in the quotient's interval, the odd one must not wrap around the field: a
/// numerator at the low end would have it for a second quotient.
#[test]
fn half_even_at_the_edge_of_the_field() {
    let source = "circuit edge(n = 16, most = 1147482) {
        private input x[n] : -1000001..=most
        public output o[n]
        o[i in n] = clip(round_half_even(1000 * x[i] / 1000), 0, 1)
    }";
    let compile = |most: i64| Program::new("edge", source, &[("most", most)], None).compile(1);
    let refused = compile(1_147_482).map(|_| ()).unwrap_err();
    assert!(refused.contains("E111"), "{refused}");

    // One less fits, and the candidate is out of the half's range.
    let case = compile(1_147_481).unwrap_or_else(|error| panic!("{error}"));
    let attack = |board: &Board| {
        let attacker = Attacker::new(board);
        let mut outcomes = Vec::new();
        for (c, component) in board.circuit.components.iter().enumerate() {
            for bit in 0..board.trace[c].len() {
                let half_even = matches!(board.op(c, bit), (Op::Gadget(Gadget::Divide(_)), 0));
                for row in (0..component.rows as usize).filter(|_| half_even) {
                    let (bit, half) = ((c, row, bit), (c, row, bit + 1));
                    let cells = [(bit, field(1)), (half, field(573_741))];
                    outcomes.push(attacker.run(&Overrides::from(cells)));
                }
            }
        }
        assert!(!outcomes.is_empty());
        outcomes
            .iter()
            .any(|outcome| matches!(outcome, Outcome::Forged(_)))
    };
    assert!(!attack(&case.board()));
    // Control: with the range that the interval alone would allow, it is a forgery.
    let weak = weakened(&case, |op| {
        if let Op::Gadget(Gadget::Divide(divide)) = op {
            divide.quotient = (divide.quotient.0, 1_147_482, 1_147_482);
        }
        false
    });
    assert!(attack(&weak));
}

#[test]
fn inputs_are_not_hints() {
    // `is_input` leaves out only what the statement or the witness gives.
    for board in boards() {
        for c in 0..board.circuit.components.len() {
            for column in (0..board.trace[c].len()).filter(|&k| board.is_input(c, k)) {
                let element = match board.op(c, column).0 {
                    Op::Private { witness, .. } | Op::Pinned { witness, .. } => &witness.element,
                    other => panic!("{other:?}"),
                };
                assert!(matches!(element, Element::Of(Source::Input(_))));
            }
        }
    }
}
