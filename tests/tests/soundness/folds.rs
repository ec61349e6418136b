//! Interaction columns of an evaluated sum that break their rules, and circuits with other folds than
//! the program's: each is refused, and by the check that spec 5.7 says.

use std::collections::BTreeMap;

use attnc::session::bus::Column;
use attnc::session::verify::Rejection;
use attnc_compiler::circuit::row::{Folded, Lane};
use attnc_compiler::circuit::{first_slots, Circuit, Component, Fixed, Op, Slot};
use stwo::core::fields::m31::BaseField;
use stwo::prover::backend::Column as _;

use super::contraction_lies::{cases, place, segments, true_verifier, SETTING};
use crate::common::attack::{Attacker, Outcome, Overrides};
use crate::common::hidden::Hidden;
use crate::common::mirror::field;
use crate::common::session::{as_tallied, claimed, lie, publics, trace, Lie};

/// How many extension columns of weights and folds come before those of running sums.
fn extensions(component: &Component) -> usize {
    let columns = component.ops.iter().map(|op| match op {
        Op::Weight(_) => 1,
        Op::Fold { stages, .. } => stages.len(),
        _ => 0,
    });
    columns.sum()
}

/// A weight of another pole, a fold that skips a row, that begins with a remainder, or that is
/// kept across the end of its segment: columns that are not what their rules say. Stwo's own
/// prover finds no composition polynomial; whoever skips its check has no proof.
#[test]
fn interaction_columns_that_break_their_rules() {
    for case in cases() {
        let board = case.board();
        let c = segments(&board.circuit);
        let component = &board.circuit.components[c];
        let rows = 1 << component.log_rows;
        let count = extensions(component);
        assert!(count >= 2);
        let prove = |change: &dyn Fn(usize, &mut Vec<Column>)| {
            let lied = Lie {
                interaction: change,
                ..Lie::of_publics(&board, publics(&case))
            };
            lie(lied, case.at(SETTING), &claimed(&case, ""))
        };
        assert!(prove(&as_tallied).is_some());
        for extension in 0..count {
            for row in [0, 1, component.rows as usize, rows - 1] {
                // One row; and the remainder carried through to the segment's end.
                for carried in [1, 2] {
                    let change = |number: usize, columns: &mut Vec<Column>| {
                        if number == c {
                            for later in row..rows.min(row + carried) {
                                let at = place(later, component.log_rows);
                                let values = &mut columns[4 * extension].values;
                                let value = values.at(at) + BaseField::from(1);
                                values.set(at, value);
                            }
                        }
                    };
                    assert!(prove(&change).is_none(), "column {extension}, row {row}");
                }
            }
        }
    }
}

/// A circuit of the same shape whose folds are not those of the true one.
type Bend = fn(&mut Circuit, usize) -> bool;

/// The operations and columns bent, and whether a key can tell: whether they are preprocessed.
fn bends() -> Vec<(&'static str, Bend, bool)> {
    fn folds(component: &mut Component) -> impl Iterator<Item = &mut Vec<Vec<Folded<Slot>>>> {
        component.ops.iter_mut().filter_map(|op| match op {
            Op::Fold { stages, .. } => Some(stages),
            _ => None,
        })
    }
    fn after(component: &mut Component, change: impl Fn(usize, &mut i64)) -> bool {
        let column = component.fixed.iter().position(|f| *f == Fixed::After);
        let Some(column) = column else { return false };
        let mut values = component.fixed_values(column, None);
        let rows = component.rows as usize;
        values[..rows]
            .iter_mut()
            .enumerate()
            .for_each(|(row, value)| change(row, value));
        component.fixed[column] = Fixed::Values { values, rest: 0 };
        true
    }
    vec![
        (
            "a fold that skips what stands in its last lane",
            |circuit, c| {
                let component = &mut circuit.components[c];
                let mut bent = false;
                for terms in folds(component).filter_map(|stages| stages.last_mut()) {
                    bent |= terms.pop().is_some();
                }
                bent
            },
            false,
        ),
        (
            "a fold of the wrong weights",
            |circuit, c| {
                let component = &mut circuit.components[c];
                let mut bent = false;
                for op in &mut component.ops {
                    if let Op::Weight(poles) = op {
                        bent |= poles.len() == 2;
                        poles.reverse();
                    }
                }
                bent
            },
            false,
        ),
        (
            "a fold that folds another operand",
            |circuit, c| {
                let component = &mut circuit.components[c];
                let copies: Vec<Slot> = copies_of(component);
                let mut bent = false;
                for term in folds(component).flatten().flatten() {
                    bent |= term.value != copies[0];
                    term.value = copies[0];
                }
                bent
            },
            false,
        ),
        (
            "a prefix that includes the next column",
            |circuit, c| {
                let component = &mut circuit.components[c];
                let mut bent = false;
                for op in &mut component.ops {
                    let Op::Weigh { terms, .. } = op else {
                        continue;
                    };
                    for term in terms {
                        if term.lane == Lane::Fold(0) {
                            term.lane = Lane::Fold(1);
                            bent = true;
                        }
                    }
                }
                bent && component.count.extensions.len() >= 3
            },
            false,
        ),
        (
            "a product before the end of its segment",
            |circuit, c| {
                let component = &mut circuit.components[c];
                let after = component.fixed.iter().position(|f| *f == Fixed::After);
                let after = component
                    .ops
                    .iter()
                    .position(|op| matches!(op, Op::Fixed(column) if Some(*column) == after));
                let slots = first_slots(&component.ops);
                let mut bent = false;
                for op in &mut component.ops {
                    if let (Op::Product { end, .. }, Some(after)) = (op, after) {
                        *end = slots[after];
                        bent = true;
                    }
                }
                bent
            },
            false,
        ),
        (
            "copies that nothing ties",
            |circuit, c| {
                let ops = circuit.components[c].ops.iter();
                let ties: Vec<u32> = ops
                    .filter_map(|op| match op {
                        Op::Copy { tie, .. } => Some(*tie),
                        _ => None,
                    })
                    .collect();
                for op in circuit.components.iter_mut().flat_map(|c| &mut c.ops) {
                    if let Op::Weigh { terms, .. } = op {
                        terms.retain(|term| !ties.contains(&term.family));
                    }
                }
                true
            },
            false,
        ),
        (
            "a segment that begins with a remainder",
            |circuit, c| {
                after(&mut circuit.components[c], |row, keep| {
                    *keep = i64::from(row > 0)
                })
            },
            true,
        ),
        (
            "a fold that forgets a row",
            |circuit, c| after(&mut circuit.components[c], |_, keep| *keep = 0),
            true,
        ),
    ]
}

