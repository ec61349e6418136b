//! Security settings by name or by number, and Stwo's configuration for them (spec 9).

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use attnc_compiler::choice::cost::{Expected, FriSetting, ProofShape};
use serde::{Serialize, Serializer};
use stwo::core::fri::FriConfig;
use stwo::core::pcs::PcsConfig;

/// What fixes the security of a session: a named setting, or one made for a floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// 13 bits, Stwo's default: only for reproducing published figures.
    Seed,
    /// 96 bits at blowup 16.
    Standard,
    /// 96 bits at blowup 2: quicker to prove, larger.
    Fast,
    /// 96 bits at blowup 32: slower to prove, smaller.
    Compact,
    /// A floor of the user's own.
    Custom(Custom),
}

/// A setting with a floor of conjectured bits: as many queries as its blowup and its grinding
/// leave to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Custom {
    floor: u32,
    log_blowup: u32,
    pow_bits: u32,
}

impl Custom {
    /// Floors in conjectured bits.
    pub const FLOORS: RangeInclusive<u32> = 80..=120;
    /// log2 of the blowups: 2 to 64.
    pub const LOG_BLOWUPS: RangeInclusive<u32> = 1..=6;
    /// Bits of grinding before the queries.
    pub const POW_BITS: RangeInclusive<u32> = 0..=24;

    /// The setting of a floor at a blowup with some grinding.
    ///
    /// # Errors
    /// [`SettingError::Bounds`] if one of them is out of its bounds.
    pub fn new(floor: u32, log_blowup: u32, pow_bits: u32) -> Result<Self, SettingError> {
        let bounds = |what, found: u64, range: RangeInclusive<u64>| {
            let within = range.contains(&found);
            within
                .then_some(())
                .ok_or(SettingError::Bounds { what, found, range })
        };
        let wide = |range: RangeInclusive<u32>| u64::from(*range.start())..=(*range.end()).into();
        bounds("a floor's bits", floor.into(), wide(Self::FLOORS))?;
        let power = |log: u32| 1u64 << log.min(63);
        let blowups = power(*Self::LOG_BLOWUPS.start())..=power(*Self::LOG_BLOWUPS.end());
        bounds("the blowup", power(log_blowup), blowups)?;
        bounds("the grinding", pow_bits.into(), wide(Self::POW_BITS))?;
        Ok(Self {
            floor,
            log_blowup,
            pow_bits,
        })
    }

    /// The floor in conjectured bits.
    pub fn floor(self) -> u32 {
        self.floor
    }

    /// Queries: the fewest that reach the floor.
    pub fn queries(self) -> u32 {
        (self.floor - self.pow_bits).div_ceil(self.log_blowup)
    }

    /// The FRI parameters, without folding.
    pub fn fri(self) -> FriSetting {
        FriSetting {
            log_blowup: self.log_blowup,
            queries: self.queries(),
            fold_step: 1,
            log_last_layer: 0,
            pow_bits: self.pow_bits,
        }
    }
}

/// The canonical text: `96 bits: blowup 4, 38 queries, grinding 20`.
impl fmt::Display for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} bits: blowup {}, {} queries, grinding {}",
            self.floor,
            1u32 << self.log_blowup,
            self.queries(),
            self.pow_bits
        )
    }
}

impl FromStr for Custom {
    type Err = SettingError;

    /// Reads the canonical text, and no other.
    fn from_str(text: &str) -> Result<Self, SettingError> {
        let numbers = || -> Option<[u32; 4]> {
            let (floor, rest) = text.split_once(" bits: blowup ")?;
            let (blowup, rest) = rest.split_once(", ")?;
            let (queries, grinding) = rest.split_once(" queries, grinding ")?;
            let [Ok(floor), Ok(blowup), Ok(queries), Ok(grinding)] =
                [floor, blowup, queries, grinding].map(str::parse)
            else {
                return None;
            };
            Some([floor, blowup, queries, grinding])
        };
        let unknown = || SettingError::unknown(text);
        let [floor, blowup, _, grinding] = numbers().ok_or_else(unknown)?;
        if !blowup.is_power_of_two() {
            return Err(unknown());
        }
        let custom = Self::new(floor, blowup.trailing_zeros(), grinding)?;
        // What says the same otherwise, or asks for other queries, is not canonical.
        if custom.to_string() != text {
            return Err(SettingError::NotCanonical {
                found: cut(text),
                canonical: custom,
            });
        }
        Ok(custom)
    }
}

