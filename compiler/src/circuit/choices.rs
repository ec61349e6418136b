//! The decisions of a layout that change what a proof costs and never what it says (spec 4.8).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How a sum of products is lowered (spec 4.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// Products are expressions of a row that holds both operands.
    Unrolled,
    /// Every product has a row of its own, and is weighed there.
    Rows,
    /// Only operands and result are committed; the sum is checked at a random point.
    Evaluated {
        /// Elements of the longer operand in a row, 1 to [`Choices::MAX_LANES`].
        lanes: u32,
    },
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unrolled => write!(f, "u"),
            Self::Rows => write!(f, "r"),
            Self::Evaluated { lanes } => write!(f, "e{lanes}"),
        }
    }
}

/// All decisions of one layout. Any choices give a sound circuit for the same program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Choices {
    /// By the position in [`crate::circuit::layout::contractions`]; those that are missing are unrolled.
    pub contract: Vec<Strategy>,
    /// Values that get a column although they are polynomials of others, by their number in the
    /// graph, ascending; the others of [`crate::circuit::layout::polynomials`] are expressions.
    pub columns: Vec<u32>,
    /// Sums whose terms have rows of their own, by their position in
    /// [`crate::circuit::layout::short_sums`], ascending; the others are written into one row.
    pub rows: Vec<u32>,
    /// log2 of the entries of the digit table, 8 to 15; `None`: by the tallest component.
    pub digit_bits: Option<u32>,
    /// Whether two narrow private values share one lookup.
    pub pairs: bool,
    /// log2 of the fewest rows, padding included, that are laid out in blocks, 6 to 23; `None`: every
    /// component is one.
    pub block_bits: Option<u32>,
    /// log2 of the most rows, padding included, of what can be laid out in blocks, 6 to 23; `None`: as
    /// many as there are.
    pub tallest_bits: Option<u32>,
    /// log2 of the least rows that every component has, padding included, 5 to 9; `None`: 16 rows.
    pub least_bits: Option<u32>,
}

impl Choices {
    /// The limits of [`Choices::digit_bits`]: two digits of 15 bits reach 2^30, which is below P.
    pub const DIGIT_BITS: std::ops::RangeInclusive<u32> = 8..=15;

    /// Whether the layout is of proofs that hide, which have rows for masks (spec 9.1), and of no others.
    pub fn hides(&self) -> bool {
        self.least_bits.is_some()
    }

    /// The limits of [`Choices::block_bits`] and [`Choices::tallest_bits`].
    pub const BLOCK_BITS: std::ops::RangeInclusive<u32> = 6..=23;

    /// The limits of [`Choices::least_bits`]: what the fewest and the most queries ask for.
    pub const LEAST_BITS: std::ops::RangeInclusive<u32> = 5..=9;

    /// What a taller component's digit table has at most, unless it is chosen.
    pub const USUAL_DIGITS: u32 = 14;

