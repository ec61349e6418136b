//! How free a view is: the rank of its derivative by the prover's coins, beside the dimension of what views
//! span.
//!
//! Where they differ, views obey relations that are not linear, which may depend on the secret. Sixteen
//! for each proof do not: what the composition polynomial is at the point out of the domain, and at its
//! conjugates, anyone computes from the openings.

use std::collections::BTreeSet;

use attnc::session::hiding::{Coins, Masking};

use super::coins::Viewed;
use super::hull::{inverse, residue, Hull, Span, M};
use super::programs::{matmul, product, vote, FOLDED};
use crate::common::programs::Case;

/// Of a view as a function of the prover's coins.
#[derive(Debug, PartialEq)]
struct Freedom {
    rank: usize,
    dimension: usize,
}

impl Freedom {
    fn missing(&self) -> usize {
        self.dimension - self.rank
    }
}

/// Along a line of coins a view is a polynomial of degree 3, as rules are, so that four of its points fix
/// its derivative. Rings stand under fractions: their coins do not move.
///
/// # Panics
/// If there are not more `directions` than the rank.
fn freedom(case: &Case, masking: Masking, directions: u64) -> Freedom {
    let viewed = Viewed::new(case);
    let origin = viewed.view(Coins::seeded(0, masking));
    let sixth = inverse(6);
    let (mut span, mut idle) = (Span::default(), 0);
    let mut views = vec![origin.clone()];
    for direction in 1..=directions {
        let along = [1, 2, 3].map(|by| viewed.view(Coins::along(0, direction, by, masking)));
        let derivative = (0..origin.len()).map(|i| {
            let sum = (M - 11) * origin[i] % M
                + 18 * along[0][i]
                + (M - 9) * along[1][i] % M
                + 2 * along[2][i];
            residue(residue(sum) * sixth)
        });
        match span.add(derivative.collect()) {
            true => idle = 0,
            false => idle += 1,
        }
        views.extend(along);
        if idle == 4 {
            break;
        }
    }
    assert!(idle == 4, "more directions than {directions} are needed");
    Freedom {
        rank: span.dimension(),
        dimension: Hull::of(&views).dimension(),
    }
}

fn ballots() -> Case {
    vote(&[], Some(5)).case(&[&[3, 9, 0, 7]])
}

fn free(name: &str, case: &Case, masking: Masking) -> Freedom {
    let start = std::time::Instant::now();
    let freedom = freedom(case, masking, 4000);
    println!("{name}: {freedom:?} in {:?}", start.elapsed());
    freedom
}

const SIXTEEN: usize = 16;

#[test]
fn a_vote_is_as_free_as_what_its_views_span() {
    let freedom = free("all masked", &ballots(), Masking::ALL);
    assert_eq!(freedom.missing(), SIXTEEN);
}

/// Exactly: twice as much too short, they are found out (`views`).
#[test]
fn masks_of_columns_may_be_shorter_by_what_is_not_opened() {
    let masking = Masking {
        short: 2,
        ..Masking::ALL
    };
    let freedom = free("short", &ballots(), masking);
    assert_eq!(freedom.missing(), SIXTEEN);
}

/// No linear relation of two secrets' views shows what this does.
#[test]
fn a_composition_without_a_mask_is_found_out() {
    let masking = Masking {
        composition: false,
        ..Masking::ALL
    };
    let freedom = free("composition", &ballots(), masking);
    assert!(freedom.missing() > SIXTEEN, "{freedom:?}");
}

/// In views as small as these what FRI folds is masked by whatever else is to spare; where nothing is, the
/// mask of its own is seen to carry.
#[test]
fn fri_without_a_mask_is_found_out() {
    let masking = Masking {
        short: 2,
        composition: false,
        ..Masking::ALL
    };
    let with = free("FRI's mask alone", &ballots(), masking);
    let masking = Masking {
        fri: false,
        ..masking
    };
    let without = free("neither", &ballots(), masking);
    assert!(without.missing() > with.missing(), "{with:?} {without:?}");
}

#[test]
fn linked_proofs_are_as_free_as_what_their_views_span() {
    let case = product("two", Some(5)).case(&[&[1, 2], &[4, 3]]);
    let freedom = free("linked", &case, Masking::ALL);
    assert_eq!(freedom.missing(), 2 * SIXTEEN);
}

/// Three heights, and folds in a component that the tallest's is four times as tall as.
#[test]
fn a_fold_of_a_low_component_is_as_free_as_what_its_views_span() {
    let left: Vec<i64> = (0..32).map(|i| i - 16).collect();
    let right: Vec<i64> = (0..64).map(|i| (i * 7) % 31 - 15).collect();
    let case = matmul(FOLDED, Some(5)).case(&[&left, &right, &[1, -2, 3, -4]]);
    let components = &case.compiled.circuit.components;
    let heights: BTreeSet<u32> = components.iter().map(|it| it.log_rows).collect();
    assert!(heights.len() >= 3, "{heights:?}");
    let tallest = heights.last().unwrap();
    let mut folds = components.iter().filter(|it| it.is_ordered());
    assert!(folds.any(|it| it.log_rows + 2 == *tallest), "{heights:?}");
    let freedom = free("folds", &case, Masking::ALL);
    assert_eq!(freedom.missing(), SIXTEEN);
}
