//! What the numbers of a fidelity may be: JSON from elsewhere is not taken on trust.

use super::{Fidelity, Row};

/// How much rounding may add to a number of the order of one.
const ROUNDING: f64 = 1e-9;

impl Fidelity {
    /// # Errors
    /// The first field that is out of its range.
    pub fn require_in_range(&self) -> Result<(), String> {
        let Some(last) = self.rows.last() else {
            return Err("`rows` has no row".into());
        };
        for (number, row) in self.rows.iter().enumerate() {
            row.require_in_range()
                .map_err(|why| format!("`rows[{number}].{why}"))?;
        }
        for (name, count) in [("texts", self.texts), ("positions", self.positions)] {
            if count == 0 {
                return Err(format!("`{name}` is 0"));
            }
        }
        // What is infinite is in no range.
        let most = f64::MAX;
        for (name, number, least, most) in [
            ("top1", self.top1, 0.0, 1.0),
            ("kl", self.kl, 0.0, most),
            ("perplexity_real", self.perplexity_real, 1.0, most),
            ("perplexity_integer", self.perplexity_integer, 1.0, most),
            ("cosine", Some(self.cosine), -1.0, 1.0),
        ] {
            let number = number.unwrap_or(least);
            within(number, least, most).map_err(|why| format!("`{name}` {why}"))?;
        }
        if (self.cosine - last.cosine).abs() > ROUNDING {
            let (own, last) = (self.cosine, last.cosine);
            return Err(format!(
                "`cosine` is {own}, and that of the last row {last}"
            ));
        }
        for (number, differs) in self.differs.iter().enumerate() {
            within(differs.margin, 0.0, most)
                .map_err(|why| format!("`differs[{number}].margin` {why}"))?;
            if differs.text >= self.texts {
                let (text, texts) = (differs.text, self.texts);
                return Err(format!("`differs[{number}].text` is {text} of {texts}"));
            }
        }
        Ok(())
    }
}

impl Row {
    fn require_in_range(&self) -> Result<(), String> {
        for (name, number, least, most) in [
            ("max_error", self.max_error, 0.0, f64::MAX),
            ("mean_error", self.mean_error, 0.0, f64::MAX),
            ("mean_size", self.mean_size, 0.0, f64::MAX),
            ("cosine", self.cosine, -1.0, 1.0),
            ("least_cosine", self.least_cosine, -1.0, 1.0),
        ] {
            within(number, least, most).map_err(|why| format!("{name}` {why}"))?;
        }
        Ok(())
    }
}

fn within(number: f64, least: f64, most: f64) -> Result<(), String> {
    let is_in = (least - ROUNDING..=most + ROUNDING).contains(&number);
    match (is_in, most == f64::MAX) {
        (true, _) => Ok(()),
        (false, true) => Err(format!(
            "is {number:?}, not a finite number from {least} on"
        )),
        (false, false) => Err(format!("is {number:?}, not from {least} to {most}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Difference;
    use super::*;

    #[test]
    fn what_is_out_of_range_is_named() {
        let row = Row {
            tensor: "x".into(),
            layer: None,
            max_error: 1.0,
            mean_error: 0.5,
            mean_size: 2.0,
            cosine: 0.5,
            least_cosine: -1.0,
        };
        let good = Fidelity {
            circuit: None,
            params: None,
            program: None,
            rows: vec![row],
            texts: 1,
            positions: 2,
            top1: Some(0.5),
            kl: Some(0.0),
            perplexity_real: Some(1.0),
            perplexity_integer: None,
            differs: Vec::new(),
            notes: Vec::new(),
            cosine: 0.5,
        };
        assert_eq!(good.require_in_range(), Ok(()));
        let differs = |text, margin| {
            let (position, real_token, integer_token) = (0, 0, 1);
            vec![Difference {
                text,
                position,
                margin,
                real_token,
                integer_token,
            }]
        };
        type Change = Box<dyn Fn(&mut Fidelity)>;
        let changes: [(Change, &str); 13] = [
            (Box::new(|of| of.rows.clear()), "`rows` has no row"),
            (
                Box::new(|of| of.rows[0].cosine = 1.1),
                "`rows[0].cosine` is 1.1, not from -1 to 1",
            ),
            (
                Box::new(|of| of.rows[0].least_cosine = -2.0),
                "`rows[0].least_cosine` is -2.0",
            ),
            (
                Box::new(|of| of.rows[0].max_error = -1.0),
                "`rows[0].max_error` is -1.0, not a finite number from 0 on",
            ),
            (
                Box::new(|of| of.rows[0].mean_error = f64::NAN),
                "`rows[0].mean_error` is NaN",
            ),
            (
                Box::new(|of| of.rows[0].mean_size = f64::INFINITY),
                "`rows[0].mean_size` is inf",
            ),
            (Box::new(|of| of.texts = 0), "`texts` is 0"),
            (Box::new(|of| of.top1 = Some(1.5)), "`top1` is 1.5"),
            (Box::new(|of| of.kl = Some(-1.0)), "`kl` is -1.0"),
            (
                Box::new(|of| of.perplexity_integer = Some(0.5)),
                "`perplexity_integer` is 0.5",
            ),
            (Box::new(|of| of.cosine = 0.25), "`cosine` is 0.25"),
            (
                Box::new(move |of| of.differs = differs(0, -1.0)),
                "`differs[0].margin` is -1.0",
            ),
            (
                Box::new(move |of| of.differs = differs(1, 0.0)),
                "`differs[0].text` is 1 of 1",
            ),
        ];
        for (change, said) in changes {
            let mut of = good.clone();
            change(&mut of);
            let error = of.require_in_range().unwrap_err();
            assert!(error.contains(said), "{said}: {error}");
        }
    }
}
