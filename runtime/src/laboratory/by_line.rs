//! A program with what each of its lines costs: `attnc inspect --by-line`.

use std::fmt;

use crate::laboratory::attribute::{Attribution, Cost};

/// An attribution as text: the cost left of the line, so that lines may have any length.
pub struct ByLine<'a>(pub &'a Attribution);

/// One decimal, since a column may be shared; nothing for nothing.
fn part(number: f64) -> String {
    if number.abs() < 1e-9 {
        String::new()
    } else {
        format!("{number:.1}")
    }
}

impl ByLine<'_> {
    fn row(&self, f: &mut fmt::Formatter<'_>, cost: &Cost, what: &str) -> fmt::Result {
        let columns = &cost.columns;
        let bytes = match cost.bytes {
            0 => String::new(),
            bytes => bytes.to_string(),
        };
        let row = format!(
            "{:>6} {:>6} {:>12} {:>6} {:>8} {:>7}  {what}",
            part(columns.fixed),
            part(columns.main),
            part(columns.interaction),
            part(cost.sends),
            bytes,
            self.percent(cost.bytes),
        );
        writeln!(f, "{}", row.trim_end())
    }

    fn shared(&self, f: &mut fmt::Formatter<'_>, what: &str, bytes: u64) -> fmt::Result {
        let percent = self.percent(bytes);
        writeln!(f, "{bytes:>42} {percent:>7}  {what}")
    }

    fn percent(&self, bytes: u64) -> String {
        match bytes {
            0 => String::new(),
            _ => format!("{:.1} %", 100.0 * bytes as f64 / self.0.bytes as f64),
        }
    }
}

impl fmt::Display for ByLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.0;
        let head = format!(
            "{:>6} {:>6} {:>12} {:>6} {:>8} {:>7}",
            "fixed", "main", "interaction", "sends", "bytes", "of all"
        );
        writeln!(f, "{head}  line")?;
        let digits = found.lines.len().to_string().len();
        for line in &found.lines {
            let text = format!("{:>digits$} | {}", line.line, line.text);
            self.row(f, &line.cost, &text)?;
        }
        writeln!(f, "\n{head}  without a line")?;
        for rest in &found.rest {
            self.row(f, &rest.cost, &rest.name)?;
        }
        writeln!(f, "\n{head}  by region")?;
        for region in &found.regions {
            self.row(f, &region.cost, &region.name)?;
        }
        let shared = &found.shared;
        writeln!(f, "\n{head}  in all")?;
        self.row(f, &found.own, "lines, and what has none")?;
        self.shared(f, "shared: trees of columns", shared.trace_decommitments)?;
        self.shared(f, "shared: FRI trees", shared.fri_decommitments)?;
        self.shared(f, "shared: FRI values", shared.fri_samples)?;
        self.shared(f, "shared: composition", shared.composition)?;
        self.shared(f, "shared: nonces, lengths, padding", shared.other)?;
        self.shared(f, "predicted after the statement", found.bytes)
    }
}
