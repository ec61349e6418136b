//! The time that a prover will take by stage: sizes times coefficients that were measured (spec 8.4).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::{Features, FriSetting};
use crate::circuit::Circuit;

/// The coefficients that this attnc predicts with, as `attnc calibrate -o` wrote them.
const COMMITTED: &str = include_str!("time.json");
/// log2 of the nonces that one of Stwo's threads tries before it asks for more.
const LOG_NONCES: u32 = 20;

/// A stage of proving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// From the evaluation to the main trace.
    Fill,
    /// Fixed and main columns: extension and trees.
    Commit,
    /// The interaction columns, with their trees.
    Bus,
    /// Composition, openings and FRI, without the grinding.
    Stark,
    /// Grinding before the bus challenges and before every proof's queries.
    Grind,
}

impl Stage {
    /// All stages, in the order in which they begin.
    pub const ALL: [Self; 5] = [
        Self::Fill,
        Self::Commit,
        Self::Bus,
        Self::Stark,
        Self::Grind,
    ];

    /// The name in a table and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fill => "fill",
            Self::Commit => "commit",
            Self::Bus => "bus",
            Self::Stark => "stark",
            Self::Grind => "grind",
        }
    }

    /// What the stage's time is linear in.
    pub fn terms(self) -> &'static [&'static str] {
        match self {
            Self::Fill => &["cells", "sends", "proofs"],
            Self::Commit => &["cells", "extended", "hashes", "proofs"],
            Self::Bus => &["sends", "cells", "extended", "hashes", "proofs"],
            Self::Stark => &["cells", "rules", "extended", "hashes", "proofs"],
            Self::Grind => &["nonces"],
        }
    }
}

/// Milliseconds by stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageTimes {
    pub fill: f64,
    pub commit: f64,
    pub bus: f64,
    pub stark: f64,
    pub grind: f64,
}

impl StageTimes {
    /// All stages.
    pub fn total(&self) -> f64 {
        self.fill + self.commit + self.bus + self.stark + self.grind
    }
}

/// Nanoseconds that each unit of a term takes, by stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeTable {
    /// What it was measured with, in words.
    pub measured_with: String,
    /// Threads that proved: a prediction is for as many.
    pub threads: usize,
    pub nanoseconds: BTreeMap<Stage, BTreeMap<String, f64>>,
}

/// Why a text is no table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadTable(pub String);

impl fmt::Display for BadTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is no table of coefficients: {}", self.0)
    }
}

impl std::error::Error for BadTable {}

impl TimeTable {
    /// The table that is part of this attnc.
    pub fn committed() -> &'static Self {
        static TABLE: OnceLock<TimeTable> = OnceLock::new();
        TABLE.get_or_init(|| match Self::parse(COMMITTED) {
            Ok(table) => table,
            Err(error) => unreachable!("a test reads the committed table: {error}"),
        })
    }

    /// Reads a table from JSON.
    ///
    /// # Errors
    /// [`BadTable`] if it is not JSON of a table, or has other stages or terms than
    /// [`Stage::terms`], or a coefficient that is negative.
    pub fn parse(text: &str) -> Result<Self, BadTable> {
        let table: Self = crate::diagnostic::json::read(text.as_bytes())
            .map_err(|error| BadTable(error.to_string()))?;
        for stage in Stage::ALL {
            let given = table.nanoseconds.get(&stage);
            let given = given.ok_or_else(|| BadTable(format!("no stage `{}`", stage.name())))?;
            let known = stage.terms();
            let good = |(term, value): (&String, &f64)| {
                known.contains(&term.as_str()) && value.is_finite() && *value >= 0.0
            };
            if given.len() != known.len() || !given.iter().all(good) {
                return Err(BadTable(format!(
                    "stage `{}` has the terms {}, each 0 or more",
                    stage.name(),
                    known.join(", ")
                )));
            }
        }
        Ok(table)
    }

    /// The table as JSON.
    pub fn to_json(&self) -> String {
        match serde_json::to_string_pretty(self) {
            Ok(text) => text + "\n",
            Err(error) => unreachable!("a table serialises: {error}"),
        }
    }

    /// Milliseconds by stage of a session at `settings`, one for each proof, that grinds
    /// `bus_pow_bits` before its challenges.
    pub fn predict(
        &self,
        features: &Features,
        settings: &[FriSetting],
        bus_pow_bits: u32,
    ) -> StageTimes {
        let ms = |stage: Stage| {
            let coefficients = &self.nanoseconds[&stage];
            let units = units(stage, features, settings, bus_pow_bits);
            let terms = stage.terms().iter().zip(units);
            terms
                .map(|(term, units)| coefficients[*term] * units)
                .sum::<f64>()
                / 1e6
        };
        StageTimes {
            fill: ms(Stage::Fill),
            commit: ms(Stage::Commit),
            bus: ms(Stage::Bus),
            stark: ms(Stage::Stark),
            grind: ms(Stage::Grind),
        }
    }
}

