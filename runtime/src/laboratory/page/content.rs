//! What a page shows of a study, and its rows along a parameter.

use std::collections::BTreeMap;

use maud::{html, Markup};

use crate::laboratory::attribute::Attribution;
use crate::laboratory::fidelity::Fidelity;
use crate::laboratory::study::compare::Comparison;
use crate::laboratory::study::{Row, Study};

/// What a page shows of one plan, at the parameters of the study's base.
pub struct Picture {
    pub plan: String,
    /// The setting that its bytes are predicted at.
    pub security: String,
    /// The graph with its boundaries, as SVG.
    pub graph: String,
    pub costs: Attribution,
    /// Draws it again.
    pub command: String,
}

/// A study with what its page needs.
pub struct Page<'a> {
    pub study: &'a Study,
    pub comparison: Comparison<'a>,
    /// The value of every parameter where others vary.
    pub base: BTreeMap<String, i64>,
    pub pictures: Vec<Picture>,
    /// How near the program's integers come to real numbers, where that is known.
    pub fidelity: Option<Fidelity>,
    /// Makes the page again.
    pub command: String,
}

impl Page<'_> {
    /// Rows along a parameter with the others at the base.
    pub(super) fn along<'b>(
        &'b self,
        parameter: &'b str,
        plan: &'b str,
        security: &'b str,
    ) -> impl Iterator<Item = &'b Row> {
        self.study.rows.iter().filter(move |row| {
            let at_base = |(name, value): (&String, &i64)| {
                name == parameter || self.base.get(name) == Some(value)
            };
            row.plan == plan && row.security == security && row.params.iter().all(at_base)
        })
    }

    /// `at heads = 4, width = 64`.
    pub(super) fn others(&self, parameter: &str) -> String {
        let varied = self.comparison.varied().iter();
        let others: Vec<String> = varied
            .filter(|name| **name != parameter)
            .filter_map(|name| Some(format!("{name} = {}", self.base.get(*name)?)))
            .collect();
        match others.is_empty() {
            true => "everything else as the program has it".into(),
            false => format!("at {}", others.join(", ")),
        }
    }

    pub(super) fn source(&self) -> Markup {
        html! { "From study.csv, by " code { (self.command) } "." }
    }
}

/// A plan's name; of a text, its beginning.
pub(super) fn short(plan: &str) -> String {
    match plan.char_indices().nth(40) {
        Some((end, _)) => format!("{}\u{2026}", &plan[..end]),
        None => plan.to_string(),
    }
}
