//! Stwo's configuration for a setting.

use attnc_compiler::choice::cost::{FriSetting, ProofShape};
use stwo::core::fri::FriConfig;
use stwo::core::pcs::PcsConfig;

/// Stwo's configuration for a setting and a shape. Trees are lifted to the tallest column only
/// where some tree would be lower; otherwise `seed` is exactly `PcsConfig::default()`.
pub fn pcs_config(setting: &FriSetting, shape: &ProofShape) -> PcsConfig {
    PcsConfig {
        pow_bits: setting.pow_bits,
        fri_config: FriConfig {
            log_blowup_factor: setting.log_blowup,
            log_last_layer_degree_bound: setting.log_last_layer,
            n_queries: setting.queries as usize,
            fold_step: setting.fold_step,
        },
        lifting_log_size: shape
            .is_uneven()
            .then(|| setting.log_domain(shape.max_log_rows())),
    }
}
