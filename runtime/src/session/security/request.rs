//! What is asked for: a setting, or a floor.

use std::fmt;
use std::str::FromStr;

use super::setting::{Custom, Setting, SettingError};

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
