//! Controls of `witnesses.rs`: the same attackers get through a circuit that was weakened on purpose,
//! and what stays shut is shut by a rule, not by their clumsiness.

use std::collections::BTreeSet;

use attnc_compiler::circuit::gadgets::division::Policy;
use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::{Circuit, Element, Op};
use attnc_compiler::meaning::graph::Source;

use super::witnesses::{boards, get_away};
use crate::common::attack::{Attacker, Outcome, Overrides};
use crate::common::board::Board;
use crate::common::gadgets;
use crate::common::mirror::field;
use crate::common::programs::{self, Case, Program};

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
    programs::named(name).case(1)
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
            clip.bounds.ranged = false;
        }
        false
    });
    assert!(forges(&board));
}

/// 2^12 * 2^19 is 1 modulo P: with an excess of 2^19 the remainder is one less.
#[test]
fn control_clipped_quotient_of_any_excess() {
    let source = "circuit clipped(n = 8) {
        private input x[n] : -200000..=200000
        public output y[n]
        y[i in n] = clip(round_half_up(x[i] / 2 ^ 12), -32, 31)
    }";
    let case = Program::new("clipped", source, &[], None).case(1);
    assert!(!forges(&case.board()));
    let board = weakened(&case, |op| {
        if let Op::Gadget(Gadget::Divide(divide)) = op {
            let bounds = divide.clipped.as_mut().unwrap();
            bounds.excess = (1 << 23, 1 << 30);
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
    for program in gadgets::all() {
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
