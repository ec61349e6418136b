//! A study as one page: what it shows, charts, where the bytes are, every row (spec 8.9).
//!
//! - [`chart`]: lines and ranges as SVG. [`findings`]: what a study shows, in numbers.

pub mod chart;
pub mod findings;

use std::collections::BTreeMap;

use attnc::laboratory::attribute::{Attribution, Named};
use attnc::laboratory::study::compare::Comparison;
use attnc::laboratory::study::table::columns;
use attnc::laboratory::study::{Row, Status, Study};
use attnc_compiler::diagnostic::visible;
use maud::{html, Markup, PreEscaped, DOCTYPE};

use chart::{lines, ranges, Ranges, Series};
use findings::{fusing, growth, series, Fusing, Growth};

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
    /// Makes the page again.
    pub command: String,
}

impl Page<'_> {
    pub fn html(&self) -> String {
        let subject = &self.study.subject;
        let title = format!("{}: a study of boundaries", subject.circuit);
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) }
                    style { (PreEscaped(include_str!("page/style.css"))) }
                }
                body {
                    h1 { (title) }
                    (self.abstract_())
                    h2 { "Growth" }
                    (self.growth_text())
                    @for parameter in self.comparison.varied() { (self.growth_chart(parameter)) }
                    h2 { "One proof against several" }
                    (self.fusing_text())
                    @for parameter in self.comparison.varied() { (self.ratio_chart(parameter)) }
                    h2 { "Where the bytes are" }
                    (self.sections())
                    @for picture in &self.pictures { (self.costs(picture)) }
                    h2 { "The graph and its boundaries" }
                    @for picture in &self.pictures { (graph(picture)) }
                    h2 { "All rows" }
                    (self.table())
                    script { (PreEscaped(include_str!("page/sort.js"))) }
                }
            }
        };
        visible::lines(&page.into_string()).into_owned()
    }

    fn abstract_(&self) -> Markup {
        let subject = &self.study.subject;
        let count = |status| {
            self.study
                .rows
                .iter()
                .filter(|row| row.status == status)
                .count()
        };
        let (skipped, failed) = (count(Status::Skipped), count(Status::Failed));
        let machine = &subject.machine;
        html! {
            p {
                (count(Status::Done)) " proofs of " code { (subject.file) } ", each made and verified by "
                "attnc " (subject.attnc) " with " (machine.cores) " threads and " (machine.memory_gib)
                " GiB of memory (" (machine.build) ")."
                @if skipped > 0 { " " (skipped) " cells were predicted not to fit the memory and are skipped." }
                @if failed > 0 { " " (failed) " cells failed; their rows say why." }
            }
            p.note { "Measured by" }
            pre { @for run in &self.study.runs { (run.command) "\n" } }
            p.note { "and made into this page by" }
            pre { (self.command) }
            p.note {
                "Bytes are those of packed proofs with their claims; JSON bytes are the length of "
                "serde_json of Stwo's proofs, what published figures count. One proof's size varies "
                "with its queries, by some 3 % at 96 bits and 12 % at seed."
            }
        }
    }

    fn growth_text(&self) -> Markup {
        let found = growth(self.study, &self.comparison);
        html! {
            @if found.is_empty() { p { "No parameter takes two values." } }
            @else {
                div.scroll { table.few {
                    caption { "Growth over the last step of each parameter: least to most over all other parameters" }
                    thead { tr {
                        th.text { "step" } th.text { "plan" } th.text { "security" }
                        th { "lookup claims" } th { "trace rows" } th { "packed bytes" } th { "JSON bytes" }
                    } }
                    tbody { @for growth in &found { (growth_row(growth)) } }
                } }
            }
        }
    }

    /// Growth along a parameter, all others at the base.
    fn growth_chart(&self, parameter: &str) -> Markup {
        let along = |plan: &str, security: &str, of: &dyn Fn(&Row) -> Option<f64>| {
            let mut points: Vec<(i64, f64)> = self
                .along(parameter, plan, security)
                .filter_map(|row| Some((*row.params.get(parameter)?, of(row)?)))
                .collect();
            points.sort_by_key(|(x, _)| *x);
            // A count of nothing grows from nothing; no doubling leads away from it.
            points.retain(|(_, y)| *y > 0.0);
            let first = points.first().map_or(1.0, |(_, y)| *y);
            points.iter_mut().for_each(|(_, y)| *y /= first);
            points
        };
        let all = series(self.study);
        let Some(&(plan, security)) = all.first() else {
            return html! {};
        };
        let mut drawn = vec![
            Series {
                name: "lookup claims".into(),
                points: along(plan, security, &|row| {
                    Some(row.structure?.lookup_claims as f64)
                }),
            },
            Series {
                name: "trace rows".into(),
                points: along(plan, security, &|row| {
                    Some(row.structure?.trace_rows as f64)
                }),
            },
        ];
        for (plan, security) in all.into_iter().take(4) {
            let bytes = |row: &Row| Some(row.measured.as_ref()?.packed_bytes as f64);
            drawn.push(Series {
                name: format!("bytes, {}, {security}", short(plan)),
                points: along(plan, security, &bytes),
            });
        }
        drawn.retain(|series| series.points.len() > 1);
        if drawn.is_empty() {
            return html! {};
        }
        let title = format!("Growth with {parameter}");
        let y = "relative to the first (both axes double)";
        html! { figure {
            (lines(&title, parameter, y, &drawn))
            figcaption { (title) ", " (self.others(parameter)) ". " (self.source()) }
        } }
    }

    /// Rows along a parameter with the others at the base.
    fn along<'b>(
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
    fn others(&self, parameter: &str) -> String {
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

    fn source(&self) -> Markup {
        html! { "From study.csv, by " code { (self.command) } "." }
    }

    fn fusing_text(&self) -> Markup {
        let found = fusing(self.study, &self.comparison);
        let Some(fused) = self.comparison.fused().filter(|_| !found.is_empty()) else {
            return html! { p { "The study has no plan with one proof of everything, or no other to compare with it." } };
        };
        html! {
            div.scroll { table.few {
                caption { "Plan " (short(fused)) " over each other plan: below 1, fusing pays. Least to most over all shapes" }
                thead { tr {
                    th.text { "against" } th.text { "security" } th { "shapes" } th { "packed bytes" }
                    th { "JSON bytes" } th { "time to prove" } th { "no smaller" }
                } }
                tbody { @for fusing in &found { (fusing_row(fusing)) } }
            } }
            @for fusing in &found { (no_gain(fused, fusing)) }
        }
    }

    /// Fused over other plans, by a parameter: the range over all else.
    fn ratio_chart(&self, parameter: &str) -> Markup {
        let mut drawn = Vec::new();
        for (plan, security) in series(self.study) {
            let mut points = Vec::new();
            for value in self.study.values(parameter) {
                let rows = self.study.rows.iter();
                let rows = rows.filter(|row| {
                    row.plan == plan
                        && row.security == security
                        && row.params.get(parameter) == Some(&value)
                });
                let ratios = rows.map(|row| self.comparison.compare(row).fused_over_this);
                let mut ratios: Vec<f64> =
                    ratios.filter_map(|ratios| ratios.packed_bytes).collect();
                ratios.sort_by(f64::total_cmp);
                if let [least, .., most] = ratios[..] {
                    points.push((value, [least, ratios[ratios.len() / 2], most]));
                } else if let [only] = ratios[..] {
                    points.push((value, [only; 3]));
                }
            }
            if !points.is_empty() {
                let name = format!("{}, {security}", short(plan));
                drawn.push(Ranges { name, points });
            }
        }
        if drawn.is_empty() {
            return html! {};
        }
        let title = format!("Fused bytes over split bytes, by {parameter}");
        html! { figure {
            (ranges(&title, parameter, "fused / split, packed bytes", &drawn))
            figcaption {
                (title) ": least, median and most over all other parameters; above the broken line "
                "fusing does not pay. " (self.source())
            }
        } }
    }

    /// Measured bytes by section at the base.
    fn sections(&self) -> Markup {
        let rows: Vec<&Row> = series(self.study)
            .into_iter()
            .filter_map(|(plan, security)| self.along("", plan, security).next())
            .filter(|row| row.measured.is_some())
            .collect();
        let base: Vec<String> = self
            .base
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        html! { @for row in rows { @if let Some(measured) = &row.measured {
            @let parts = &measured.breakdown;
            @let sum = parts.sampled_values + parts.queried_values + parts.fri_samples
                + parts.fri_decommitments + parts.trace_decommitments + parts.other;
            (bars(&format!("Measured, by section: {}, {}, at {}", short(&row.plan), row.security, base.join(", ")), &[
                ("openings out of the domain", parts.sampled_values as f64),
                ("columns at the queries", parts.queried_values as f64),
                ("FRI: values", parts.fri_samples as f64),
                ("FRI: hashes", parts.fri_decommitments as f64),
                ("hashes of the traces' trees", parts.trace_decommitments as f64),
                ("roots, nonces, claims, lengths", (measured.packed_bytes - sum + parts.other) as f64),
            ]))
            p.note { code { (row.command) } }
        } } }
    }

    fn costs(&self, picture: &Picture) -> Markup {
        let of = format!("{}, {}", short(&picture.plan), picture.security);
        let mut components: Vec<(String, f64)> = Vec::new();
        for proof in &picture.costs.proofs {
            for component in &proof.components {
                let name = format!("{}: {}", proof.name, component.name);
                components.push((name, component.cost.bytes as f64));
            }
            components.push((
                format!("{}: shared (trees, FRI, composition)", proof.name),
                proof.shared.bytes() as f64,
            ));
        }
        let regions = |named: &[Named]| -> Vec<(String, f64)> {
            let each = named
                .iter()
                .map(|named| (named.name.clone(), named.cost.bytes as f64));
            each.collect()
        };
        html! {
            (bars(&format!("Predicted, by component: {of}"), &components))
            (bars(&format!("Predicted own bytes, by region of the source: {of}"), &regions(&picture.costs.regions)))
            p.note { code { (picture.command) " --by-line" } " has them by line." }
        }
    }

    fn table(&self) -> Markup {
        let shown: Vec<_> = columns(self.study)
            .into_iter()
            .filter(|column| self.is_shown(&column.name))
            .collect();
        html! { div.scroll { table.all {
            caption { "Every cell of the grid; press a head to sort. study.csv has more columns, and spec.md 8.9 their units." }
            thead { tr {
                @for column in &shown {
                    th.text[is_text(&column.name)] data-column=(column.name) {
                        button type="button" { (column.name.replace('_', " ")) }
                    }
                }
            } }
            tbody { @for row in &self.study.rows {
                @let compared = self.comparison.compare(row);
                tr { @for column in &shown {
                    @let text = column.of(row, &compared);
                    @if column.name == "command" { td.command { (text) } }
                    @else { td.text[is_text(&column.name)] { (text) } }
                } }
            } }
        } } }
    }

    /// Columns of the page's table: those that one compares.
    fn is_shown(&self, name: &str) -> bool {
        let reasons = self.study.rows.iter().any(|row| row.reason.is_some());
        self.comparison.varied().contains(&name)
            || SHOWN.contains(&name)
            || (reasons && ["status", "reason"].contains(&name))
            || self
                .comparison
                .varied()
                .iter()
                .any(|varied| name == format!("growth_{varied}_packed_bytes"))
    }
}