/// How many units of each of [`Stage::terms`] a session has.
pub fn units(
    stage: Stage,
    features: &Features,
    settings: &[FriSetting],
    bus_pow_bits: u32,
) -> Vec<f64> {
    let mut sums = vec![0.0; stage.terms().len()];
    let mut add = |units: &[f64]| {
        for (sum, units) in sums.iter_mut().zip(units) {
            *sum += units;
        }
    };
    if stage == Stage::Grind {
        add(&[expected_nonces(bus_pow_bits)]);
    }
    for (proof, setting) in features.proofs.iter().zip(settings) {
        let blowup = (1u64 << setting.log_blowup) as f64;
        let domain = (1u64 << proof.profile.max_log_rows) as f64 * blowup;
        match stage {
            Stage::Fill => add(&[proof.main_cells, proof.sends, 1.0]),
            Stage::Commit => {
                let cells = proof.trace_cells;
                add(&[cells, cells * blowup, domain, 1.0]);
            }
            Stage::Bus => {
                let cells = proof.interaction_cells;
                add(&[proof.sends, cells, cells * blowup, domain, 1.0]);
            }
            Stage::Stark => {
                let cells = proof.cells();
                add(&[cells, proof.rules, cells * blowup, domain, 1.0]);
            }
            Stage::Grind => add(&[expected_nonces(setting.pow_bits)]),
        }
    }
    sums
}

/// The nonces that the later of two threads is expected to have tried when the work is done.
///
/// Stwo gives each thread 2^20 nonces at a time and waits for both, so that up to 18 bits two
/// threads take longer than one, by half. With p = 2^-bits and e the chance that 2^20 nonces
/// fail, rounds repeat with chance e^2, and a round ends when both threads have found a nonce or
/// have tried all of theirs: (2 (1 - e) / p - (1 - e^2) / 2p) / (1 - e^2).
pub fn expected_nonces(bits: u32) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let inverse = (1u64 << bits.min(40)) as f64;
    let fails = (-((1u64 << LOG_NONCES) as f64) / inverse).exp();
    inverse * (2.0 / (1.0 + fails) - 0.5)
}

/// What the prover of a circuit will take at `settings`, one for each proof, with two cores: the
/// committed [`TimeTable`]'s prediction.
pub fn predict_time(circuit: &Circuit, settings: &[FriSetting], bus_pow_bits: u32) -> StageTimes {
    TimeTable::committed().predict(&Features::of(circuit), settings, bus_pow_bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_table_is_read_back() {
        let table = TimeTable::parse(COMMITTED).unwrap();
        assert_eq!(table.threads, 2);
        assert_eq!(table.to_json(), COMMITTED);
    }

    #[test]
    fn other_tables_are_refused() {
        let table = TimeTable::committed();
        let mut lacking = table.clone();
        lacking.nanoseconds.remove(&Stage::Bus);
        let mut negative = table.clone();
        let fill = negative.nanoseconds.get_mut(&Stage::Fill).unwrap();
        fill.insert("cells".into(), -1.0);
        let mut unknown = table.clone();
        let fill = unknown.nanoseconds.get_mut(&Stage::Fill).unwrap();
        fill.insert("width".into(), 1.0);
        for bad in [lacking, negative, unknown] {
            assert!(TimeTable::parse(&bad.to_json()).is_err(), "{bad:?}");
        }
        assert!(TimeTable::parse("{").is_err());
        let twice = COMMITTED.replacen("\"cells\":", "\"cells\": 0.0, \"cells\":", 1);
        let said = TimeTable::parse(&twice).unwrap_err().to_string();
        assert!(said.contains("`cells` stands twice"), "{said}");
    }

    #[test]
    fn two_threads_share_only_long_work() {
        assert_eq!(expected_nonces(0), 0.0);
        assert!((expected_nonces(10) / 1024.0 - 1.5).abs() < 1e-9);
        let long = expected_nonces(26) / (1u64 << 26) as f64;
        assert!((0.5..0.52).contains(&long), "{long}");
    }
}
