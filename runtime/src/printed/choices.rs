//! Why a layout is as it is: every decision, and what the next best would have cost.

use std::fmt;

use attnc_compiler::choice::search::{Cost, Decision, Knob};
use attnc_compiler::circuit::choices::Choices;
use attnc_compiler::circuit::layout::{contractions, short_sums};
use attnc_compiler::diagnostic::Source;
use attnc_compiler::meaning::graph::ValueId;
use serde_json::{json, Value};

use crate::library::layout::Assembled;
use crate::library::options::Options;

/// What `inspect` says of a search.
pub struct Explained<'a> {
    choices: &'a Choices,
    cost: Option<Cost>,
    tried: usize,
    /// With the source line of a contraction.
    decisions: Vec<(&'a Decision, Option<usize>)>,
    contract: &'static str,
    optimize: &'static str,
    priced_at: String,
}

impl<'a> Explained<'a> {
    pub fn of(assembled: &'a Assembled, options: &Options, source: &dyn Source) -> Self {
        let graph = assembled.compiled.part.graph();
        let (contractions, sums) = (contractions(graph), short_sums(graph));
        let line = |decision: &Decision| match decision.knob {
            Knob::Contract(position) => {
                let span = graph.expr(*contractions.get(position)?).span;
                Some(source.place(span.start).0)
            }
            Knob::Rows(sum) => {
                let span = graph.expr(*sums.get(sum as usize)?).span;
                Some(source.place(span.start).0)
            }
            Knob::Column(value) => {
                let span = graph.value(ValueId(value)).span;
                Some(source.place(span.start).0)
            }
            _ => None,
        };
        Self {
            choices: &assembled.compiled.choices,
            cost: assembled.cost,
            tried: assembled.explored.len(),
            decisions: assembled.decisions.iter().map(|d| (d, line(d))).collect(),
            contract: options.contract.name(),
            optimize: options.objective.name(),
            priced_at: Options::priced_at(options.security).to_string(),
        }
    }

    /// What `inspect --json` prints as `choices` (spec 8.5).
    pub fn object(&self) -> Value {
        let bytes = |cost: Option<Cost>| cost.map(|cost| cost.bytes.round() as u64);
        let ms = |cost: Option<Cost>| cost.and_then(|cost| cost.ms);
        let decisions: Vec<Value> = self
            .decisions
            .iter()
            .map(|(decision, line)| {
                let next = decision.runner_up.as_ref();
                let cost = next.map(|next| next.cost);
                json!({
                    "decision": decision.knob.to_string(),
                    "line": line,
                    "alike": decision.alike,
                    "chosen": decision.chosen,
                    "runner_up": next.map(|next| &next.value),
                    "bytes": bytes(self.cost),
                    "ms": ms(self.cost),
                    "runner_up_bytes": bytes(cost),
                    "runner_up_ms": ms(cost),
                })
            })
            .collect();
        json!({
            "text": self.choices,
            "contract": self.contract,
            "optimize": self.optimize,
            "priced_at": self.priced_at,
            "tried": self.tried,
            "decisions": decisions,
        })
    }
}

/// Bytes, and milliseconds if they are known.
fn shown(cost: Option<Cost>) -> String {
    match cost {
        None => "-".into(),
        Some(Cost { bytes, ms, .. }) => {
            let ms = ms.map_or(String::new(), |ms| format!(", {ms:.0} ms"));
            format!("{bytes:.0} bytes{ms}")
        }
    }
}

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "choices {}", self.choices)?;
        writeln!(
            f,
            "  contract {}, optimize {}: {} layouts tried; at {} this one has {}",
            self.contract,
            self.optimize,
            self.tried,
            self.priced_at,
            shown(self.cost),
        )?;
        writeln!(
            f,
            "  {:<24} {:<10} {:<10} with the runner-up",
            "decision", "chosen", "runner-up"
        )?;
        for (decision, line) in &self.decisions {
            let line = line.map_or(String::new(), |line| format!(", line {line}"));
            let alike = match decision.alike {
                0 | 1 => String::new(),
                more => format!(", {} alike", more - 1),
            };
            let name = format!("{}{line}{alike}", decision.knob);
            let next = decision.runner_up.as_ref();
            writeln!(
                f,
                "  {name:<24} {:<10} {:<10} {}",
                decision.chosen,
                next.map_or("-", |next| &next.value),
                shown(next.map(|next| next.cost)),
            )?;
        }
        Ok(())
    }
}