    /// The most lanes that a row of an evaluated contraction has.
    pub const MAX_LANES: u32 = 32;

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

/// The canonical text: `contract=e2,u columns=- rows=- digits=14 pairs=no`, and ` blocks=16`,
/// ` tallest=17` and ` least=8` after it where they are decided.
impl fmt::Display for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn listed<T: ToString>(items: &[T]) -> String {
            match items {
                [] => "-".into(),
                _ => {
                    let each: Vec<String> = items.iter().map(T::to_string).collect();
                    each.join(",")
                }
            }
        }
        let (contract, columns) = (listed(&self.contract), listed(&self.columns));
        let rows = listed(&self.rows);
        let digits = self.digit_bits.map_or("auto".into(), |b| b.to_string());
        let pairs = if self.pairs { "yes" } else { "no" };
        write!(
            f,
            "contract={contract} columns={columns} rows={rows} digits={digits} pairs={pairs}"
        )?;
        for (name, bits) in [
            ("blocks", self.block_bits),
            ("tallest", self.tallest_bits),
            ("least", self.least_bits),
        ] {
            if let Some(bits) = bits {
                write!(f, " {name}={bits}")?;
            }
        }
        Ok(())
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
                each => each
                    .split(',')
                    .map(|strategy| match strategy.strip_prefix('e') {
                        Some(lanes) => {
                            let lanes = lanes.parse().ok()?;
                            let possible = (1..=Self::MAX_LANES).contains(&lanes);
                            possible.then_some(Strategy::Evaluated { lanes })
                        }
                        None => match strategy {
                            "u" => Some(Strategy::Unrolled),
                            "r" => Some(Strategy::Rows),
                            _ => None,
                        },
                    })
                    .collect::<Option<_>>()?,
            };
            let numbers = |text: &str| -> Option<Vec<u32>> {
                let each = match text {
                    "-" => Vec::new(),
                    each => each
                        .split(',')
                        .map(|number| number.parse().ok())
                        .collect::<Option<Vec<u32>>>()?,
                };
                each.is_sorted_by(|a, b| a < b).then_some(each)
            };
            let columns = numbers(field("columns")?)?;
            let rows = numbers(field("rows")?)?;
            let digit_bits = match field("digits")? {
                "auto" => None,
                bits => Some(bits.parse().ok().filter(|b| Self::DIGIT_BITS.contains(b))?),
            };
            let pairs = match field("pairs")? {
                "yes" => true,
                "no" => false,
                _ => return None,
            };
            // Each may be missing; in another order the text is not the canonical one.
            let (mut block_bits, mut tallest_bits, mut least_bits) = (None, None, None);
            for part in parts {
                let (name, bits) = part.split_once('=')?;
                let (decided, limits) = match name {
                    "blocks" => (&mut block_bits, Self::BLOCK_BITS),
                    "tallest" => (&mut tallest_bits, Self::BLOCK_BITS),
                    "least" => (&mut least_bits, Self::LEAST_BITS),
                    _ => return None,
                };
                *decided = Some(bits.parse().ok().filter(|bits| limits.contains(bits))?);
            }
            let choices = Self {
                contract,
                columns,
                rows,
                digit_bits,
                pairs,
                block_bits,
                tallest_bits,
                least_bits,
            };
            (choices.to_string() == text).then_some(choices)
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
            contract: vec![Strategy::Evaluated { lanes: 2 }, Strategy::Unrolled],
            columns: vec![1, 4],
            rows: vec![0],
            digit_bits: Some(12),
            pairs: true,
            block_bits: None,
            tallest_bits: None,
            least_bits: None,
        };
        let text = "contract=e2,u columns=1,4 rows=0 digits=12 pairs=yes";
        assert_eq!(choices.to_string(), text);
        assert_eq!(text.parse(), Ok(choices.clone()));
        for (block_bits, tallest_bits, least_bits, more) in [
            (Some(16), None, None, " blocks=16"),
            (None, Some(17), None, " tallest=17"),
            (Some(16), Some(17), None, " blocks=16 tallest=17"),
            (None, None, Some(5), " least=5"),
            (None, Some(17), Some(9), " tallest=17 least=9"),
            (Some(6), Some(23), Some(8), " blocks=6 tallest=23 least=8"),
        ] {
            let choices = Choices {
                block_bits,
                tallest_bits,
                least_bits,
                ..choices.clone()
            };
            let text = format!("{text}{more}");
            assert_eq!(choices.to_string(), text);
            assert_eq!(text.parse(), Ok(choices));
        }
        assert_eq!(
            Choices::default().to_string().parse(),
            Ok(Choices::default())
        );
        for bad in [
            "",
            "contract=e2,u columns=- rows=- digits=12",
            "contract=e2,u columns=- rows=- digits=16 pairs=yes",
            "contract=e33,u columns=- rows=- digits=12 pairs=yes",
            "contract=e0,u columns=- rows=- digits=12 pairs=yes",
            "contract=e02,u columns=- rows=- digits=12 pairs=yes",
            "contract=e2,u columns=1,4 digits=12 pairs=yes",
            "contract=e2,u columns=- rows=1,0 digits=12 pairs=yes",
            "contract=e2,u columns=4,1 rows=- digits=12 pairs=yes",
            "contract=e2,u columns=1,1 rows=- digits=12 pairs=yes",
            "contract=e2,u columns=01 rows=- digits=12 pairs=yes",
            "contract=e2,x columns=- rows=- digits=12 pairs=yes",
            "contract=e2,u, columns=- rows=- digits=12 pairs=yes",
            "contract=e2,u columns=- rows=- digits=012 pairs=yes",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes ",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes blocks=5",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes blocks=24",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes blocks=no",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes blocks=16 blocks=16",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes tallest=17 blocks=16",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes tallest=5",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes tallest",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes rows=8",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes least=4",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes least=10",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes least=08",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes least=-",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes least=8 least=8",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes least=8 tallest=17",
            "contract=e2,u columns=- rows=- digits=12 pairs=yes least=8 ",
        ] {
            assert!(bad.parse::<Choices>().is_err(), "{bad}");
        }
    }
}
