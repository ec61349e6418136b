//! The decisions of a layout that change what a proof costs and never what it says (spec 4.8).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a sum of products is lowered (spec 4.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strategy {
    /// Products are expressions of a row that holds both operands.
    Unrolled,
    /// Only operands and result are committed; the sum is checked at a random point.
    Evaluated,
}

/// All decisions of one layout. Any choices give a sound circuit for the same program. Serialised
/// as their canonical text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Choices {
    /// By the position in [`crate::layout::contractions`]; those that are missing are unrolled.
    pub contract: Vec<Strategy>,
    /// log2 of the entries of the digit table, 8 to 16; `None`: by the tallest component.
    pub digit_bits: Option<u32>,
    /// Elements of an operand in a row of an evaluated contraction: 1 or 2.
    pub lanes: u32,
    /// Whether two narrow private values share one lookup.
    pub pairs: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self {
            contract: Vec::new(),
            digit_bits: None,
            lanes: 1,
            pairs: false,
        }
    }
}

impl Choices {
    /// The limits of [`Choices::digit_bits`].
    pub const DIGIT_BITS: std::ops::RangeInclusive<u32> = 8..=16;

    /// The strategy of the contraction at a position.
    pub fn strategy(&self, position: usize) -> Strategy {
        let given = self.contract.get(position).copied();
        given.unwrap_or(Strategy::Unrolled)
    }

    /// The same choices with one strategy for all of `count` contractions.
    pub fn with_all(mut self, strategy: Strategy, count: usize) -> Self {
        self.contract = vec![strategy; count];
        self
    }
}

/// The canonical text: `contract=eu digits=14 lanes=2 pairs=no`.
impl fmt::Display for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letters: String = self
            .contract
            .iter()
            .map(|strategy| match strategy {
                Strategy::Unrolled => 'u',
                Strategy::Evaluated => 'e',
            })
            .collect();
        let letters = if letters.is_empty() { "-" } else { &letters };
        let digits = self.digit_bits.map_or("auto".into(), |b| b.to_string());
        let pairs = if self.pairs { "yes" } else { "no" };
        write!(
            f,
            "contract={letters} digits={digits} lanes={} pairs={pairs}",
            self.lanes
        )
    }
}

impl From<Choices> for String {
    fn from(choices: Choices) -> Self {
        choices.to_string()
    }
}

impl TryFrom<String> for Choices {
    type Error = BadChoices;

    fn try_from(text: String) -> Result<Self, BadChoices> {
        text.parse()
    }
}

/// A text that is no [`Choices`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadChoices(pub String);

impl fmt::Display for BadChoices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` does not say how a circuit is laid out", self.0)
    }
}

impl std::error::Error for BadChoices {}

impl FromStr for Choices {
    type Err = BadChoices;

    /// Reads the canonical text, and no other.
    fn from_str(text: &str) -> Result<Self, BadChoices> {
        let read = || -> Option<Self> {
            let mut parts = text.split(' ');
            let mut field = |name: &str| parts.next()?.strip_prefix(name)?.strip_prefix('=');
            let contract = match field("contract")? {
                "-" => Vec::new(),
                letters => letters
                    .chars()
                    .map(|letter| match letter {
                        'u' => Some(Strategy::Unrolled),
                        'e' => Some(Strategy::Evaluated),
                        _ => None,
                    })
                    .collect::<Option<_>>()?,
            };
            let digit_bits = match field("digits")? {
                "auto" => None,
                bits => Some(bits.parse().ok().filter(|b| Self::DIGIT_BITS.contains(b))?),
            };
            let lanes = field("lanes")?
                .parse()
                .ok()
                .filter(|n| (1..=2).contains(n))?;
            let pairs = match field("pairs")? {
                "yes" => true,
                "no" => false,
                _ => return None,
            };
            let choices = Self {
                contract,
                digit_bits,
                lanes,
                pairs,
            };
            (parts.next().is_none() && choices.to_string() == text).then_some(choices)
        };
        read().ok_or_else(|| BadChoices(text.chars().take(80).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_read_back_and_others_refused() {
        let choices = Choices {
            contract: vec![Strategy::Evaluated, Strategy::Unrolled],
            digit_bits: Some(12),
            lanes: 2,
            pairs: true,
        };
        let text = "contract=eu digits=12 lanes=2 pairs=yes";
        assert_eq!(choices.to_string(), text);
        assert_eq!(text.parse(), Ok(choices));
        assert_eq!(
            Choices::default().to_string().parse(),
            Ok(Choices::default())
        );
        for bad in [
            "",
            "contract=eu digits=12 lanes=2",
            "contract=eu digits=17 lanes=2 pairs=yes",
            "contract=eu digits=12 lanes=3 pairs=yes",
            "contract=ex digits=12 lanes=2 pairs=yes",
            "contract=eu digits=012 lanes=2 pairs=yes",
            "contract=eu digits=12 lanes=2 pairs=yes ",
        ] {
            assert!(bad.parse::<Choices>().is_err(), "{bad}");
        }
    }
}
