//! What the steps of a proof are worth in each regime, and the regimes that a session's proofs are
//! taken in.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use attnc_compiler::choice::cost::{FriSetting, ProofShape};
use attnc_compiler::circuit::BusDegree;

/// log2 of |QM31| = (2^31 - 1)^4, less what rounding could add.
pub(super) const FIELD_BITS: f64 = 123.999_999_99;
/// Collision resistance of Blake2s-256 in bits.
pub(super) const HASH_BITS: f64 = 128.0;
/// The largest degree of a constraint.
const MAX_DEGREE: f64 = 3.0;
/// The least proximity parameter for which the gaps are proven.
const MIN_PROXIMITY: u32 = 3;
/// The largest proximity parameter tried; beyond it a query gains less than 0.001 bits.
pub(super) const MAX_PROXIMITY: u32 = 1000;
/// A circle code of N rows has the dimension N + 1.
const MORE_DIMENSIONS: f64 = 1.0;

/// The least conjectured bits of a proof whose tallest column has 2^`max_log_rows` rows: those of
/// its [`Account`](super::Account), without the proven ones, which take longer.
pub fn conjectured_bits(
    fri: &FriSetting,
    max_log_rows: u32,
    constraints: usize,
    bus: BusDegree,
    bus_pow_bits: u32,
) -> f64 {
    let bus = vanishing(bus.total(), bus_pow_bits);
    let own = conjectured(fri, max_log_rows, constraints);
    own.into_iter().fold(HASH_BITS.min(bus), f64::min).max(0.0)
}

/// Conjectured bits by step, in the order of the account up to the bus.
pub(super) fn conjectured(fri: &FriSetting, max_log_rows: u32, constraints: usize) -> [f64; 4] {
    let rows = (1u64 << max_log_rows) as f64;
    [
        f64::from(fri.pow_bits + fri.queries * fri.log_blowup),
        FIELD_BITS - f64::from(fri.log_domain(max_log_rows)),
        FIELD_BITS - (constraints as f64 - 1.0).max(1.0).log2(),
        FIELD_BITS - (MAX_DEGREE * (rows + 1.0) + rows - 1.0).log2(),
    ]
}

/// Bits of the chance that a polynomial of this degree vanishes at challenges ground for.
pub(super) fn vanishing(degree: u128, pow_bits: u32) -> f64 {
    FIELD_BITS - (degree.max(1) as f64).log2() + f64::from(pow_bits)
}

/// What the terms of one proof are computed from.
#[derive(Clone, Copy, Debug)]
pub struct ProofTerms<'a> {
    pub fri: &'a FriSetting,
    pub shape: &'a ProofShape,
    /// Rules of all its components.
    pub constraints: usize,
}

/// How far from a codeword a proof's columns may be taken to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Regime {
    pub(super) proximity: Option<u32>,
    /// log2 of the codewords within reach.
    pub(super) list: f64,
    /// Proven bits of queries, batching and folding, constraints, and the out-of-domain point.
    pub(super) own: [f64; 4],
}

impl Regime {
    pub(super) fn least(&self) -> f64 {
        self.own.into_iter().fold(HASH_BITS, f64::min).max(0.0)
    }
}

