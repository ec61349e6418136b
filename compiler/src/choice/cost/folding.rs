//! The folding of FRI that is cheapest.

use super::bytes::Expected;
use super::FriSetting;

impl FriSetting {
    /// The setting with the fold step (1 to 4) and last layer that make FRI's part of the packed
    /// proof smallest for a trace of 2^`log_rows` rows; of equals, the smaller fold step and then
    /// the smaller last layer. The same on every platform: integers are compared (spec 9).
    pub fn with_cheapest_folding(self, log_rows: u32) -> Self {
        self.folded(&Expected::new(self.queries), log_rows)
    }

    /// [`FriSetting::with_cheapest_folding`], where what `queries` hit is known.
    pub fn folded(mut self, expected: &Expected, log_rows: u32) -> Self {
        let mut best = i128::MAX;
        for fold_step in 1..=4 {
            for log_last_layer in 0..=10 {
                let candidate = Self {
                    fold_step,
                    log_last_layer,
                    ..self
                };
                let Some(layers) = candidate.layers(log_rows) else {
                    continue;
                };
                let bits = expected.fri_bits(&layers, &candidate);
                if bits < best {
                    best = bits;
                    (self.fold_step, self.log_last_layer) = (fold_step, log_last_layer);
                }
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choice::cost::fri::MAX_LOG_DOMAIN;

    const STANDARD: FriSetting = FriSetting {
        log_blowup: 4,
        queries: 20,
        fold_step: 3,
        log_last_layer: 0,
        pow_bits: 16,
    };

    /// The same expectations as reals, and the folding that they make cheapest.
    fn folded_by_reals(setting: FriSetting, log_rows: u32) -> (u32, u32) {
        let nodes = |log: u32| {
            let size = f64::from(log).exp2();
            let missed = (0..setting.queries).fold(1.0, |missed, _| missed * (1.0 - 1.0 / size));
            size * (1.0 - missed)
        };
        let witnesses =
            |height: u32| (0..height).fold(0.0, |sum, l| sum + (2.0 * nodes(l) - nodes(l + 1)));
        let mut best = (f64::INFINITY, (0, 0));
        for fold_step in 1..=4 {
            for log_last_layer in 0..=10 {
                let candidate = FriSetting {
                    fold_step,
                    log_last_layer,
                    ..setting
                };
                let Some(layers) = candidate.layers(log_rows) else {
                    continue;
                };
                let mut elements = f64::from(log_last_layer).exp2();
                let mut hashes = layers.len() as f64;
                for layer in layers {
                    let cosets = layer.log_domain - layer.fold;
                    elements +=
                        nodes(cosets) * f64::from(layer.fold).exp2() - nodes(layer.log_domain);
                    hashes += witnesses(cosets);
                }
                let bytes = elements * 15.5 + hashes * 32.0;
                if bytes < best.0 {
                    best = (bytes, (fold_step, log_last_layer));
                }
            }
        }
        best.1
    }

    /// Every number of queries that a setting can have, at every blowup and height.
    #[test]
    fn integers_choose_the_folding_that_reals_do() {
        for log_blowup in 1..=6 {
            for queries in (1..=120).filter(|queries| queries * log_blowup <= 125) {
                let setting = FriSetting {
                    log_blowup,
                    queries,
                    ..STANDARD
                };
                for log_rows in 4..=24.min(MAX_LOG_DOMAIN - log_blowup) {
                    let chosen = setting.with_cheapest_folding(log_rows);
                    let chosen = (chosen.fold_step, chosen.log_last_layer);
                    let real = folded_by_reals(setting, log_rows);
                    assert_eq!(chosen, real, "{setting:?} {log_rows}");
                }
            }
        }
    }

    #[test]
    fn cheapest_folding_is_always_possible() {
        for log_rows in 4..=24 {
            for (log_blowup, queries) in [(1, 80), (4, 20), (5, 16)] {
                let setting = FriSetting {
                    log_blowup,
                    queries,
                    ..STANDARD
                };
                let chosen = setting.with_cheapest_folding(log_rows);
                assert!(chosen.layers(log_rows).is_some(), "{log_rows} {chosen:?}");
            }
        }
    }
}
