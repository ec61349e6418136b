//! Conditions: a term that does not count, or has no row, is no maximum and no part of a sum.

use attnc::price::{cost, Aim};
use attnc::session::security::Setting;
use attnc_compiler::choice::search::{search, Contract};
use attnc_compiler::circuit::gadgets::Gadget;
use attnc_compiler::circuit::{Circuit, Element, Kind, Op};
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::meaning::graph::{ExprKind, InputId, OutputId, Source};

use super::court::{court, Court};
use crate::common::attack::{Attacker, Overrides};
use crate::common::board::Place;
use crate::common::filters;
use crate::common::mirror::{field, F};
use crate::common::programs::Program;

/// The flags of every maximum with a gate, group by group, with the maximum's component.
fn flags(court: &Court) -> Vec<(Place, Vec<Place>)> {
    let groups = Attacker::new(&court.board).groups.into_values();
    let groups = groups.map(|group| (group.peak.unwrap(), group.flags));
    groups.collect()
}

/// The flag in a row that the gate closes, with any peak, and everything after it made to fit.
#[test]
fn a_term_that_does_not_count_is_no_maximum() {
    for name in ["padding, private", "padding, public"] {
        let mut court = court(name);
        let gated =
            court.gadgets(|gadget| matches!(gadget, Gadget::Maximum(m) if m.gate.is_some()));
        assert_eq!(gated.len(), 2, "{name}");
        for (peak, flags) in flags(&court) {
            let honest = court.at(peak);
            for &place in &flags {
                for by in [0, 1, -1] {
                    let mut overrides = Overrides::from([(peak, honest + field(by))]);
                    for &flag in &flags {
                        overrides.insert(flag, field(i64::from(flag == place)));
                    }
                    if by == 0 && court.at(place) == field(1) {
                        continue;
                    }
                    // A term that attains the peak as well is another honest flag.
                    let (c, row, flag) = place;
                    let mut attained = court.board.seen[c][row].attained.iter();
                    let difference = attained.find(|(column, _)| *column == flag).unwrap().1;
                    let closed = is_closed(&court, place);
                    if by == 0 && difference == field(0) && !closed {
                        continue;
                    }
                    court.refuses_mended(&overrides);
                }
            }
        }
        assert!(court.refused > 40, "{name}: {}", court.refused);
    }
}

/// Whether the gate of a flag's row is 0: by the input that it is made of.
fn is_closed(court: &Court, (c, row, column): Place) -> bool {
    let (op, _) = court.board.op(c, column);
    let Op::Gadget(Gadget::Maximum(maximum)) = op else {
        panic!("a flag is a maximum's");
    };
    let Element::First { expr, space } = &maximum.first.element else {
        panic!("a flag is a first");
    };
    let evaluation = evaluate(&court.case.compiled.graph, &court.case.assignment).unwrap();
    let ExprKind::Reduce { filter, .. } = court.case.compiled.graph.expr(*expr).kind else {
        panic!("a maximum is a reduction");
    };
    let mut point = Vec::new();
    court.board.circuit.components[c].for_each_row(|number, at| {
        if number == row {
            point = at.to_vec();
        }
    });
    let mut env = vec![0; court.case.compiled.graph.indices.len()];
    for (index, form) in space.iter().zip(&maximum.first.at) {
        env[index.index()] = form.value(&|k| point[k.index()]);
    }
    evaluation.expr(filter.gate.unwrap(), &env) == 0
}

/// Every gate closed: no flag is left to set, and there is no maximum of nothing.
#[test]
fn the_maximum_of_no_term_has_no_solution() {
    let mut court = court("padding, private");
    let mut real = Vec::new();
    for (c, component) in court.board.circuit.components.iter().enumerate() {
        for column in 0..court.board.trace[c].len() {
            let (Op::Private { witness, .. }, _) = court.board.op(c, column) else {
                continue;
            };
            if witness.element == Element::Of(Source::Input(InputId(0))) {
                real.extend((0..component.rows as usize).map(|row| (c, row, column)));
            }
        }
    }
    assert_eq!(real.len(), 4);
    let closed: Overrides = real.iter().map(|&place| (place, field(0))).collect();
    court.refuses_mended(&closed);
    for (_, flags) in flags(&court) {
        let mut overrides = closed.clone();
        for &flag in &flags {
            overrides.insert(flag, field(0));
        }
        court.refuses_mended(&overrides);
        overrides.insert(flags[0], field(1));
        court.refuses_mended(&overrides);
    }
}