impl ProofTerms<'_> {
    /// Within unique decoding, or at a proximity parameter.
    pub(super) fn regime(&self, proximity: Option<u32>) -> Regime {
        let log_rows = self.shape.max_log_rows();
        let list = proximity.map_or(0.0, |m| self.list_size(m).log2());
        let rows = f64::from(log_rows).exp2();
        let domain = f64::from(self.fri.log_domain(log_rows)).exp2();
        let rate = (rows + MORE_DIMENSIONS) / domain;
        let missed = match proximity {
            None => (1.0 + rate) / 2.0,
            Some(m) => (1.0 + 0.5 / f64::from(m)) * rate.sqrt(),
        };
        let [_, _, constraints, point] = conjectured(self.fri, log_rows, self.constraints);
        Regime {
            proximity,
            list,
            own: [
                f64::from(self.fri.pow_bits) - f64::from(self.fri.queries) * missed.log2(),
                self.folding(proximity),
                constraints - list,
                point - 2.0 * list,
            ],
        }
    }

    /// The regimes worth having: each with more proven bits than those with smaller lists.
    fn regimes(&self) -> Vec<Regime> {
        let mut regimes = vec![self.regime(None)];
        for m in MIN_PROXIMITY..=MAX_PROXIMITY {
            if !self.list_size(m).is_finite() {
                break;
            }
            let regime = self.regime(Some(m));
            if regimes
                .last()
                .is_none_or(|last| regime.least() > last.least())
            {
                regimes.push(regime);
            }
            // Only the queries are worth more at a larger m.
            if regime.own[1..].iter().any(|&bits| bits <= regime.own[0]) {
                break;
            }
        }
        regimes
    }

    pub(super) fn list_size(&self, m: u32) -> f64 {
        let rate = (-f64::from(self.fri.log_blowup)).exp2();
        let domain = f64::from(self.shape.max_log_rows() + self.fri.log_blowup).exp2();
        let slack = rate - 2.0 * f64::from(m) / domain;
        if slack > 0.0 {
            f64::from(m) / slack
        } else {
            f64::INFINITY
        }
    }

    fn folding(&self, proximity: Option<u32>) -> f64 {
        // A column opened twice has a third quotient, for its period.
        let periods = self.shape.interaction.iter().filter(|c| c.1 == 2).count();
        let quotients = self.shape.sampled_values() as f64 + periods as f64;
        let log_domain = self.shape.max_log_rows() + self.fri.log_blowup;
        // The gap grows with the square of the domain, or within unique decoding with the domain.
        let power = if proximity.is_some() { 2 } else { 1 };
        let mut curves = (quotients - 1.0) * f64::from(power * log_domain).exp2();
        let layers = self.fri.layers(self.shape.max_log_rows());
        for layer in layers.unwrap_or_default() {
            let others = f64::from(layer.fold).exp2() - 1.0;
            curves += others * f64::from(power * layer.log_domain).exp2();
        }
        let gap = proximity.map_or(0.0, |m| {
            7.0 * (f64::from(m) + 0.5).log2() + 1.5 * f64::from(self.fri.log_blowup) - 3f64.log2()
        });
        FIELD_BITS - curves.log2() - gap
    }
}

/// For every proof the regime with which the session's least proven bits are most, where the bus
/// is worth `bus` bits before the lists are paid.
///
/// All begin with the smallest list. Only if the proof that is worth least takes a larger list can
/// the session be worth more, so that one goes on, until the bus would be worth less than it.
pub(super) fn chosen(proofs: &[ProofTerms<'_>], bus: f64) -> Vec<Regime> {
    let regimes: Vec<Vec<Regime>> = proofs.iter().map(ProofTerms::regimes).collect();
    let mut chosen = vec![0; proofs.len()];
    // Bits are not negative: they are ordered as their representations are.
    let ordered = |proof: usize, at: usize| Reverse((regimes[proof][at].least().to_bits(), proof));
    let mut least: BinaryHeap<_> = (0..proofs.len()).map(|proof| ordered(proof, 0)).collect();
    let mut lists: f64 = regimes.iter().map(|of| of[0].list).sum();
    let mut best = 0.0;
    // Steps that have not made the session worth more yet.
    let mut vain = Vec::new();
    while let Some(&Reverse((bits, proof))) = least.peek() {
        let (bits, at) = (f64::from_bits(bits), chosen[proof]);
        if bits.min(bus - lists) > best {
            best = bits.min(bus - lists);
            vain.clear();
        }
        let Some(next) = regimes[proof].get(at + 1) else {
            break;
        };
        lists += next.list - regimes[proof][at].list;
        if bus - lists <= bits {
            break;
        }
        least.pop();
        least.push(ordered(proof, at + 1));
        chosen[proof] += 1;
        vain.push(proof);
    }
    for proof in vain {
        chosen[proof] -= 1;
    }
    let chosen = regimes.iter().zip(chosen);
    chosen.map(|(regimes, at)| regimes[at]).collect()
}