impl Setting {
    /// The settings that have a name.
    pub const ALL: [Self; 4] = [Self::Seed, Self::Standard, Self::Fast, Self::Compact];

    /// The text on the command line and in a statement.
    pub fn name(self) -> String {
        self.to_string()
    }

    /// The conjectured bits that the setting promises.
    pub fn target_bits(self) -> u32 {
        match self {
            Self::Seed => 13,
            Self::Standard | Self::Fast | Self::Compact => 96,
            Self::Custom(custom) => custom.floor(),
        }
    }

    /// The FRI parameters, without folding.
    pub fn fri(self) -> FriSetting {
        let (log_blowup, queries, pow_bits) = match self {
            Self::Seed => (1, 3, 10),
            Self::Standard => (4, 19, 20),
            Self::Fast => (1, 76, 20),
            Self::Compact => (5, 15, 21),
            Self::Custom(custom) => return custom.fri(),
        };
        FriSetting {
            log_blowup,
            queries,
            fold_step: 1,
            log_last_layer: 0,
            pow_bits,
        }
    }

    /// The FRI parameters for a proof whose tallest column has 2^`max_log_rows` rows. The fold
    /// step and the last layer are those that make the proof smallest at this height; Stwo
    /// accepts them from 2^4 to 2^24 rows, and domains of up to 2^29 points.
    pub fn fri_setting(self, max_log_rows: u32) -> FriSetting {
        self.fri_setting_of(&Expected::new(self.fri().queries), max_log_rows)
    }

    /// [`Setting::fri_setting`], where what the queries hit is known.
    pub fn fri_setting_of(self, expected: &Expected, max_log_rows: u32) -> FriSetting {
        match self {
            // The published figures' parameters, whatever they cost.
            Self::Seed => self.fri(),
            _ => self.fri().folded(expected, max_log_rows),
        }
    }

    /// The blowup; preprocessed roots depend on no more of a setting.
    pub fn blowup(self) -> u32 {
        1 << self.fri().log_blowup
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seed => f.write_str("seed"),
            Self::Standard => f.write_str("standard"),
            Self::Fast => f.write_str("fast"),
            Self::Compact => f.write_str("compact"),
            Self::Custom(custom) => custom.fmt(f),
        }
    }
}

impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why a text is no setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingError {
    /// Neither a setting's name nor its form.
    Unknown(String),
    /// A number is out of its bounds.
    Bounds {
        what: &'static str,
        found: u64,
        range: RangeInclusive<u64>,
    },
    /// The text is not the one that this setting has.
    NotCanonical { found: String, canonical: Custom },
}

impl SettingError {
    fn unknown(text: &str) -> Self {
        Self::Unknown(cut(text))
    }
}

/// What of a text from a file is shown.
fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(text) => {
                let names = Setting::ALL.map(Setting::name).join(", ");
                let (least, most) = (Custom::FLOORS.start(), Custom::FLOORS.end());
                write!(
                    f,
                    "no security setting `{text}`: there are {names}, and floors of {least} to \
                     {most} bits"
                )
            }
            Self::Bounds { what, found, range } => {
                let (least, most) = (range.start(), range.end());
                write!(f, "{what} must be {least} to {most}, not {found}")
            }
            Self::NotCanonical { found, canonical } => {
                write!(f, "`{found}` must be written as `{canonical}`")
            }
        }
    }
}

impl std::error::Error for SettingError {}

impl FromStr for Setting {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        let named = Self::ALL.into_iter().find(|it| it.to_string() == text);
        named.map_or_else(|| text.parse().map(Self::Custom), Ok)
    }
}

/// What is asked for: a setting, or the best one above a floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    Setting(Setting),
    /// Conjectured bits, in [`Custom::FLOORS`].
    Floor(u32),
}

