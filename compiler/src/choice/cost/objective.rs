//! What a choice is made for: bytes, time, or both.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// What should be small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Objective {
    /// The proof.
    Bytes,
    /// The time to fill and prove.
    Time,
    /// The product of both: a tenth of one is worth as much as a tenth of the other.
    #[default]
    Balanced,
}

impl Objective {
    /// All objectives.
    pub const ALL: [Self; 3] = [Self::Bytes, Self::Time, Self::Balanced];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Time => "time",
            Self::Balanced => "balanced",
        }
    }

    /// What to make least: of `bytes` and `ms`, or their product.
    pub fn score(self, bytes: f64, ms: f64) -> f64 {
        match self {
            Self::Bytes => bytes,
            Self::Time => ms,
            Self::Balanced => bytes * ms,
        }
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no objective's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownObjective(pub String);

impl fmt::Display for UnknownObjective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Objective::ALL.map(Objective::name).join(", ");
        write!(f, "no objective `{}`: there are {names}", self.0)
    }
}

impl std::error::Error for UnknownObjective {}

impl FromStr for Objective {
    type Err = UnknownObjective;

    fn from_str(name: &str) -> Result<Self, UnknownObjective> {
        let found = Self::ALL.into_iter().find(|it| it.name() == name);
        found.ok_or_else(|| UnknownObjective(name.to_string()))
    }
}
