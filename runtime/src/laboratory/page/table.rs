//! All rows of a study.

use maud::{html, Markup};

use super::content::Page;
use crate::laboratory::study::table::columns;

impl Page<'_> {
    pub(super) fn table(&self) -> Markup {
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
