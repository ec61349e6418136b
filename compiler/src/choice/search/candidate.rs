//! A layout that a search tries, and how it fares.

use std::panic::resume_unwind;
use std::thread;

use super::decision::Cost;
use crate::circuit::choices::Choices;
use crate::circuit::Circuit;
use crate::diagnostic::Diagnostic;

/// Costs that are closer than this, relatively, are equal: then the order decides, and not how a
/// platform rounds.
pub(super) const TOLERANCE: f64 = 1e-6;

/// A candidate's circuit, and what it costs if it has a price.
pub(super) type Made = Result<(Circuit, Option<Cost>), Vec<Diagnostic>>;

/// What `make` makes of each, in order, each on a thread of its own if there is one to be had.
pub(super) fn each(of: Vec<&Choices>, make: &(dyn Fn(&Choices) -> Made + Sync)) -> Vec<Made> {
    thread::scope(|scope| {
        let mut others = of.iter().skip(1);
        let started = others.by_ref().map(|&choices| {
            let spawned = thread::Builder::new().spawn_scoped(scope, move || make(choices));
            (choices, spawned)
        });
        let started: Vec<_> = started.collect();
        let first = of.first().map(|choices| make(choices));
        let joined = started.into_iter().map(|(choices, spawned)| match spawned {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => make(choices),
        });
        first.into_iter().chain(joined).collect()
    })
}

/// How a candidate fared, the better the greater.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    /// It does not lay out.
    Refused,
    /// It lays out, but has no price.
    Priceless,
    Costs(Cost),
}

impl Outcome {
    pub(super) fn cost(self) -> Option<Cost> {
        match self {
            Self::Costs(cost) => Some(cost),
            _ => None,
        }
    }

    pub(super) fn beats(self, other: Self) -> bool {
        match (self, other) {
            (Self::Costs(a), Self::Costs(b)) => a.score < b.score * (1.0 - TOLERANCE),
            (Self::Costs(_), _) => true,
            (Self::Priceless, Self::Refused) => true,
            _ => false,
        }
    }
}

pub(super) struct Candidate {
    pub(super) choices: Choices,
    pub(super) what: String,
    pub(super) outcome: Outcome,
    /// log2 of the rows of the tallest component over a space.
    pub(super) tallest: u32,
    /// log2 of the entries of the digit table that came of it.
    pub(super) digit_bits: u32,
}
