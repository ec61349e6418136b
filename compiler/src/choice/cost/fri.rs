//! The parameters of FRI, and the layers that they make.

use serde::Serialize;

/// log2 of the points that share a leaf in a FRI tree that folds by more than one.
const LOG_PACKED_LEAF: u32 = 2;
/// log2 of the largest evaluation domain; Stwo's circle group allows a little more.
pub(super) const MAX_LOG_DOMAIN: u32 = 29;

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
}
