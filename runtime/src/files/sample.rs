//! Random inputs in range, the same for a seed on every platform.

use attnc_compiler::meaning::dims::max_sizes;
use attnc_compiler::meaning::eval::{Assignment, EvalError};
use attnc_compiler::meaning::graph::{Graph, Interval};
use attnc_compiler::meaning::tensor::Tensor;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// An integer of the interval, each equally likely. The interval has fewer than 2^64 of them.
fn draw(generator: &mut ChaCha20Rng, interval: Interval) -> i64 {
    let size = interval.size() as u128;
    // Lemire's method: the high half of a product, redrawn where its low half tells of a bias.
    loop {
        let product = u128::from(generator.next_u64()) * size;
        if product as u64 as u128 >= (1u128 << 64) % size {
            return (interval.lo + (product >> 64) as i128) as i64;
        }
    }
}

/// Inputs drawn uniformly from their ranges, in the program's order, and then the tables from
/// input: entries that never rise, the first the largest of the range, so that a program that
/// divides by a sum of weights has something to divide by.
pub fn sample(graph: &Graph, seed: u64) -> Assignment {
    let mut generator = ChaCha20Rng::seed_from_u64(seed);
    let mut inputs = Vec::new();
    for input in &graph.inputs {
        let shape: Vec<usize> = input.shape.iter().map(|&size| size as usize).collect();
        let mut tensor = Tensor::zeros(&shape);
        tensor.data.fill_with(|| draw(&mut generator, input.range));
        inputs.push(tensor);
    }
    let mut tables = Vec::new();
    for table in &graph.tables {
        if !table.from_input {
            tables.push(table.entries.clone());
            continue;
        }
        let mut entries = vec![0; table.domain.size().max(0) as usize];
        entries.fill_with(|| draw(&mut generator, table.range));
        entries.sort_unstable_by(|a, b| b.cmp(a));
        if let Some(first) = entries.first_mut() {
            *first = table.range.hi as i64;
        }
        tables.push(entries);
    }
    Assignment { inputs, tables }
}

/// How often ranges are halved at most.
const CLOSEST: u32 = 16;

/// Gives a program fixed inputs that are drawn: in their ranges, and closer to 0 until its assertions
/// over them hold. Tables from input have their entries by now.
///
/// # Errors
/// What does not hold of those that are closest to 0.
pub fn learn_drawn(graph: &mut Graph, seed: u64) -> Result<(), EvalError> {
    learn_rest(graph, seed, &[])
}

/// As [`learn_drawn`], but for those that are given, by their places among the fixed inputs.
///
/// # Errors
/// As [`learn_drawn`].
pub fn learn_rest(
    graph: &mut Graph,
    seed: u64,
    given: &[(usize, Tensor)],
) -> Result<(), EvalError> {
    let all = |graph: &Graph, closer| {
        let mut drawn = fixed(graph, seed, closer);
        for (place, tensor) in given {
            drawn[*place].clone_from(tensor);
        }
        drawn
    };
    for closer in 0..CLOSEST {
        let drawn = all(graph, closer);
        if graph.learn(drawn).is_ok() {
            return Ok(());
        }
    }
    let drawn = all(graph, CLOSEST);
    graph.learn(drawn)
}

/// Fixed inputs drawn uniformly from their ranges, in the program's order, with all of a range that is
/// farther from 0 than its `closer`th half left out. Nothing of them depends on what [`sample`] draws.
fn fixed(graph: &Graph, seed: u64, closer: u32) -> Vec<Tensor> {
    let mut generator = ChaCha20Rng::seed_from_u64(seed);
    generator.set_stream(1);
    let fixed = graph.fixed_inputs().map(|(_, fixed)| {
        let shape = max_sizes(&fixed.dims).into_iter().map(|size| size as usize);
        let mut tensor = Tensor::zeros(&shape.collect::<Vec<_>>());
        let range = closer_to_0(fixed.interval, closer);
        tensor.data.fill_with(|| draw(&mut generator, range));
        tensor
    });
    fixed.collect()
}

/// The range halved so often, towards the integer of it that is closest to 0.
fn closer_to_0(range: Interval, often: u32) -> Interval {
    let closest = 0.clamp(range.lo, range.hi);
    Interval::new(
        closest - ((closest - range.lo) >> often),
        closest + ((range.hi - closest) >> often),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::input::tests::graph;

    #[test]
    fn a_sample_is_in_range_and_reproducible() {
        let graph = graph();
        let assignment = sample(&graph, 7);
        assert_eq!(assignment, sample(&graph, 7));
        assert_ne!(assignment, sample(&graph, 8));
        for (input, tensor) in graph.inputs.iter().zip(&assignment.inputs) {
            assert!(tensor
                .data
                .iter()
                .all(|&element| input.range.contains(element.into())));
        }
        let weights = &assignment.tables[1];
        assert!(weights[0] == 15 && weights.windows(2).all(|pair| pair[0] >= pair[1]));
        assert!(attnc_compiler::meaning::eval::evaluate(&graph, &assignment).is_ok());
    }

    #[test]
    fn the_draws_of_a_seed_never_change() {
        let mut generator = ChaCha20Rng::seed_from_u64(1);
        let draws: Vec<i64> = (0..6)
            .map(|_| draw(&mut generator, Interval::new(-8, 7)))
            .collect();
        assert_eq!(draws, [1, -6, 0, -2, 6, -2]);
    }

    #[test]
    fn a_range_is_halved_towards_0() {
        for (lo, hi, often, expected) in [
            (-8, 7, 0, (-8, 7)),
            (-8, 7, 1, (-4, 3)),
            (-8, 7, 16, (0, 0)),
            (3, 11, 2, (3, 5)),
            (-11, -3, 2, (-5, -3)),
        ] {
            let halved = closer_to_0(Interval::new(lo, hi), often);
            assert_eq!((halved.lo, halved.hi), expected);
        }
    }

    #[test]
    fn draws_reach_every_integer() {
        let mut generator = ChaCha20Rng::seed_from_u64(3);
        let mut counts = [0; 5];
        for _ in 0..5000 {
            counts[(draw(&mut generator, Interval::new(-2, 2)) + 2) as usize] += 1;
        }
        assert!(
            counts.iter().all(|&count| (900..1100).contains(&count)),
            "{counts:?}"
        );
    }
}
