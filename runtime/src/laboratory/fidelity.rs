//! How near a program's integers come to real numbers: by tensor and layer, and for logits how the next
//! tokens compare. The same object as the Python package's `Fidelity`.

use std::fmt;

use serde::{Deserialize, Serialize};

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
    pub rows: Vec<Row>,
    pub texts: usize,
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

/// The elements of one tensor of one text, or of one layer of it: real and integer, position by
/// position; the integers in the real numbers' units.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    pub tensor: String,
    pub layer: Option<u64>,
    pub positions: Vec<Vec<(f64, f64)>>,
}

/// Texts, one after the other.
#[derive(Debug, Default)]
pub struct Comparison {
    sums: Vec<Sums>,
    texts: usize,
    positions: usize,
    logits: usize,
    differs: Vec<Difference>,
    kl: f64,
    known: usize,
    real: f64,
    integer: f64,
}

/// What a row is made of.
#[derive(Debug, Default)]
struct Sums {
    tensor: String,
    layer: Option<u64>,
    largest: f64,
    errors: f64,
    sizes: f64,
    elements: usize,
    cosines: Vec<f64>,
}

impl Comparison {
    /// Takes the tensors of a text, in their order; `logits` is the one of these whose positions are
    /// logits, `tokens` the text's own tokens, of which the next one is what a position is to give.
    pub fn add(&mut self, compared: &[Compared], logits: Option<&str>, tokens: Option<&[i64]>) {
        for one in compared {
            self.sums_of(one).add(one);
            if logits == Some(one.tensor.as_str()) && one.layer.is_none() {
                self.add_logits(&one.positions, tokens);
            }
        }
        self.positions += compared.last().map_or(0, |one| one.positions.len());
        self.texts += 1;
    }

    fn sums_of(&mut self, of: &Compared) -> &mut Sums {
        let known = self
            .sums
            .iter()
            .position(|sums| (sums.tensor.as_str(), sums.layer) == (of.tensor.as_str(), of.layer));
        let place = known.unwrap_or_else(|| {
            self.sums.push(Sums {
                tensor: of.tensor.clone(),
                layer: of.layer,
                ..Sums::default()
            });
            self.sums.len() - 1
        });
        &mut self.sums[place]
    }

    fn add_logits(&mut self, positions: &[Vec<(f64, f64)>], tokens: Option<&[i64]>) {
        for (position, logits) in positions.iter().enumerate() {
            let best = |of: fn(&(f64, f64)) -> f64| {
                let better = |best: usize, at: usize| of(&logits[at]) > of(&logits[best]);
                (1..logits.len()).fold(0, |best, at| if better(best, at) { at } else { best })
            };
            let (real_token, integer_token) = (best(|pair| pair.0), best(|pair| pair.1));
            if real_token != integer_token {
                self.differs.push(Difference {
                    text: self.texts,
                    position,
                    margin: logits[real_token].0 - logits[integer_token].0,
                    real_token,
                    integer_token,
                });
            }
            let real = log_softmax(logits.iter().map(|pair| pair.0));
            let integer = log_softmax(logits.iter().map(|pair| pair.1));
            let terms = real.iter().zip(&integer);
            self.kl += terms.map(|(p, q)| p.exp() * (p - q)).sum::<f64>();
            self.logits += 1;
            let next = tokens.and_then(|tokens| tokens.get(position + 1));
            let next = next.and_then(|&token| usize::try_from(token).ok());
            if let Some((p, q)) = next.and_then(|token| real.get(token).zip(integer.get(token))) {
                self.real -= p;
                self.integer -= q;
                self.known += 1;
            }
        }
    }

    /// What all texts come to; `None` if there was nothing to compare.
    pub fn fidelity(self, notes: Vec<String>) -> Option<Fidelity> {
        let rows: Vec<Row> = self.sums.into_iter().map(Sums::row).collect();
        let cosine = rows.last()?.cosine;
        let mean = |sum: f64, count: usize| (count > 0).then(|| sum / count as f64);
        Some(Fidelity {
            rows,
            texts: self.texts,
            positions: self.positions,
            top1: mean(self.differs.len() as f64, self.logits).map(|differs| 1.0 - differs),
            kl: mean(self.kl, self.logits),
            perplexity_real: mean(self.real, self.known).map(f64::exp),
            perplexity_integer: mean(self.integer, self.known).map(f64::exp),
            differs: self.differs,
            notes,
            cosine,
        })
    }
}

