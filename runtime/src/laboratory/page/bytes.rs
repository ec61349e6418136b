//! Where the bytes are, measured and predicted.

use maud::{html, Markup};

use super::content::{short, Page, Picture};
use super::findings::series;
use crate::laboratory::attribute::Named;
use crate::laboratory::study::Row;

impl Page<'_> {
    /// Measured bytes by section at the base.
    pub(super) fn sections(&self) -> Markup {
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

    pub(super) fn costs(&self, picture: &Picture) -> Markup {
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