const SHOWN: &[&str] = &[
    "plan",
    "security",
    "lookup_claims",
    "trace_rows",
    "columns",
    "cells",
    "predicted_bytes",
    "packed_bytes",
    "json_bytes",
    "statement_bytes",
    "predicted_ms",
    "prove_ms",
    "verify_ms",
    "memory_bytes",
    "conjectured_bits",
    "fused_over_this_packed_bytes",
    "fused_over_this_json_bytes",
    "fused_over_this_prove_ms",
    "command",
];

fn is_text(column: &str) -> bool {
    ["plan", "security", "status", "reason", "command", "setting"].contains(&column)
}

/// A plan's name; of a text, its beginning.
fn short(plan: &str) -> String {
    match plan.char_indices().nth(40) {
        Some((end, _)) => format!("{}\u{2026}", &plan[..end]),
        None => plan.to_string(),
    }
}

fn growth_row(growth: &Growth) -> Markup {
    let shown = |span: Option<findings::Span>| span.map(|span| span.shown(3)).unwrap_or_default();
    html! { tr {
        td.text { (growth.parameter) " " (growth.from) " \u{2192} " (growth.to) }
        td.text { (short(&growth.plan)) } td.text { (growth.security) }
        td { (shown(growth.lookup_claims)) } td { (shown(growth.trace_rows)) }
        td { (shown(growth.packed_bytes)) } td { (shown(growth.json_bytes)) }
    } }
}

