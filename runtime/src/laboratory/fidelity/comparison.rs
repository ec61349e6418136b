//! How texts are compared, one after the other: no number of it is ever infinite or NaN.

use super::{Difference, Fidelity, Row};

/// The elements of one tensor of one text, or of one layer of it: real and integer, position by
/// position; the integers in the real numbers' units.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    pub tensor: String,
    pub layer: Option<u64>,
    pub positions: Vec<Vec<(f64, f64)>>,
}

impl Compared {
    /// That a text's tokens, from the second on, have logits.
    ///
    /// # Errors
    /// The first that has none.
    pub fn require_logits(&self, tokens: &[i64]) -> Result<(), String> {
        for (before, token) in tokens.iter().skip(1).enumerate() {
            let count = self.positions.get(before).map_or(0, Vec::len);
            if !(0..count as i64).contains(token) {
                let position = before + 1;
                return Err(format!(
                    "the token at position {position} is {token}, and there are {count} logits"
                ));
            }
        }
        Ok(())
    }
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
    ///
    /// # Errors
    /// Other tensors than those of the texts before; a token that has no logit; numbers so large that
    /// sums of them are not finite.
    pub fn add(
        &mut self,
        compared: &[Compared],
        logits: Option<&str>,
        tokens: Option<&[i64]>,
    ) -> Result<(), String> {
        self.require_same(compared)?;
        for one in compared {
            let beyond = |what| format!("`{}`: {what} is no finite number", one.tensor);
            self.sums_of(one).add(one).map_err(beyond)?;
            if logits == Some(one.tensor.as_str()) && one.layer.is_none() {
                self.add_logits(one, tokens)?;
            }
        }
        let positions = compared.iter().map(|one| one.positions.len());
        self.positions += positions.max().unwrap_or(0);
        self.texts += 1;
        Ok(())
    }

