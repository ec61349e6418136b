//! A security setting, by name or by number, and its text.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use attnc_compiler::choice::cost::{Expected, FriSetting, Masks};
use serde::{Serialize, Serializer};

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
    /// One of these, by proofs that hide (spec 9.1).
    Hiding(Strength),
}

/// What a setting is besides that its proofs hide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strength {
    Seed,
    Standard,
    Fast,
    Compact,
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
    /// What the highest floor wants at the least blowup, without grinding.
    pub const MOST_QUERIES: u32 = 120;
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

    /// What a setting's text ends with, if its proofs hide.
    const HIDING: &'static str = ", hiding";

    /// The text on the command line and in a statement.
    pub fn name(self) -> String {
        self.to_string()
    }

    /// The same with proofs that hide.
    pub fn hiding(self) -> Self {
        Self::Hiding(match self {
            Self::Seed => Strength::Seed,
            Self::Standard => Strength::Standard,
            Self::Fast => Strength::Fast,
            Self::Compact => Strength::Compact,
            Self::Custom(custom) => Strength::Custom(custom),
            Self::Hiding(strength) => strength,
        })
    }

    /// The same with proofs that do not hide.
    pub fn plain(self) -> Self {
        match self {
            Self::Hiding(Strength::Seed) => Self::Seed,
            Self::Hiding(Strength::Standard) => Self::Standard,
            Self::Hiding(Strength::Fast) => Self::Fast,
            Self::Hiding(Strength::Compact) => Self::Compact,
            Self::Hiding(Strength::Custom(custom)) => Self::Custom(custom),
            plain => plain,
        }
    }

    /// Whether its proofs hide.
    pub fn hides(self) -> bool {
        matches!(self, Self::Hiding(_))
    }

    /// How many coefficients are masks, if its proofs hide.
    pub fn masks(self) -> Option<Masks> {
        self.hides().then(|| Masks::of(self.fri().queries))
    }

    /// The conjectured bits that the setting promises.
    pub fn target_bits(self) -> u32 {
        match self {
            Self::Seed => 13,
            Self::Standard | Self::Fast | Self::Compact => 96,
            Self::Custom(custom) => custom.floor(),
            Self::Hiding(_) => self.plain().target_bits(),
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
            Self::Hiding(_) => return self.plain().fri(),
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
        match self.plain() {
            // The published figures' parameters, whatever they cost.
            Self::Seed => self.fri(),
            _ => self.fri().folded(expected, max_log_rows),
        }
    }

    pub fn blowup(self) -> u32 {
        1 << self.fri().log_blowup
    }

    /// The points of a fixed column's commitment for each of its rows: preprocessed roots depend on no more
    /// of a setting. Where a proof hides, columns have twice the coefficients of their rows.
    pub fn root_blowup(self) -> u32 {
        self.blowup() << u32::from(self.hides())
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
            Self::Hiding(_) => write!(f, "{}{}", self.plain(), Self::HIDING),
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
        if let Some(plain) = text.strip_suffix(Self::HIDING) {
            // Once: what hides twice is no setting.
            let plain: Self = plain.parse()?;
            return match plain.hides() {
                true => Err(SettingError::unknown(text)),
                false => Ok(plain.hiding()),
            };
        }
        let named = Self::ALL.into_iter().find(|it| it.to_string() == text);
        named.map_or_else(|| text.parse().map(Self::Custom), Ok)
    }
}