fn fusing_row(fusing: &Fusing<'_>) -> Markup {
    html! { tr {
        td.text { (short(fusing.plan)) } td.text { (fusing.security) } td { (fusing.packed_bytes.count) }
        td { (fusing.packed_bytes.shown(3)) } td { (fusing.json_bytes.shown(3)) }
        td { (fusing.prove_ms.shown(2)) } td { (fusing.no_gain.len()) }
    } }
}

/// Says plainly where fusing does not pay.
fn no_gain(fused: &str, fusing: &Fusing<'_>) -> Markup {
    let (plan, security) = (short(fusing.plan), fusing.security);
    let Some(worst) = fusing.no_gain.first() else {
        return html! { p { "At " (security) ", " (short(fused)) " is smaller than " (plan) " at every shape." } };
    };
    let shape: Vec<String> = worst
        .params
        .iter()
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    html! { p {
        "At " (security) ", " (short(fused)) " is no smaller than " (plan) " at "
        (fusing.no_gain.len()) " of " (fusing.packed_bytes.count) " shapes: fusing does not pay there. "
        "The worst is " (shape.join(", ")) "."
    } }
}

/// Figures with a bar for each.
fn bars<N: AsRef<str>>(caption: &str, figures: &[(N, f64)]) -> Markup {
    let all: f64 = figures.iter().map(|(_, figure)| figure).sum();
    let most = figures
        .iter()
        .map(|(_, figure)| *figure)
        .fold(1.0, f64::max);
    html! { div.scroll { table.few {
        caption { (caption) }
        thead { tr { th.text { "of" } th { "bytes" } th { "share" } th {} } }
        tbody { @for (name, figure) in figures { tr {
            td.text { (name.as_ref()) } td { (figure.round()) }
            td { (format!("{:.1} %", 100.0 * figure / all.max(1.0))) }
            td.bar { svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" {
                rect width=(format!("{:.2}", 100.0 * figure / most)) height="6" {}
            } }
        } } }
    } } }
}

fn graph(picture: &Picture) -> Markup {
    html! { figure.graph {
        div.scroll { (PreEscaped(&picture.graph)) }
        figcaption {
            "Plan " (short(&picture.plan)) ": what is computed where, and what crosses. "
            code { (picture.command) " --graph graph.svg" }
        }
    } }
}
