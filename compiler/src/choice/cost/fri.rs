//! The parameters of FRI, and the layers that they make.

use serde::Serialize;

use super::bytes::Expected;

/// log2 of the points that share a leaf in a FRI tree that folds by more than one.
const LOG_PACKED_LEAF: u32 = 2;
/// log2 of the largest evaluation domain; Stwo's circle group allows a little more.
const MAX_LOG_DOMAIN: u32 = 29;

/// The parameters of FRI and of the grinding before its queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FriSetting {
    /// log2 of evaluation domain over trace length.
    pub log_blowup: u32,
    /// Queries drawn, before equal ones are merged.
    pub queries: u32,
    /// log2 of how much a layer shrinks.
    pub fold_step: u32,
    /// log2 of the coefficients of the last layer's polynomial.
    pub log_last_layer: u32,
    /// Zero bits that the nonce before the queries must produce.
    pub pow_bits: u32,
}

/// One committed FRI layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FriLayer {
    /// log2 of the points the layer commits to.
    pub log_domain: u32,
    /// log2 of how much the layer is folded.
    pub fold: u32,
    /// log2 of the points in a leaf of its tree.
    pub log_leaf: u32,
}

impl FriLayer {
    fn new(log_domain: u32, fold: u32) -> Self {
        let packed = fold > 1 && log_domain >= LOG_PACKED_LEAF;
        let log_leaf = if packed { LOG_PACKED_LEAF } else { 0 };
        Self {
            log_domain,
            fold,
            log_leaf,
        }
    }
}

impl FriSetting {
    /// The committed layers for a trace of 2^`log_rows` rows, first layer first, as Stwo lays them
    /// out; `None` if Stwo refuses the combination.
    pub fn layers(&self, log_rows: u32) -> Option<Vec<FriLayer>> {
        let possible = (1..=16).contains(&self.log_blowup)
            && self.queries > 0
            && self.fold_step > 0
            && self.log_last_layer <= 10
            && log_rows + self.log_blowup <= MAX_LOG_DOMAIN
            && self.fold_step + self.log_last_layer <= log_rows;
        if !possible {
            return None;
        }
        let mut layers = vec![FriLayer::new(log_rows + self.log_blowup, self.fold_step)];
        let mut log_degree = log_rows - self.fold_step;
        while log_degree > self.log_last_layer {
            let fold = self.fold_step.min(log_degree - self.log_last_layer);
            layers.push(FriLayer::new(log_degree + self.log_blowup, fold));
            log_degree -= fold;
        }
        Some(layers)
    }

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

    /// log2 of the domain of the first layer for a trace of 2^`log_rows` rows.
    pub fn log_domain(&self, log_rows: u32) -> u32 {
        log_rows + self.log_blowup
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDARD: FriSetting = FriSetting {
        log_blowup: 4,
        queries: 20,
        fold_step: 3,
        log_last_layer: 0,
        pow_bits: 16,
    };

    #[test]
    fn layers_end_at_the_last_layer() {
        let setting = FriSetting {
            log_last_layer: 1,
            ..STANDARD
        };
        let folds: Vec<_> = setting
            .layers(12)
            .unwrap()
            .iter()
            .map(|layer| (layer.log_domain, layer.fold, layer.log_leaf))
            .collect();
        assert_eq!(folds, [(16, 3, 2), (13, 3, 2), (10, 3, 2), (7, 2, 2)]);
        assert_eq!(setting.layers(4).unwrap().len(), 1);
        assert!(setting.layers(3).is_none());
    }

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
