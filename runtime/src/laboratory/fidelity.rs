//! How near a program's integers come to real numbers: by tensor and layer, and for logits how the next
//! tokens compare. The same object as the Python package's `Fidelity`.
//!
//! - `comparison`: how it is computed, text by text. `range`: what its numbers may be.

mod comparison;
mod range;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use comparison::{Compared, Comparison};

/// How far a tensor is off: the largest and the mean absolute error and the mean magnitude of the real
/// numbers, in their units; the cosine between the two of a position, the mean and the least.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub tensor: String,
    pub layer: Option<u64>,
    pub max_error: f64,
    pub mean_error: f64,
    pub mean_size: f64,
    pub cosine: f64,
    pub least_cosine: f64,
}

/// A position whose next token differs; `margin`: by how much the real logit of `real_token` is above
/// that of `integer_token`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub text: usize,
    pub position: usize,
    pub margin: f64,
    pub real_token: usize,
    pub integer_token: usize,
}

/// Errors by tensor and layer; for logits how the next tokens compare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fidelity {
    /// Whose it is; `None` where Python compared a model that it quantised.
    #[serde(default)]
    pub circuit: Option<String>,
    #[serde(default)]
    pub params: Option<BTreeMap<String, i64>>,
    /// The digest of the program's text, whatever its parameters, as a study has it.
    #[serde(default)]
    pub program: Option<String>,
    pub rows: Vec<Row>,
    pub texts: usize,
    /// Of each text the most that a row has.
    pub positions: usize,
    /// The part of positions whose likeliest next token is the same.
    pub top1: Option<f64>,
    /// The mean of KL(real || integer) of the next token's distributions, in nats.
    pub kl: Option<f64>,
    /// exp of the mean of -ln p of the texts' own next tokens.
    pub perplexity_real: Option<f64>,
    pub perplexity_integer: Option<f64>,
    pub differs: Vec<Difference>,
    pub notes: Vec<String>,
    /// Of the last row.
    pub cosine: f64,
}

/// What a table of rows says of one.
pub const COLUMNS: [&str; 7] = [
    "tensor",
    "layer",
    "max error",
    "mean error",
    "mean size",
    "cosine",
    "least",
];

impl Row {
    /// As text, by column.
    pub fn cells(&self) -> [String; 7] {
        [
            self.tensor.clone(),
            self.layer.map_or(String::new(), |layer| layer.to_string()),
            short(self.max_error),
            short(self.mean_error),
            short(self.mean_size),
            format!("{:.6}", self.cosine),
            format!("{:.6}", self.least_cosine),
        ]
    }
}

/// Three significant digits.
fn short(number: f64) -> String {
    if number == 0.0 {
        return "0".into();
    }
    let power = number.abs().log10().floor() as i32;
    match power {
        -4..=5 => format!("{number:.*}", (2 - power).max(0) as usize),
        _ => format!("{number:.2e}"),
    }
}

impl Fidelity {
    /// What is said of the whole, a name and a value each.
    pub fn said(&self) -> Vec<(&'static str, String)> {
        let mut said = Vec::new();
        if let Some(circuit) = &self.circuit {
            let params = self.params.iter().flatten();
            let params = params.map(|(name, value)| format!(", {name} = {value}"));
            said.push(("circuit", circuit.clone() + &params.collect::<String>()));
        }
        if let Some(program) = &self.program {
            said.push(("program", format!("digest {program}")));
        }
        said.push(("texts", self.texts.to_string()));
        said.push(("positions", self.positions.to_string()));
        if let (Some(top1), Some(kl)) = (self.top1, self.kl) {
            said.push(("top-1", format!("{:.2} %", 100.0 * top1)));
            said.push(("KL", format!("{kl:.6} nats")));
        }
        if let (Some(real), Some(integer)) = (self.perplexity_real, self.perplexity_integer) {
            said.push((
                "perplexity",
                format!("{real:.4} real, {integer:.4} integer"),
            ));
        }
        let margins = self.differs.iter().map(|differs| differs.margin);
        if let Some(largest) = margins.reduce(f64::max) {
            said.push(("largest margin where it differs", format!("{largest:.4}")));
        }
        said.extend(self.notes.iter().map(|note| ("note", note.clone())));
        said
    }
}

/// How many positions that differ a terminal is shown.
const SHOWN: usize = 8;

impl fmt::Display for Fidelity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = vec![COLUMNS.map(str::to_string)];
        table.extend(self.rows.iter().map(Row::cells));
        let width = |column: usize| {
            let widths = table.iter().map(|row| row[column].chars().count());
            widths.max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
        for row in &table {
            write!(f, "{:<1$}", row[0], widths[0])?;
            for (cell, width) in row.iter().zip(&widths).skip(1) {
                write!(f, "  {cell:>width$}")?;
            }
            writeln!(f)?;
        }
        for (name, value) in self.said() {
            writeln!(f, "{name}: {value}")?;
        }
        for differs in self.differs.iter().take(SHOWN) {
            writeln!(
                f,
                "differs: text {}, position {}: {} real, {} integer, margin {:.4}",
                differs.text,
                differs.position,
                differs.real_token,
                differs.integer_token,
                differs.margin
            )?;
        }
        match self.differs.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => writeln!(f, "and {more} more positions"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (number, text) in [
            (0.0, "0"),
            (1234.6, "1235"),
            (0.01234, "0.0123"),
            (1.5e-7, "1.50e-7"),
        ] {
            assert_eq!(short(number), text);
        }
    }
}