/// A flag, and so a value, in a row of the padding: where a term that is left out could stand.
#[test]
fn a_term_without_a_row_is_not_smuggled_in() {
    let mut court = court("window, filtered");
    let groups = flags(&court);
    assert_eq!(groups.len(), 6);
    for (_, flags) in groups {
        let (c, _, column) = flags[0];
        let component = &court.board.circuit.components[c];
        let (rows, tall) = (component.rows as usize, 1 << component.log_rows);
        // 1 + 2 + 3 + 3 + 3 + 3 of 21.
        assert_eq!((rows, tall), (15, 16));
        let mut cells: Vec<(Place, F)> = flags.iter().map(|&flag| (flag, field(0))).collect();
        cells.push(((c, rows, column), field(1)));
        court.refuses_cells(&cells);
    }
}

/// What a sum leaves out counts as nothing: its copies are tied to no row.
#[test]
fn a_term_that_is_left_out_is_not_counted() {
    let mut court = court("window, filtered, evaluated in 1");
    let mut copies = Vec::new();
    for (c, component) in court.board.circuit.components.iter().enumerate() {
        for column in 0..court.board.trace[c].len() {
            if matches!(court.board.op(c, column).0, Op::Copy { .. }) {
                let rows = 0..component.rows as usize;
                copies.extend(rows.map(|row| (c, row, column)));
            }
        }
    }
    let nothing = copies
        .into_iter()
        .filter(|&place| court.at(place) == field(0));
    let nothing: Vec<Place> = nothing.collect();
    // Of 6 steps and as many entries, 6 + 5 + 4 are held, and seen: 15 of 36 copies.
    assert!(nothing.len() >= 21, "{}", nothing.len());
    for place in nothing {
        court.refuses_cells(&[(place, field(1))]);
        court.refuses_mended(&Overrides::from([(place, field(1))]));
    }
}

/// Steps times reach rows, not steps times steps.
#[test]
fn what_a_window_leaves_out_has_no_rows() {
    let rows = |source: &str, reach: i64, steps: i64| {
        let params = [("reach", reach), ("steps", steps)];
        let circuit: Circuit = Program::new("window", source, &params, None)
            .case(1)
            .compiled
            .circuit;
        let spaces = circuit.components.iter();
        let spaces = spaces.filter(|c| matches!(c.kind, Kind::Space(_)));
        spaces.map(|c| c.rows).max().unwrap()
    };
    assert_eq!(rows(filters::WINDOW, 8, 64), 8 * 64 - 28);
    assert_eq!(rows(filters::WINDOW, 64, 64), 64 * 65 / 2);
}

/// The same masked heads, by conditions and by masks over all pairs, in the layouts that are chosen for them:
/// the same outputs, and no more columns or bytes; and no more cells where rows are left out.
#[test]
fn a_condition_costs_no_more_than_the_mask_that_it_replaces() {
    let window = "t - j < reach";
    let sinks = "t - j < reach or j < sinks";
    for (condition, keep) in [
        (window, "clip(reach - (t - j), 0, 1)"),
        (
            sinks,
            "max(clip(reach - (t - j), 0, 1), clip(sinks - j, 0, 1))",
        ),
    ] {
        let plain = filters::head(&format!(" where {condition}"), "s[j]", "");
        let mask = format!("keep[j in ks] = {keep}");
        let masked = filters::head("", "keep[j] * (s[j] + 64) - 64", &mask);
        let [less, more] = no_larger(&plain, &masked);
        assert!(less <= more, "{less} cells, not {more}");
    }
    no_larger(&filters::encoder(true), &filters::encoder(false));
}

/// Their cells.
fn no_larger(plain: &str, masked: &str) -> [u64; 2] {
    let [plain, masked] = [plain, masked].map(|source| {
        let params = [("steps", 64)];
        Program::new("head", source, &params, None).case(3)
    });
    let outputs = [&plain, &masked].map(|case| {
        let evaluation = evaluate(&case.compiled.graph, &plain.assignment).unwrap();
        evaluation.output(OutputId(0))
    });
    assert_eq!(outputs[0], outputs[1]);
    let [less, more] = [&plain, &masked].map(|case| {
        let price = |circuit: &Circuit| cost(circuit, Setting::Standard.into(), Aim::default());
        let found = search(&case.compiled.part, Contract::Auto, None, &price).unwrap();
        let components = found.circuit.components.iter();
        let columns: usize = components
            .clone()
            .map(|component| component.columns())
            .sum();
        let cells = components.map(|component| component.cells()).sum();
        (columns, found.cost.unwrap().bytes, cells)
    });
    println!("{less:?} columns, bytes and cells instead of {more:?}");
    assert!(less.0 <= more.0 && less.1 <= more.1, "{less:?} {more:?}");
    [less.2, more.2]
}
