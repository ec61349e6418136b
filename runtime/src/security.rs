//! Security settings by name, and Stwo's configuration for them (spec 9).

use std::fmt;
use std::str::FromStr;

use attnc_compiler::cost::{FriSetting, ProofShape};
use serde::Serialize;
use stwo::core::fri::FriConfig;
use stwo::core::pcs::PcsConfig;

use crate::account::FIELD_BITS;

/// A named security setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Setting {
    /// 13 bits, Stwo's default: only for reproducing published figures.
    Seed,
    /// 96 bits at blowup 16.
    Standard,
    /// 96 bits at blowup 2: quicker to prove, larger.
    Fast,
    /// 96 bits at blowup 32: slower to prove, smaller.
    Compact,
}

impl Setting {
    /// All settings.
    pub const ALL: [Self; 4] = [Self::Seed, Self::Standard, Self::Fast, Self::Compact];

    /// The name on the command line and in a statement.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seed => "seed",
            Self::Standard => "standard",
            Self::Fast => "fast",
            Self::Compact => "compact",
        }
    }

    /// The conjectured bits that the setting promises.
    pub fn target_bits(self) -> u32 {
        match self {
            Self::Seed => 13,
            Self::Standard | Self::Fast | Self::Compact => 96,
        }
    }

    /// The FRI parameters for a proof whose tallest column has 2^`max_log_rows` rows. The fold
    /// step and the last layer are those that make the proof smallest at this height; Stwo
    /// accepts them from 2^4 to 2^24 rows.
    pub fn fri_setting(self, max_log_rows: u32) -> FriSetting {
        let (log_blowup, queries, pow_bits) = match self {
            Self::Seed => (1, 3, 10),
            Self::Standard => (4, 20, 16),
            Self::Fast => (1, 80, 16),
            Self::Compact => (5, 16, 16),
        };
        let setting = FriSetting {
            log_blowup,
            queries,
            fold_step: 1,
            log_last_layer: 0,
            pow_bits,
        };
        match self {
            // The published figures' parameters, whatever they cost.
            Self::Seed => setting,
            _ => setting.with_cheapest_folding(max_log_rows),
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no setting's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSetting(pub String);

impl fmt::Display for UnknownSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Setting::ALL.map(Setting::name).join(", ");
        write!(f, "no security setting `{}`: there are {names}", self.0)
    }
}

impl std::error::Error for UnknownSetting {}

impl FromStr for Setting {
    type Err = UnknownSetting;

    fn from_str(name: &str) -> Result<Self, UnknownSetting> {
        let named = |setting: &Self| setting.name() == name;
        let setting = Self::ALL.into_iter().find(named);
        setting.ok_or_else(|| UnknownSetting(name.to_string()))
    }
}

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
            .then(|| shape.max_log_rows() + setting.log_blowup),
    }
}

/// Bits to grind before the bus challenges are drawn, so that the bus is worth the setting's
/// target; 0 for `seed`. `log2_bus_degree` is log2 of the degree in the challenges of the bus's
/// equation, over all proofs of the session.
pub fn bus_pow_bits(setting: Setting, log2_bus_degree: f64) -> u32 {
    if setting == Setting::Seed {
        return 0;
    }
    let missing = f64::from(setting.target_bits()) - (FIELD_BITS - log2_bus_degree);
    missing.ceil().max(0.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(log_rows: u32) -> ProofShape {
        ProofShape {
            preprocessed: vec![log_rows; 4],
            base: vec![log_rows; 100],
            interaction: vec![(log_rows, 2); 8],
        }
    }

    #[test]
    fn names_are_read_back_and_others_refused() {
        for setting in Setting::ALL {
            assert_eq!(setting.name().parse(), Ok(setting));
        }
        let error = "quick".parse::<Setting>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "no security setting `quick`: there are seed, standard, fast, compact"
        );
    }

    #[test]
    fn seed_is_the_default_configuration() {
        let config = pcs_config(&Setting::Seed.fri_setting(14), &shape(14));
        assert_eq!(config, PcsConfig::default());
    }

    #[test]
    fn every_height_has_a_possible_setting_of_its_promised_strength() {
        for setting in Setting::ALL {
            for log_rows in 4..=24 {
                let fri = setting.fri_setting(log_rows);
                assert!(
                    fri.layers(log_rows).is_some(),
                    "{setting} {log_rows} {fri:?}"
                );
                let bits = fri.log_blowup * fri.queries + fri.pow_bits;
                assert!(bits >= setting.target_bits());
                assert!(fri.pow_bits <= 20);
            }
        }
    }

    #[test]
    fn the_bus_is_ground_up_to_the_target() {
        assert_eq!(bus_pow_bits(Setting::Seed, 40.0), 0);
        assert_eq!(bus_pow_bits(Setting::Standard, 20.0), 0);
        assert_eq!(bus_pow_bits(Setting::Fast, 29.5), 2);
    }
}