impl From<Setting> for Security {
    fn from(setting: Setting) -> Self {
        Self::Setting(setting)
    }
}

impl fmt::Display for Security {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(setting) => setting.fmt(f),
            Self::Floor(bits) => bits.fmt(f),
        }
    }
}

impl FromStr for Security {
    type Err = SettingError;

    /// Reads a floor's number, a setting's name, or a whole setting.
    fn from_str(text: &str) -> Result<Self, SettingError> {
        let Ok(floor) = text.parse() else {
            return text.parse().map(Self::Setting);
        };
        // Any blowup and grinding: only the floor is checked.
        Custom::new(floor, 1, 0).map(|custom| Self::Floor(custom.floor()))
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
            .then(|| setting.log_domain(shape.max_log_rows())),
    }
}

/// Less than |QM31| = (2^31 - 1)^4, and than what the account takes the logarithm of: work that
/// suffices by this suffices there too.
const FIELD_SIZE: u128 = (1 << 124) - (1 << 97);

/// Bits to grind before the bus challenges are drawn: the least g for which an equation of this
/// degree over a field of [`FIELD_SIZE`] elements is worth the setting's target, so that
/// degree * 2^(target - g) <= [`FIELD_SIZE`]; 0 for `seed`. The degree is that of the bus's
/// equation in the challenges, over all proofs of the session.
pub fn bus_pow_bits(setting: Setting, degree: u128) -> u32 {
    if setting == Setting::Seed {
        return 0;
    }
    let target = setting.target_bits();
    (0..target)
        .find(|ground| degree <= FIELD_SIZE >> (target - ground))
        .unwrap_or(target)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::account::FIELD_BITS;

    fn shape(log_rows: u32) -> ProofShape {
        ProofShape {
            preprocessed: vec![log_rows; 4],
            base: vec![log_rows; 100],
            interaction: vec![(log_rows, 2); 8],
        }
    }

    /// Every setting with the floor.
    fn customs(floor: u32) -> impl Iterator<Item = Custom> {
        Custom::LOG_BLOWUPS.flat_map(move |log_blowup| {
            Custom::POW_BITS.map(move |pow| Custom::new(floor, log_blowup, pow).unwrap())
        })
    }

    #[test]
    fn names_are_read_back_and_others_refused() {
        for setting in Setting::ALL {
            assert_eq!(setting.name().parse(), Ok(setting));
            assert_eq!(setting.name().parse(), Ok(Security::Setting(setting)));
        }
        let error = "quick".parse::<Setting>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "no security setting `quick`: there are seed, standard, fast, compact, and floors of \
             80 to 120 bits"
        );
    }

    #[test]
    fn a_custom_setting_has_one_text() {
        for floor in Custom::FLOORS {
            for custom in customs(floor) {
                let setting = Setting::Custom(custom);
                // A statement has room for it.
                assert!(setting.name().len() <= 64, "{setting}");
                assert_eq!(setting.name().parse(), Ok(setting));
            }
        }
        let text = "96 bits: blowup 4, 38 queries, grinding 20";
        assert_eq!(text.parse::<Setting>().unwrap().to_string(), text);
    }

    #[test]
    fn other_texts_are_refused() {
        let unknown = [
            "",
            "96",
            "96 bits",
            "Standard",
            "96 bits: blowup 3, 51 queries, grinding 20",
            "96 bits: blowup 0, 38 queries, grinding 20",
            "96 bits: blowup 4, 38 queries",
            "96 bits: blowup 4, 38 queries, grinding 20 ",
            "96 bits: blowup 4, 38 queries, grinding 99999999999",
            "96 bits: blowup 4, 38 queries, grinding -1",
        ];
        for text in unknown {
            let error = text.parse::<Setting>().unwrap_err();
            assert!(matches!(error, SettingError::Unknown(_)), "{text}: {error}");
        }
        let bounds = [
            "79 bits: blowup 4, 30 queries, grinding 20",
            "121 bits: blowup 4, 51 queries, grinding 20",
            "96 bits: blowup 1, 76 queries, grinding 20",
            "96 bits: blowup 128, 11 queries, grinding 20",
            "96 bits: blowup 4, 36 queries, grinding 25",
        ];
        for text in bounds {
            let error = text.parse::<Setting>().unwrap_err();
            assert!(
                matches!(error, SettingError::Bounds { .. }),
                "{text}: {error}"
            );
        }
        let other = [
            "96 bits: blowup 4, 37 queries, grinding 20",
            "96 bits: blowup 4, 39 queries, grinding 20",
            "096 bits: blowup 4, 38 queries, grinding 20",
            "96 bits: blowup 4, +38 queries, grinding 20",
        ];
        for text in other {
            let error = text.parse::<Setting>().unwrap_err();
            assert!(
                matches!(error, SettingError::NotCanonical { .. }),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn a_number_asks_for_a_floor() {
        assert_eq!("96".parse(), Ok(Security::Floor(96)));
        let error = "40".parse::<Security>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "a floor's bits must be 80 to 120, not 40"
        );
        assert!("-96".parse::<Security>().is_err());
        assert!("96.5".parse::<Security>().is_err());
    }

    #[test]
    fn seed_is_the_default_configuration() {
        let config = pcs_config(&Setting::Seed.fri_setting(14), &shape(14));
        assert_eq!(config, PcsConfig::default());
    }

    #[test]
    fn every_height_has_a_possible_setting_of_its_promised_strength() {
        let customs = customs(96).map(Setting::Custom);
        for setting in Setting::ALL.into_iter().chain(customs) {
            let highest = 24.min(29 - setting.fri().log_blowup);
            for log_rows in 4..=highest {
                let fri = setting.fri_setting(log_rows);
                assert!(
                    fri.layers(log_rows).is_some(),
                    "{setting} {log_rows} {fri:?}"
                );
                let bits = fri.log_blowup * fri.queries + fri.pow_bits;
                assert!(bits >= setting.target_bits());
                // One query less would not do.
                assert!(bits - fri.log_blowup < setting.target_bits());
                assert!(Custom::POW_BITS.contains(&fri.pow_bits));
            }
        }
    }

    #[test]
    fn the_bus_is_ground_up_to_the_target() {
        assert_eq!(bus_pow_bits(Setting::Seed, 1 << 40), 0);
        assert_eq!(bus_pow_bits(Setting::Standard, 1 << 20), 0);
        assert_eq!(bus_pow_bits(Setting::Fast, 759_250_125), 2);
        // A degree of 2^28 would be worth 96 bits over a field of 2^124 elements.
        assert_eq!(bus_pow_bits(Setting::Fast, (1 << 28) - 3), 0);
        assert_eq!(bus_pow_bits(Setting::Fast, 1 << 28), 1);
        assert_eq!(bus_pow_bits(Setting::Fast, u128::MAX), 96);
    }

    /// What reals gave before, for every target and degrees around powers of two: the same but for
    /// degrees within 2^-26 of one, where it is never less than the account asks for.
    #[test]
    fn integers_grind_what_reals_did() {
        let mut degrees: Vec<u128> = Vec::new();
        for log in 4..48 {
            let power = 1u128 << log;
            let near = [1, 2, 3, 5, 100, 12_345];
            degrees.extend(
                near.iter()
                    .flat_map(|n| [power - n.min(&(power - 1)), power + n]),
            );
            degrees.extend([power, power * 5 / 4, power * 3 / 2, power * 7 / 4]);
        }
        for floor in Custom::FLOORS {
            let setting = Setting::Custom(Custom::new(floor, 1, 0).unwrap());
            for &degree in &degrees {
                let missing = f64::from(floor) - (FIELD_BITS - (degree as f64).log2());
                let reals = missing.ceil().max(0.0) as u32;
                let found = bus_pow_bits(setting, degree);
                let nearest = degree.next_power_of_two() - degree;
                if nearest << 26 > degree {
                    assert_eq!(found, reals, "{floor} {degree}");
                }
                let account = FIELD_BITS - (degree as f64).log2() + f64::from(found);
                assert!(account >= f64::from(floor), "{floor} {degree}");
            }
        }
    }
}
