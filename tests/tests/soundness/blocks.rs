//! Components in blocks: each row stands in one, and is held there as it would be in the whole.

use attnc_compiler::circuit::Kind;

use super::court::court;
use crate::common::mirror::{field, Effect};

#[test]
fn a_block_has_the_rows_that_the_others_leave() {
    let court = court("blocks, evaluated in 1");
    let components = court.board.circuit.components.iter();
    let of = |name: &str| {
        let blocks = components.clone().filter(|c| c.name == name);
        blocks
            .map(|c| (c.from, c.rows, 1 << c.log_rows))
            .collect::<Vec<_>>()
    };
    assert_eq!(of("t,j"), [(0, 32, 32), (32, 4, 16)]);
    let mut points = Vec::new();
    for component in components.clone().filter(|c| c.name == "t,j") {
        component.for_each_row(|row, at| {
            assert!((row as u64) < component.rows);
            points.push(at.to_vec());
        });
    }
    let pairs = (0..8).flat_map(|t| (0..=t).map(move |j| vec![t, j]));
    assert_eq!(points, pairs.collect::<Vec<_>>());
}

/// Each column of a row of each block: alone, and another row's in its place.
#[test]
fn a_row_of_a_block_is_held() {
    let mut court = court("blocks, evaluated in 1");
    let tall = |c: &usize| {
        let component = &court.board.circuit.components[*c];
        matches!(component.kind, Kind::Space(_)) && component.name == "t,j"
    };
    let blocks: Vec<usize> = (0..court.board.trace.len()).filter(tall).collect();
    assert_eq!(blocks.len(), 2);
    for c in blocks {
        for column in 0..court.board.trace[c].len() {
            for value in [
                court.at((c, 2, column)) + field(1),
                court.at((c, 3, column)),
            ] {
                if value == court.at((c, 2, column)) {
                    continue;
                }
                let mut cells = court.board.cells(c, 2);
                cells[column] = value;
                if court.board.change(c, 2, &cells) == Effect::default() {
                    assert!(court.board.is_sign_of_zero((c, 2, column)), "{c}, {column}");
                    continue;
                }
                court.refuses_cells(&[((c, 2, column), value)]);
            }
        }
    }
    assert!(court.refused > 12, "{}", court.refused);
}
