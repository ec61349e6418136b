//! Arithmetic of indices of any size: exact, or refused.

use attnc::session::security::Setting;
use attnc_compiler::meaning::eval::evaluate;
use attnc_compiler::meaning::graph::OutputId;
use attnc_compiler::plan::derived::Derived;

use super::cuts::{axes, case, cut_or_refuse, same_elements, ways_to_cut};
use crate::common::gadgets::residues;
use crate::common::programs::Program;
use crate::common::random::Random;
use crate::common::session::{honest, Verifier};

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