impl Sums {
    fn add(&mut self, compared: &Compared) {
        for position in &compared.positions {
            let (mut dot, mut real, mut integer) = (0.0, 0.0, 0.0);
            for (ours, theirs) in position {
                let error = (ours - theirs).abs();
                self.largest = self.largest.max(error);
                self.errors += error;
                self.sizes += ours.abs();
                dot += ours * theirs;
                real += ours * ours;
                integer += theirs * theirs;
            }
            self.elements += position.len();
            // Two zeros point the same way; a zero and another do not.
            self.cosines.push(match (real == 0.0, integer == 0.0) {
                (true, true) => 1.0,
                (false, false) => dot / (real.sqrt() * integer.sqrt()),
                _ => 0.0,
            });
        }
    }

    fn row(self) -> Row {
        let count = self.elements.max(1) as f64;
        let positions = self.cosines.len().max(1) as f64;
        Row {
            tensor: self.tensor,
            layer: self.layer,
            max_error: self.largest,
            mean_error: self.errors / count,
            mean_size: self.sizes / count,
            cosine: self.cosines.iter().sum::<f64>() / positions,
            least_cosine: self.cosines.iter().copied().fold(1.0, f64::min),
        }
    }
}

fn log_softmax(logits: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let most = logits.clone().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.clone().map(|logit| (logit - most).exp()).sum();
    logits.map(|logit| logit - most - sum.ln()).collect()
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
        let mut said = vec![
            ("texts", self.texts.to_string()),
            ("positions", self.positions.to_string()),
        ];
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

    fn compared(tensor: &str, positions: &[&[(f64, f64)]]) -> Compared {
        Compared {
            tensor: tensor.into(),
            layer: None,
            positions: positions.iter().map(|position| position.to_vec()).collect(),
        }
    }

    #[test]
    fn errors_and_cosines_are_those_of_the_definition() {
        let mut comparison = Comparison::default();
        let x = compared("x", &[&[(3.0, 4.0), (4.0, 3.0)], &[(1.0, 1.0), (0.0, 0.0)]]);
        comparison.add(&[x], None, None);
        let zeros = compared("x", &[&[(0.0, 0.0), (0.0, 0.0)], &[(0.0, 0.0), (0.0, 2.0)]]);
        comparison.add(&[zeros], None, None);
        let found = comparison.fidelity(Vec::new()).unwrap();
        let row = &found.rows[0];
        assert_eq!((found.texts, found.positions), (2, 4));
        assert_eq!(
            (row.max_error, row.mean_error, row.mean_size),
            (2.0, 0.5, 1.0)
        );
        // 24 of 25, the same, two zeros, and a zero against another.
        assert!((row.cosine - (0.96 + 1.0 + 1.0 + 0.0) / 4.0).abs() < 1e-12);
        assert_eq!(row.least_cosine, 0.0);
        assert_eq!((found.top1, found.perplexity_real), (None, None));
        assert!(Comparison::default().fidelity(Vec::new()).is_none());
    }

    #[test]
    fn logits_are_compared_as_distributions() {
        let mut comparison = Comparison::default();
        let third = 3f64.ln();
        // 1/4 and 3/4 against 3/4 and 1/4; then the same twice.
        let rows: [&[(f64, f64)]; 2] = [&[(0.0, third), (third, 0.0)], &[(1.0, 1.0), (1.0, 1.0)]];
        comparison.add(&[compared("logit", &rows)], Some("logit"), Some(&[0, 1]));
        let found = comparison.fidelity(Vec::new()).unwrap();
        assert_eq!(found.top1, Some(0.5));
        let kl = (0.25 * (1f64 / 3.0).ln() + 0.75 * 3f64.ln()) / 2.0;
        assert!((found.kl.unwrap() - kl).abs() < 1e-12);
        assert!((found.perplexity_real.unwrap() - 4.0 / 3.0).abs() < 1e-12);
        assert!((found.perplexity_integer.unwrap() - 4.0).abs() < 1e-12);
        let differs = &found.differs[0];
        assert_eq!(
            (differs.position, differs.real_token, differs.integer_token),
            (0, 1, 0)
        );
        assert!((differs.margin - third).abs() < 1e-12);
        let text = found.to_string();
        assert!(text.contains("top-1: 50.00 %") && text.contains("position 0: 1 real, 0 integer"));
        let again: Fidelity =
            serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
        assert_eq!(again, found);
    }

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