    /// That a text has the tensors of those before.
    fn require_same(&self, compared: &[Compared]) -> Result<(), String> {
        if self.texts == 0 {
            return Ok(());
        }
        let known = |one: &&Compared| self.sums.iter().any(|sums| sums.tensor == one.tensor);
        if let Some(one) = compared.iter().find(|one| !known(one)) {
            return Err(format!("it has `{}`, which text 0 has not", one.tensor));
        }
        let there = |sums: &&Sums| compared.iter().any(|one| sums.tensor == one.tensor);
        match self.sums.iter().find(|sums| !there(sums)) {
            Some(sums) => Err(format!("it has no `{}`, which text 0 has", sums.tensor)),
            None => Ok(()),
        }
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

    fn add_logits(&mut self, of: &Compared, tokens: Option<&[i64]>) -> Result<(), String> {
        let beyond = |position| {
            let tensor = &of.tensor;
            format!("`{tensor}`: the logits of position {position} lie too far apart")
        };
        of.require_logits(tokens.unwrap_or_default())?;
        for (position, logits) in of.positions.iter().enumerate() {
            let best = |of: fn(&(f64, f64)) -> f64| {
                let better = |best: usize, at: usize| of(&logits[at]) > of(&logits[best]);
                (1..logits.len()).fold(0, |best, at| if better(best, at) { at } else { best })
            };
            let (real_token, integer_token) = (best(|pair| pair.0), best(|pair| pair.1));
            let real = log_softmax(logits.iter().map(|pair| pair.0));
            let integer = log_softmax(logits.iter().map(|pair| pair.1));
            if !real.iter().chain(&integer).all(|p| p.is_finite()) {
                return Err(beyond(position));
            }
            if real_token != integer_token {
                self.differs.push(Difference {
                    text: self.texts,
                    position,
                    margin: logits[real_token].0 - logits[integer_token].0,
                    real_token,
                    integer_token,
                });
            }
            let terms = real.iter().zip(&integer);
            self.kl += terms.map(|(p, q)| p.exp() * (p - q)).sum::<f64>();
            self.logits += 1;
            let next = tokens.and_then(|tokens| tokens.get(position + 1));
            if let Some(token) = next.map(|&token| token as usize) {
                self.real -= real[token];
                self.integer -= integer[token];
                self.known += 1;
            }
            if ![self.kl, self.real, self.integer]
                .iter()
                .all(|sum| sum.is_finite())
            {
                return Err(beyond(position));
            }
        }
        Ok(())
    }

    /// What all texts come to; of a program that is still to be named.
    ///
    /// # Errors
    /// That there was nothing to compare; a perplexity that is no finite number.
    pub fn fidelity(self, notes: Vec<String>) -> Result<Fidelity, String> {
        let rows: Vec<Row> = self.sums.into_iter().map(Sums::row).collect();
        let cosine = rows.last().ok_or("there is nothing to compare")?.cosine;
        let mean = |sum: f64, count: usize| (count > 0).then(|| sum / count as f64);
        let perplexity = |sum, of| match mean(sum, self.known) {
            Some(mean) if !mean.exp().is_finite() => Err(format!(
                "the perplexity of the {of} logits, exp({mean:?}), is too large for a number"
            )),
            mean => Ok(mean.map(f64::exp)),
        };
        let found = Fidelity {
            circuit: None,
            params: None,
            program: None,
            rows,
            texts: self.texts,
            positions: self.positions,
            top1: mean(self.differs.len() as f64, self.logits).map(|differs| 1.0 - differs),
            // Rounding may make a little less than 0 of large logits.
            kl: mean(self.kl, self.logits).map(|kl| kl.max(0.0)),
            perplexity_real: perplexity(self.real, "real")?,
            perplexity_integer: perplexity(self.integer, "integer")?,
            differs: self.differs,
            notes,
            cosine,
        };
        found.require_in_range()?;
        Ok(found)
    }
}

impl Sums {
    /// # Errors
    /// What is not finite.
    fn add(&mut self, compared: &Compared) -> Result<(), &'static str> {
        for position in &compared.positions {
            for (ours, theirs) in position {
                let error = (ours - theirs).abs();
                self.largest = self.largest.max(error);
                self.errors += error;
                self.sizes += ours.abs();
            }
            self.elements += position.len();
            self.cosines.push(cosine(position));
        }
        // What is not finite stays so in a sum: an infinite error, too.
        match (self.errors.is_finite(), self.sizes.is_finite()) {
            (false, _) => Err("the sum of its errors"),
            (_, false) => Err("the sum of its magnitudes"),
            _ => Ok(()),
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

/// Of vectors divided by their largest magnitudes, so that no square overflows or vanishes.
fn cosine(position: &[(f64, f64)]) -> f64 {
    let largest = |most: f64, number: f64| most.max(number.abs());
    let real = position.iter().map(|pair| pair.0).fold(0.0, largest);
    let integer = position.iter().map(|pair| pair.1).fold(0.0, largest);
    // Two zeros point the same way; a zero and another do not.
    match (real == 0.0, integer == 0.0) {
        (true, true) => return 1.0,
        (false, false) => {}
        _ => return 0.0,
    }
    let (mut dot, mut squares) = (0.0, (0.0, 0.0));
    for (ours, theirs) in position {
        let (ours, theirs) = (ours / real, theirs / integer);
        dot += ours * theirs;
        squares.0 += ours * ours;
        squares.1 += theirs * theirs;
    }
    let lengths: f64 = squares.0.sqrt() * squares.1.sqrt();
    (dot / lengths).clamp(-1.0, 1.0)
}

fn log_softmax(logits: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let most = logits.clone().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.clone().map(|logit| (logit - most).exp()).sum();
    logits.map(|logit| logit - most - sum.ln()).collect()
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
        comparison.add(&[x], None, None).unwrap();
        let zeros = compared("x", &[&[(0.0, 0.0), (0.0, 0.0)], &[(0.0, 0.0), (0.0, 2.0)]]);
        comparison.add(&[zeros], None, None).unwrap();
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
        assert!(Comparison::default().fidelity(Vec::new()).is_err());
    }

    #[test]
    fn logits_are_compared_as_distributions() {
        let mut comparison = Comparison::default();
        let third = 3f64.ln();
        // 1/4 and 3/4 against 3/4 and 1/4; then the same twice.
        let rows: [&[(f64, f64)]; 2] = [&[(0.0, third), (third, 0.0)], &[(1.0, 1.0), (1.0, 1.0)]];
        let logit = [compared("logit", &rows)];
        comparison
            .add(&logit, Some("logit"), Some(&[0, 1]))
            .unwrap();
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
    fn the_largest_and_the_smallest_numbers_have_cosines() {
        let mut comparison = Comparison::default();
        let rows: [&[(f64, f64)]; 3] = [
            &[(3e-200, 4e-200), (4e-200, 3e-200)],
            &[(5e-324, 5e-324)],
            &[(3e300, 4e300), (-4e300, -3e300)],
        ];
        comparison.add(&[compared("x", &rows)], None, None).unwrap();
        let row = comparison.fidelity(Vec::new()).unwrap().rows.remove(0);
        assert!((row.least_cosine - 0.96).abs() < 1e-12, "{row:?}");
        assert!((row.cosine - (0.96 + 1.0 + 0.96) / 3.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_not_finite_is_refused() {
        let of = |rows: &[&[(f64, f64)]], logits: Option<&str>, tokens: Option<&[i64]>| {
            let mut comparison = Comparison::default();
            comparison.add(&[compared("x", rows)], logits, tokens)?;
            comparison.fidelity(Vec::new())
        };
        let far: &[(f64, f64)] = &[(1e308, 1e308), (-1e308, -1e308)];
        let flat: &[(f64, f64)] = &[(0.0, 0.0), (800.0, 0.0)];
        for (found, said) in [
            (
                of(&[&[(1e308, -1e308)]], None, None),
                "`x`: the sum of its errors is no finite number",
            ),
            (
                of(&[&[(1e308, 1e308), (1e308, 1e308)]], None, None),
                "`x`: the sum of its magnitudes is no finite number",
            ),
            (
                of(&[&[(0.0, 1e308), (0.0, -1e308)]], Some("x"), None),
                "the sum of its errors",
            ),
            (
                of(&[&far[..1], far], Some("x"), None),
                "the sum of its magnitudes",
            ),
            (
                of(&[&[(1.7e308, 1.7e308), (0.0, -1.7e308)]], Some("x"), None),
                "the logits of position 0 lie too far apart",
            ),
            (
                of(&[flat, flat], Some("x"), Some(&[0, 0])),
                "the perplexity of the real logits, exp(800.0)",
            ),
            (
                of(&[flat, flat, flat], Some("x"), Some(&[0, 1, 2])),
                "the token at position 2 is 2, and there are 2 logits",
            ),
            (
                of(&[flat, flat], Some("x"), Some(&[0, -1])),
                "the token at position 1 is -1",
            ),
        ] {
            let error = found.unwrap_err();
            assert!(error.contains(said), "{said}: {error}");
        }
    }

    #[test]
    fn texts_have_the_same_tensors() {
        let [x, y] = ["x", "y"].map(|name| compared(name, &[&[(1.0, 1.0)]]));
        let mut comparison = Comparison::default();
        comparison.add(&[x.clone(), y.clone()], None, None).unwrap();
        comparison.add(&[y.clone(), x.clone()], None, None).unwrap();
        let error = comparison.add(&[x], None, None).unwrap_err();
        assert_eq!(error, "it has no `y`, which text 0 has");
        let z = compared("z", &[&[(1.0, 1.0)]]);
        let error = comparison.add(&[y, z], None, None).unwrap_err();
        assert_eq!(error, "it has `z`, which text 0 has not");
    }

    #[test]
    fn positions_are_the_most_of_a_row() {
        let mut comparison = Comparison::default();
        let long = compared("x", &[&[(1.0, 1.0)], &[(1.0, 1.0)]]);
        let short = compared("y", &[&[(1.0, 1.0)]]);
        comparison.add(&[long, short], None, None).unwrap();
        assert_eq!(comparison.fidelity(Vec::new()).unwrap().positions, 2);
    }
}