fn copies_of(component: &Component) -> Vec<Slot> {
    let slots = first_slots(&component.ops).into_iter().zip(&component.ops);
    let copies = slots.filter(|(_, op)| matches!(op, Op::Copy { .. }));
    copies.map(|(slot, _)| slot).collect()
}

/// The prover makes a circuit of its own whose bus balances with false results, and proves that.
/// The bent circuit accepts what it says: the fold's rules are what stands between.
#[test]
fn folds_that_are_not_the_circuits() {
    let mut forged: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases() {
        let verifier = true_verifier(&case);
        for (what, bend, preprocessed) in bends() {
            let mut circuit = case.compiled.circuit.clone();
            let c = segments(&circuit);
            if !bend(&mut circuit, c) {
                continue;
            }
            let bent = case.board_of(circuit);
            let mut attacker = Attacker::new(&bent);
            attacker.lacking = bent.faults().unbalanced;
            let mut overrides = Overrides::new();
            if what.starts_with("copies") {
                overrides.insert((c, 1, 0), bent.trace[c][0][1] + field(1));
            } else {
                assert!(!attacker.lacking.is_empty(), "{what}");
            }
            let mut columns = bent.trace.clone();
            let mut claims = publics(&case);
            match attacker.run(&overrides) {
                Outcome::Undecided => panic!("no end of mending"),
                Outcome::Forged(outputs) => {
                    *forged.entry(what).or_insert(0) += 1;
                    for (tensor, position, _, element) in outputs {
                        claims[tensor].elements[position] = element;
                    }
                }
                // Where no home takes away what the bent fold adds, not even its own bus balances.
                Outcome::Rejected => {}
                Outcome::Harmless(changed) => panic!("{what}: {changed:?}"),
            }
            for ((c, row), cells) in attacker.cells(&overrides) {
                for (column, cell) in cells.into_iter().enumerate() {
                    columns[c][column][row] = cell;
                }
            }
            for named in [None, Some(verifier.preprocessed.clone())] {
                let posing = named.is_some();
                let lied = Lie {
                    trace: trace(&columns),
                    named,
                    hidden: Hidden::TRUE_TOTALS,
                    ..Lie::of_publics(&bent, claims.clone())
                };
                let session = lie(lied, case.at(SETTING), &claimed(&case, ""));
                let session = session.unwrap_or_else(|| panic!("{what}: a proof of its circuit"));
                match (verifier.verify(&session), preprocessed, posing) {
                    (Err(Rejection::Stark { .. }), false, _) => {}
                    (Err(Rejection::Statement { field, .. }), true, false) => {
                        assert_eq!(field, "preprocessed roots");
                    }
                    (
                        Err(
                            Rejection::Grinding
                            | Rejection::Structure { .. }
                            | Rejection::Stark { .. },
                        ),
                        true,
                        true,
                    ) => {}
                    (verdict, _, _) => panic!("{} {what}: {verdict:?}", case.name),
                }
            }
        }
    }
    for (what, _, _) in bends() {
        let tells = what.starts_with("a prefix") || forged.contains_key(what);
        assert!(tells, "{what} forges nothing: {forged:?}");
    }
}
