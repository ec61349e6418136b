//! Components in blocks: each row stands in one, and is held there as it would be in the whole.

use attnc_compiler::circuit::Kind;

use super::court::court;
use crate::common::mirror::{field, Effect};
use crate::common::programs::Program;

/// First row, rows and padded rows.
type Size = (u64, u64, u64);

/// The blocks of one name, and the points of them all.
fn blocks(program: &str, name: &str) -> (Vec<Size>, Vec<Vec<i64>>) {
    let court = court(program);
    let components = court.board.circuit.components.iter();
    let (mut sizes, mut points) = (Vec::new(), Vec::new());
    for component in components.filter(|c| c.name == name) {
        sizes.push((component.from, component.rows, 1 << component.log_rows));
        component.for_each_row(|row, at| {
            assert!((row as u64) < component.rows);
            points.push(at.to_vec());
        });
    }
    (sizes, points)
}

#[test]
fn a_block_has_the_rows_that_the_others_leave() {
    let pairs = |steps| (0..steps).flat_map(|t| (0..=t).map(move |j| vec![t, j]));
    let (sizes, points) = blocks("blocks, evaluated in 1", "t,j");
    assert_eq!(sizes, [(0, 32, 32), (32, 4, 16)]);
    assert_eq!(points, pairs(8).collect::<Vec<_>>());
    let (sizes, points) = blocks("capped, evaluated in 1", "t,j");
    assert_eq!(sizes, [(0, 64, 64), (64, 14, 16)]);
    assert_eq!(points, pairs(12).collect::<Vec<_>>());
    let (sizes, points) = blocks("capped full", "i");
    assert_eq!(sizes, [(0, 64, 64), (64, 64, 64)]);
    assert_eq!(points, (0..128).map(|i| vec![i]).collect::<Vec<_>>());
}

/// Each column of a row of each block: alone, and another row's in its place.
#[test]
fn a_row_of_a_block_is_held() {
    for (program, name) in [
        ("blocks, evaluated in 1", "t,j"),
        ("capped, evaluated in 1", "t,j"),
        ("capped full", "i"),
    ] {
        rows_are_held(program, name);
    }
}

fn rows_are_held(program: &str, name: &str) {
    let mut court = court(program);
    let tall = |c: &usize| {
        let component = &court.board.circuit.components[*c];
        matches!(component.kind, Kind::Space(_)) && component.name == name
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
    assert!(court.refused > 4, "{}", court.refused);
}

/// The choices of a key are a stranger's: 2^23 rows in blocks of 64 would be 2^17 components.
#[test]
fn a_component_has_few_blocks() {
    let source = "circuit full(n = 4096) {
        private input x[n] : -9..9
        public output y[n]
        y[i in n] = x[i] * x[i]
    }";
    let compiled = |n| Program::new("capped", source, &[("n", n)], None).compile(1);
    let case = compiled(4096).unwrap();
    let blocks = case.compiled.circuit.components.iter();
    assert_eq!(blocks.filter(|c| c.name == "i").count(), 64);
    let refused = compiled(1 << 20).err().unwrap();
    assert!(
        refused.contains("E114") && refused.contains("64 at most"),
        "{refused}"
    );
}
