//! Proofs of two secrets with one statement, before a verifier with the same coins: all that he sees lies
//! in one affine space, whichever the secret. Without any one of the masks it does not.

use std::ops::Range;

use attnc::session::hiding::{Coins, Masking};

use super::coins::Viewed;
use super::hull::Hull;
use super::programs::{matmul, product, vote, FOLDED};
use crate::common::programs::Case;

/// Proofs of the other secret.
const OTHERS: u64 = 30;

/// Of [`OTHERS`] views of one secret, how many are not in the space that `proofs` views of another span.
///
/// # Panics
/// If that many views do not span it.
fn outside([spanning, other]: [&Case; 2], masking: Masking, proofs: u64) -> u64 {
    let views = |case: &Case, seeds: Range<u64>| -> (Vec<Vec<u64>>, _) {
        let viewed = Viewed::new(case);
        let coins = seeds.map(|seed| Coins::seeded(seed, masking));
        let views = coins.map(|coins| viewed.view(coins)).collect();
        (views, viewed.publics().to_vec())
    };
    let (spanned, statement) = views(spanning, 0..proofs);
    let hull = Hull::of(&spanned);
    // One that is not yet all of it has the next view with chance 1 / P.
    assert!(hull.idle > 10, "of {} dimensions", hull.dimension());
    let (others, same) = views(other, proofs..proofs + OTHERS);
    assert_eq!(statement, same, "one statement");
    let outside = others.iter().filter(|view| !hull.holds(view)).count() as u64;
    println!("{masking:?}: {} dimensions, {outside}", hull.dimension());
    outside
}

fn hides(cases: [&Case; 2], proofs: u64) {
    assert_eq!(outside(cases, Masking::ALL, proofs), 0);
}

fn tells(cases: [&Case; 2], masking: Masking, proofs: u64) {
    assert_eq!(outside(cases, masking, proofs), OTHERS);
}

/// The same ballots, of other voters.
fn ballots() -> [Case; 2] {
    let vote = vote(&[], Some(5));
    [vote.case(&[&[3, 9, 0, 7]]), vote.case(&[&[7, 0, 9, 3]])]
}

/// The products are 4 and 6, or 6 and 4; where proofs are linked, each crosses from one to the other.
fn products(plan: &'static str) -> [Case; 2] {
    let product = product(plan, Some(5));
    [
        product.case(&[&[1, 2], &[4, 3]]),
        product.case(&[&[2, 2], &[3, 2]]),
    ]
}

#[test]
fn views_of_a_vote_are_alike() {
    let [a, b] = &ballots();
    hides([a, b], 560);
    hides([b, a], 560);
}

#[test]
fn columns_without_a_mask_are_found_out() {
    let [a, b] = &ballots();
    let masking = Masking {
        columns: false,
        ..Masking::ALL
    };
    tells([a, b], masking, 200);
}

#[test]
fn masks_that_are_too_short_are_found_out() {
    let [a, b] = &ballots();
    let masking = Masking {
        short: 4,
        ..Masking::ALL
    };
    tells([a, b], masking, 520);
}

#[test]
fn views_of_one_proof_of_a_product_are_alike() {
    let [a, b] = &products("one");
    hides([a, b], 600);
}

#[test]
fn views_of_linked_proofs_are_alike() {
    let [a, b] = &products("two");
    hides([a, b], 920);
}

#[test]
fn totals_without_a_ring_are_found_out() {
    let [a, b] = &products("two");
    let masking = Masking {
        ring: false,
        ..Masking::ALL
    };
    tells([a, b], masking, 920);
}

/// Negative layers, which are rectified to 0; with folds in a low component, and three heights.
#[test]
fn views_of_folds_are_alike() {
    let laid = matmul(FOLDED, Some(5));
    let [a, b] = [3, 11].map(|step| {
        let left: Vec<i64> = (0..32).map(|i| 1 + i * step % 40).collect();
        let right: Vec<i64> = (0..64).map(|i| -1 - i * step % 50).collect();
        laid.case(&[&left, &right, &[-step, 2, -3, step]])
    });
    hides([&a, &b], 1000);
}
