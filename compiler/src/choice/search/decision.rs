//! The decisions of a layout: what a search may decide, what it costs, what was found.

use std::fmt;

use crate::circuit::choices::{Choices, Strategy};
use crate::circuit::Circuit;

/// How far the least block's log2 is tried below the tallest component's, and above.
const BLOCKS_AROUND: (u32, u32) = (3, 1);
/// How far the most rows' log2 is tried below the tallest component's, and above.
const TALLEST_AROUND: (u32, u32) = (2, 1);
/// The least that is tried: of fewer rows, padding costs less than columns.
const LEAST_BLOCKS: u32 = 15;

/// The least blocks that are tried where the tallest component has 2^tallest rows.
pub(super) fn blocks_around(tallest: u32) -> impl Iterator<Item = u32> {
    let (below, above) = BLOCKS_AROUND;
    let least = LEAST_BLOCKS.max(tallest.saturating_sub(below));
    least..=(tallest + above).min(*Choices::BLOCK_BITS.end())
}

/// The most rows that are tried of a component, where the tallest has 2^tallest. Below [`LEAST_BLOCKS`]
/// trees and FRI layers cost less than columns.
pub(super) fn tallest_around(tallest: u32) -> impl Iterator<Item = u32> {
    let (below, above) = TALLEST_AROUND;
    let least = LEAST_BLOCKS.max(tallest.saturating_sub(below));
    least..=(tallest + above).min(*Choices::BLOCK_BITS.end())
}

/// The choices with one number left open, and at each of these, but for what it is.
pub(super) fn others(
    choices: &Choices,
    bits: &mut dyn Iterator<Item = u32>,
    of: fn(&mut Choices) -> &mut Option<u32>,
) -> Vec<Choices> {
    let all = std::iter::once(None).chain(bits.map(Some));
    let all = all.map(|bits| {
        let mut other = choices.clone();
        *of(&mut other) = bits;
        other
    });
    all.filter(|other| other != choices).collect()
}

/// Which strategies a search may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Contract {
    Unrolled,
    Evaluated,
    /// For each contraction the cheaper one.
    #[default]
    Auto,
}

impl Contract {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unrolled => "unrolled",
            Self::Evaluated => "evaluated",
            Self::Auto => "auto",
        }
    }
}

/// What a circuit costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// What the search makes least; positive.
    pub score: f64,
    /// Predicted bytes of the proof file after the statement.
    pub bytes: f64,
    /// Predicted milliseconds of proving.
    pub ms: Option<f64>,
}

/// One of the decisions of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// The strategy of the contraction at this position of `contractions`.
    Contract(usize),
    /// Whether the terms of the sum at this position of `short_sums` have rows of their own.
    Rows(u32),
    /// Whether the value with this number is a column or an expression.
    Column(u32),
    Pairs,
    Digits,
    /// Which components are laid out in blocks.
    Blocks,
    /// How many rows a component has at most, if it can be laid out in blocks.
    Tallest,
}

impl Knob {
    /// How it is set.
    pub fn value(self, choices: &Choices) -> String {
        match self {
            Self::Contract(position) => match choices.strategy(position) {
                Strategy::Unrolled => "unrolled".into(),
                Strategy::Rows => "rows".into(),
                Strategy::Evaluated { lanes: 1 } => "evaluated, 1 lane".into(),
                Strategy::Evaluated { lanes } => format!("evaluated, {lanes} lanes"),
            },
            Self::Rows(sum) => match choices.rows.contains(&sum) {
                true => "rows".into(),
                false => "one row".into(),
            },
            Self::Column(value) => match choices.columns.contains(&value) {
                true => "column".into(),
                false => "expression".into(),
            },
            Self::Pairs => if choices.pairs { "yes" } else { "no" }.into(),
            Self::Digits => choices.digit_bits.map_or("auto".into(), |b| b.to_string()),
            Self::Blocks => match choices.block_bits {
                Some(bits) => format!("from 2^{bits} rows"),
                None => "none".into(),
            },
            Self::Tallest => match choices.tallest_bits {
                Some(bits) => format!("2^{bits} rows"),
                None => "any".into(),
            },
        }
    }
}

impl fmt::Display for Knob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contract(position) => write!(f, "contraction {position}"),
            Self::Rows(sum) => write!(f, "sum {sum}"),
            Self::Column(value) => write!(f, "value {value}"),
            Self::Pairs => write!(f, "pairs"),
            Self::Digits => write!(f, "digits"),
            Self::Blocks => write!(f, "blocks"),
            Self::Tallest => write!(f, "tallest"),
        }
    }
}

/// A candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct Tried {
    pub choices: Choices,
    /// What was changed to get it.
    pub what: String,
    /// `None` if it does not lay out, or has no price.
    pub cost: Option<Cost>,
}

/// A decision of the choices that were found.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub knob: Knob,
    /// How many contractions or values it is about: those that are alike are decided together, and the
    /// knob names the first.
    pub alike: usize,
    pub chosen: String,
    /// The cheapest with this one decision changed, if there was one to compare.
    pub runner_up: Option<RunnerUp>,
}

/// See [`Decision::runner_up`].
#[derive(Clone, Debug, PartialEq)]
pub struct RunnerUp {
    pub value: String,
    pub cost: Cost,
}

/// What a search found.
#[derive(Clone, Debug)]
pub struct Searched {
    pub choices: Choices,
    pub circuit: Circuit,
    /// What `circuit` costs; `None` if nothing has a price.
    pub cost: Option<Cost>,
    /// In the order of the search, each once.
    pub explored: Vec<Tried>,
    pub decisions: Vec<Decision>,
}
