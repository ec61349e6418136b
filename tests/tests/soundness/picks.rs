//! Lies about elements at subscripts that are known only when the program runs, before the real
//! verifier: published defects of address arithmetic and of lookups that anyone may serve.

use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::Op;
use num_traits::{One, Zero};

use super::court::{court, Court};
use crate::common::attack::{Attacker, Outcome, Overrides};
use crate::common::board::{Board, Place};
use crate::common::mirror::{field, Key, F};

/// The first element's column of every pick: component, column.
fn picks(court: &Court) -> Vec<(usize, usize)> {
    let picks = court.gadgets(|gadget| matches!(gadget, Gadget::Pick(_)));
    assert!(picks.len() > 10, "{picks:?}");
    picks
        .into_iter()
        .map(|(c, columns)| (c, columns[0]))
        .collect()
}

/// The column of multiplicities of every offer: component, column.
fn offers(court: &Court) -> Vec<(usize, usize)> {
    let offers = court.gadgets(|gadget| matches!(gadget, Gadget::Offer(_)));
    assert!(offers.len() > 5, "{offers:?}");
    offers
        .into_iter()
        .map(|(c, columns)| (c, columns[0]))
        .collect()
}

/// The column of a private input: component, column.
fn private(board: &Board, input: &str) -> (usize, usize) {
    let mut columns = (0..board.trace.len())
        .flat_map(|c| (0..board.trace[c].len()).map(move |column| (c, column)));
    let named = |&(c, column): &(usize, usize)| match board.op(c, column) {
        (Op::Private { witness, .. }, 0) => witness.name == input,
        _ => false,
    };
    columns.find(named).unwrap_or_else(|| panic!("{input}"))
}

/// A wrong element for the right address, and the right element of another row, with all that
/// follows from it, public outputs too.
#[test]
fn an_element_that_no_row_of_the_home_has_at_the_address() {
    let mut court = court("picks");
    for (c, column) in picks(&court) {
        let rows = court.board.circuit.components[c].rows as usize;
        let honest = court.at((c, 0, column));
        let others = (1..rows).map(|row| court.at((c, row, column)));
        let another = others.into_iter().find(|&other| other != honest);
        for lie in [Some(honest + F::one()), another].into_iter().flatten() {
            court.refuses_mended(&Overrides::from([((c, 0, column), lie)]));
        }
    }
    assert!(court.refused > 15);
}

/// An address beyond the tensor.
#[test]
fn an_address_outside_the_tensor() {
    let mut court = court("picks");
    for (input, beyond) in [("at", 5), ("at", -1), ("lane", 8), ("p", 3), ("p", 5)] {
        let (c, column) = private(&court.board, input);
        court.refuses_mended(&Overrides::from([((c, 1, column), field(beyond))]));
    }
}

/// Two subscripts of which each lies outside its dimension, and the address is that of a row: what is
/// picked is the neighbour's, and only the interval of the subscript is in the way.
#[test]
fn an_address_in_a_neighbours_row() {
    let mut court = court("picks");
    let (at, lane) = (private(&court.board, "at"), private(&court.board, "lane"));
    let row = (0..5).find(|&row| court.at((at.0, row, at.1)) != F::zero());
    let row = row.expect("not all are the first");
    let (one, width) = (F::one(), field(8));
    let neighbour = |board: &Board| {
        Overrides::from([
            ((at.0, row, at.1), board.trace[at.0][at.1][row] - one),
            (
                (lane.0, row, lane.1),
                board.trace[lane.0][lane.1][row] + width,
            ),
        ])
    };
    court.refuses_mended(&neighbour(&court.board));
    // Control: with a wider range for `lane` the same gets through.
    let mut circuit = court.board.circuit.clone();
    for op in circuit.components.iter_mut().flat_map(|c| &mut c.ops) {
        if let Op::Private { witness, hi, .. } = op {
            if witness.name == "lane" {
                *hi += 8;
            }
        }
    }
    let weak = court.case.board_of(circuit);
    let outcome = Attacker::new(&weak).run(&neighbour(&weak));
    assert!(!matches!(outcome, Outcome::Rejected), "{outcome:?}");
}

#[test]
fn a_forged_multiplicity() {
    let mut court = court("picks");
    for (c, column) in offers(&court) {
        let honest = court.at((c, 0, column));
        court.refuses_cells(&[((c, 0, column), honest + F::one())]);
        let rows = court.board.circuit.components[c].rows as usize;
        if rows > 1 {
            let other = court.at((c, 1, column));
            court.refuses_cells(&[
                ((c, 0, column), honest - F::one()),
                ((c, 1, column), other + F::one()),
            ]);
        }
    }
}

/// Padding that offers what is picked: it has the address 0, and whatever elements the prover likes.
#[test]
fn a_row_that_only_padding_has() {
    let mut court = court("picks");
    let mut tried = 0;
    for (c, column) in picks(&court) {
        // A row that picks at 0.
        let rows = court.board.circuit.components[c].rows as usize;
        let (op, _) = court.board.origins[c][column];
        let Op::Gadget(Gadget::Pick(pick)) = &court.board.circuit.components[c].ops[op] else {
            unreachable!("a pick");
        };
        let (tag, lanes) = (pick.tag(), pick.lanes as usize);
        let at_zero = (0..rows).find(|&row| {
            let mut picks = court.board.seen[c][row].picks.iter();
            picks.any(|(of, tuple)| *of == tag && tuple[0].is_zero())
        });
        let (Some(row), 1) = (at_zero, lanes) else {
            continue;
        };
        for (home, uses) in offers(&court) {
            let component = &court.board.circuit.components[home];
            let (op, _) = court.board.origins[home][uses];
            let Op::Gadget(Gadget::Offer(offer)) = &component.ops[op] else {
                unreachable!("an offer");
            };
            let padding = component.rows as usize;
            if offer.tag() != tag || padding == 1 << component.log_rows {
                continue;
            }
            let made = attnc_compiler::circuit::first_slots(&component.ops);
            let maker = made.iter().position(|slot| *slot == offer.elements[0]);
            let element = maker.and_then(|maker| {
                let mut columns = 0..court.board.trace[home].len();
                columns.find(|&column| court.board.origins[home][column].0 == maker)
            });
            let Some(element) = element else {
                continue;
            };
            let lie = court.at((c, row, column)) + F::one();
            let served = |board: &Board| {
                let mut cells = board.cells(home, padding);
                cells[element] = lie;
                cells[uses] = F::one();
                let seen = board.see(home, padding, &cells);
                let offered = seen
                    .offers
                    .iter()
                    .any(|(of, tuple)| *of == tag && tuple[..] == [F::zero(), lie]);
                let bus = seen.effect.bus.keys();
                let on_bus = bus.filter(|key| matches!(key, Key::Tuple(of, _) if *of == tag));
                (offered, on_bus.count())
            };
            // It has the tuple, and puts nothing on the bus.
            assert_eq!(served(&court.board), (true, 0));
            let cells: [(Place, F); 4] = [
                ((home, padding, element), lie),
                ((home, padding, uses), F::one()),
                ((c, row, column), lie),
                ((home, 0, uses), court.at((home, 0, uses)) - F::one()),
            ];
            court.refuses_cells(&cells);
            tried += 1;
        }
    }
    assert!(tried > 2, "{tried}");
}
